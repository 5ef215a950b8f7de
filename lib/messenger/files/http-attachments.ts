import type { RelayErrorCode } from "../../protocol/relay-events.ts";
import { type Bytes, copyBytes } from "../../shared/bytes.ts";
import type { IdentitySource } from "../identity-source.ts";
import { RelayRefused, relayOffline } from "../relay/relay-refused.ts";
import type { AttachmentPort, FilePlace, UploadStatus } from "./attachment-port.ts";

/** A token lives a minute: it is used for less, so that a slow chunk does not arrive with a stale one. */
const tokenUse = 30_000;
const answerTimeout = 60_000;

export interface HttpAttachmentOptions {
  readonly origin: string;
  readonly identity: IdentitySource;
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

/** Sealed files over HTTP: beside the messages' socket, so that a large file does not stand before them. */
export class HttpAttachments implements AttachmentPort {
  readonly #options: HttpAttachmentOptions;
  #token: { readonly value: Promise<string>; readonly until: number } | undefined;

  constructor(options: HttpAttachmentOptions) {
    this.#options = options;
  }

  async begin(place: FilePlace, size: number): Promise<UploadStatus> {
    const response = await this.#ask("POST", `${addressOf(place)}?size=${size}`);
    return (await response.json()) as UploadStatus;
  }

  async put(place: FilePlace, position: number, sealed: Bytes): Promise<void> {
    await this.#ask("PUT", `${addressOf(place)}/${position}`, { body: sealed });
  }

  async get(place: FilePlace, first: number, count: number, signal: AbortSignal): Promise<Bytes> {
    const response = await this.#ask("GET", `${addressOf(place)}/${first}?count=${count}`, { signal });
    try {
      return copyBytes(new Uint8Array(await response.arrayBuffer()));
    } catch (cause) {
      throw relayOffline(cause);
    }
  }

  async remove(place: FilePlace): Promise<void> {
    await this.#ask("DELETE", addressOf(place));
  }

  async #ask(
    method: string,
    path: string,
    { body, signal }: { body?: Bytes; signal?: AbortSignal } = {},
  ): Promise<Response> {
    const { origin, fetch } = this.#options;
    const token = await this.#currentToken();
    const timeout = AbortSignal.timeout(answerTimeout);
    let response: Response;
    try {
      response = await fetch(origin + path, {
        method,
        headers: { authorization: `Bearer ${token}` },
        credentials: "omit",
        cache: "no-store",
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
        ...(body === undefined ? {} : { body }),
      });
    } catch (cause) {
      throw relayOffline(cause);
    }
    if (response.ok) return response;
    if (response.status === 401) this.#token = undefined;
    throw await refusalFrom(response);
  }

  #currentToken(): Promise<string> {
    const now = this.#options.now();
    if (this.#token === undefined || this.#token.until <= now) {
      const value = this.#options.identity.token("relay");
      this.#token = { value, until: now + tokenUse };
      value.catch(() => {
        this.#token = undefined;
      });
    }
    return this.#token.value;
  }
}

function addressOf({ conversation, file }: FilePlace): string {
  return `/api/attachments/${conversation}/${file}`;
}

/** What stands between us and the relay may answer in its own words: then the relay is as good as away. */
async function refusalFrom(response: Response): Promise<Error> {
  const answer: unknown = await response.json().catch(() => undefined);
  if (typeof answer !== "object" || answer === null) return relayOffline();
  const { code, message, retryAfterMs } = answer as {
    code?: unknown;
    message?: unknown;
    retryAfterMs?: unknown;
  };
  if (typeof code !== "string") return relayOffline();
  return new RelayRefused({
    ok: false,
    code: code as RelayErrorCode,
    message: typeof message === "string" ? message : "the relay refused",
    ...(typeof retryAfterMs === "number" ? { retryAfterMs } : {}),
  });
}
