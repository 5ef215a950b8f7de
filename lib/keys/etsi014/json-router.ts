import type { IncomingMessage, ServerResponse } from "node:http";
import { parse as parseQuery } from "node:querystring";
import {
  KeyNotAuthorisedError,
  KeyNotFoundError,
  KeyRequestError,
  KeyUnavailableError,
} from "../key-errors.ts";

export type Query = Readonly<Record<string, unknown>>;

interface JsonCall {
  readonly request: IncomingMessage;
  /** What the path's pattern captured, decoded; empty where it captures nothing. */
  readonly part: string;
  readonly query: Query;
  /** Parsed JSON of a POST; undefined when there was no body. */
  readonly body: unknown;
}

/** What is answered as JSON with 200. @throws key errors, answered with the status that is theirs. */
type JsonHandler = (call: JsonCall) => unknown;

export interface JsonRoute {
  /** Of the whole path, as sent. */
  readonly path: RegExp;
  readonly get: JsonHandler;
  readonly post?: JsonHandler;
}

/** 128 key_IDs, or as many SAE IDs of any length one meets, fit many times over. */
const bodyLimit = 262_144;
export const malformed = "the request is malformed";

class TooLargeError extends Error {}

/** Routes requests to handlers of JSON and answers whatever comes with the error JSON of ETSI GS QKD 014. */
export class JsonRouter {
  readonly #routes: readonly JsonRoute[];
  readonly #log: (error: unknown) => void;

  /** @param log told of errors that no client is to blame for; they are answered with 503 and no detail. */
  constructor(routes: readonly JsonRoute[], log: (error: unknown) => void) {
    this.#routes = routes;
    this.#log = log;
  }

  /** Never rejects. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = request.url ?? "/";
      const mark = url.indexOf("?");
      const path = mark === -1 ? url : url.slice(0, mark);
      const found = this.#find(path);
      if (found === undefined) return send(response, 404, { message: "there is no such resource" });
      const handler = methodOf(found.route, request.method);
      if (handler === undefined) return refuseMethod(response, found.route);
      const query = mark === -1 ? {} : parseQuery(url.slice(mark + 1));
      const body = request.method === "POST" ? await readJson(request) : undefined;
      send(response, 200, await handler({ request, part: decode(found.part), query, body }));
    } catch (error) {
      // The client went away, or the failure came while its answer was being sent.
      if (response.headersSent || response.destroyed) return;
      if (isUnexpected(error)) this.#log(error);
      refuse(response, error);
    }
  }

  #find(path: string): { readonly route: JsonRoute; readonly part: string } | undefined {
    for (const route of this.#routes) {
      const match = route.path.exec(path);
      if (match !== null) return { route, part: match[1] ?? "" };
    }
    return undefined;
  }
}

function methodOf({ get, post }: JsonRoute, method: string | undefined): JsonHandler | undefined {
  if (method === "GET") return get;
  return method === "POST" ? post : undefined;
}

/** @throws KeyRequestError for percent signs that mean nothing. */
function decode(part: string): string {
  if (!part.includes("%")) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    throw new KeyRequestError(malformed);
  }
}

/** JSON whatever the client calls it, and nothing at all is fine where a body is optional. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  if (Number(request.headers["content-length"] ?? 0) > bodyLimit) throw new TooLargeError();
  const text = await readText(request);
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new KeyRequestError("the body is not JSON");
  }
}

function readText(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    request.on("data", (part: Buffer) => {
      length += part.length;
      if (length <= bodyLimit) parts.push(part);
      else {
        request.pause();
        reject(new TooLargeError());
      }
    });
    request.once("end", () => {
      const [only] = parts;
      resolve(only !== undefined && parts.length === 1 ? only.toString() : Buffer.concat(parts).toString());
    });
    request.once("error", reject);
  });
}

function refuseMethod(response: ServerResponse, { post }: JsonRoute): void {
  response.setHeader("allow", post === undefined ? "GET" : "GET, POST");
  send(response, 405, { message: post === undefined ? "use GET" : "use GET or POST" });
}

function refuse(response: ServerResponse, error: unknown): void {
  const { status, message, retryAfterMs } = describeError(error);
  if (retryAfterMs !== undefined) response.setHeader("retry-after", String(Math.ceil(retryAfterMs / 1000)));
  // What is left of the body is not read.
  if (status === 413) response.setHeader("connection", "close");
  send(response, status, { message });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}

function isUnexpected(error: unknown): boolean {
  const known = [
    KeyRequestError,
    KeyNotFoundError,
    KeyNotAuthorisedError,
    KeyUnavailableError,
    TooLargeError,
  ];
  return !known.some((kind) => error instanceof kind);
}

function describeError(error: unknown): { status: number; message: string; retryAfterMs?: number } {
  if (error instanceof KeyRequestError || error instanceof KeyNotFoundError) {
    return { status: 400, message: error.message };
  }
  if (error instanceof KeyNotAuthorisedError) return { status: 401, message: error.message };
  if (error instanceof KeyUnavailableError) {
    return { status: 503, message: error.message, retryAfterMs: error.retryAfterMs };
  }
  if (error instanceof TooLargeError)
    return { status: 413, message: `the body is larger than ${bodyLimit} bytes` };
  return { status: 503, message: "the KME cannot answer now", retryAfterMs: 5000 };
}
