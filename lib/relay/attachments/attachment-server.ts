import type { IncomingMessage, ServerResponse } from "node:http";
import { lengths, limits } from "../../protocol/limits.ts";
import { type Bytes, copyBytes } from "../../shared/bytes.ts";
import { fromHex } from "../../shared/hex.ts";
import { relayLimits } from "../limits.ts";
import type { Log } from "../log.ts";
import { RelayError, refusalOf } from "../relay-error.ts";
import { RateLimit } from "../socket/rate.ts";
import type { Speaker } from "../store/speaker.ts";
import type { AttachmentPlace, AttachmentStore } from "./attachment-store.ts";

const path = /^\/api\/attachments\/([0-9a-f]{32})\/([0-9a-f]{32})(?:\/(\d{1,8}))?$/;
const prefix = "/api/attachments/";

const statusOf: Partial<Record<string, number>> = {
  "relay.malformed": 400,
  "relay.signed-out": 401,
  "conversation.unknown": 404,
  "attachment.unknown": 404,
  "attachment.conflict": 409,
  "attachment.incomplete": 409,
  "attachment.quota": 409,
  "relay.too-large": 413,
  "relay.rate": 429,
};

export interface AttachmentServices {
  readonly store: AttachmentStore;
  /** Who sent this Authorization header. @throws RelayError "relay.signed-out" */
  readonly identify: (authorization: string | undefined) => Promise<Speaker>;
  readonly log: Log;
  /** Steady clock, milliseconds. */
  readonly clock: () => number;
}

/**
 * Sealed files over HTTP, so that a large one does not stand before messages on their socket:
 *
 *     POST   /api/attachments/<conversation>/<file>?size=<sealed bytes>  begin, or how far it is
 *     PUT    /api/attachments/<conversation>/<file>/<position>           one sealed chunk
 *     GET    /api/attachments/<conversation>/<file>/<position>?count=<n> up to 16 chunks, joined
 *     DELETE /api/attachments/<conversation>/<file>                      its uploader takes it back
 *
 * Authorised by a token with audience "relay": a cookie alone is not enough, so no other page can ask.
 */
export class AttachmentServer {
  readonly #services: AttachmentServices;
  readonly #rates = new Map<string, RateLimit>();

  constructor(services: AttachmentServices) {
    this.#services = services;
  }

  /** False when the request is about something else. */
  takes({ url }: Pick<IncomingMessage, "url">): boolean {
    return url?.startsWith(prefix) === true;
  }

  /** Answers in every case. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#route(request, response);
    } catch (error) {
      const refused = error instanceof RelayError ? error : unavailable();
      if (refused.code === "relay.unavailable") this.#services.log.error({ err: error }, "a file failed");
      refuse(request, response, refused);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { store, identify } = this.#services;
    const url = new URL(request.url ?? "", "http://relay");
    const [, conversation, file, position] = path.exec(url.pathname) ?? [];
    if (conversation === undefined || file === undefined) throw malformed("There is no such address.");
    const length = bodyLength(request);
    const speaker = await identify(request.headers.authorization);
    this.#spend(speaker);
    const place: AttachmentPlace = { conversation: fromHex(conversation), file: fromHex(file) };
    switch (`${request.method}${position === undefined ? "" : " chunk"}`) {
      case "POST":
        return json(response, 200, await store.begin(speaker, place, wholeNumber(url, "size")));
      case "PUT chunk": {
        const bytes = await readBody(request, length);
        const complete = await store.put(speaker, place, Number(position), bytes);
        return json(response, 200, { complete });
      }
      case "GET chunk": {
        const count = url.searchParams.has("count") ? wholeNumber(url, "count") : 1;
        if (count < 1 || count > relayLimits.attachmentChunks) throw malformed("Too many chunks at once.");
        return binary(response, await store.get(speaker, place, Number(position), count));
      }
      case "DELETE":
        await store.remove(speaker, place);
        return json(response, 200, {});
      default:
        throw malformed("That cannot be done here.");
    }
  }

  #spend({ user }: Speaker): void {
    const now = this.#services.clock();
    // Whoever comes back after the list was emptied begins with a full bucket: the list itself must not grow for ever.
    if (this.#rates.size > 10_000) this.#rates.clear();
    let rate = this.#rates.get(user);
    if (rate === undefined) {
      rate = new RateLimit(relayLimits.attachments, now);
      this.#rates.set(user, rate);
    }
    const turn = rate.take(now);
    if (!turn.ok)
      throw new RelayError("relay.rate", "Too many requests at once.", { retryAfterMs: turn.waitMs });
  }
}

/** Whoever sends more than a chunk, or does not say how much, is not read. */
function bodyLength({ headers }: IncomingMessage): number {
  const length = Number(headers["content-length"] ?? 0);
  if (headers["transfer-encoding"] !== undefined || !Number.isSafeInteger(length))
    throw malformed("The request does not say how long it is.");
  if (length > limits.fileChunk + lengths.tag)
    throw new RelayError("relay.too-large", "A chunk is larger than allowed.");
  return length;
}

async function readBody(request: IncomingMessage, length: number): Promise<Bytes> {
  const parts: Uint8Array[] = [];
  let read = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    read += part.length;
    if (read > length) throw malformed("The request is longer than it says.");
    parts.push(part);
  }
  if (read !== length) throw malformed("The request is shorter than it says.");
  return copyBytes(Buffer.concat(parts));
}

function wholeNumber(url: URL, name: string): number {
  const text = url.searchParams.get(name) ?? "";
  if (!/^\d{1,15}$/.test(text)) throw malformed(`Say a whole number as ${name}.`);
  return Number(text);
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
  });
  response.end(JSON.stringify(body));
}

function binary(response: ServerResponse, bytes: Bytes): void {
  response.writeHead(200, {
    "Content-Type": "application/octet-stream",
    "Content-Length": bytes.length,
    "Cache-Control": "no-store",
  });
  response.end(bytes);
}

function refuse(request: IncomingMessage, response: ServerResponse, error: RelayError): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  // What is still on its way is not read.
  if (!request.complete) response.setHeader("Connection", "close");
  const { code, message, retryAfterMs } = refusalOf(error);
  json(response, statusOf[code] ?? 503, {
    code,
    message,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function malformed(message: string): RelayError {
  return new RelayError("relay.malformed", message);
}

function unavailable(): RelayError {
  return new RelayError("relay.unavailable", "The relay cannot do this now.", { retryAfterMs: 1_000 });
}
