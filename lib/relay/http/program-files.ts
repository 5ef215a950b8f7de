import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { pathOf } from "../log.ts";

const prefix = "/_next/static/";
const servable = /^\/_next\/static\/(?:[\w-]+\/)*[\w.~-]+\.(js|css)$/;
const types = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8" } as const;
const encoders = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: 9 }),
} as const;

type Encoding = keyof typeof encoders;

/**
 * The pages' programs and styles, compressed once and kept. Answers with anything secret are never compressed (their
 * length would tell of it, as BREACH showed); these files are the same for everybody and named by their content.
 */
export class ProgramFiles {
  readonly #folder: string;
  readonly #kept = new Map<string, Promise<Buffer>>();

  /** @param folder what the build wrote, ".next/static" */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** False when it is no such file, or the client takes no compressed one: then the pages answer. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const path = pathOf(request.url);
    const kind = servable.exec(path)?.[1] as keyof typeof types | undefined;
    const encoding = encodingOf(request.headers["accept-encoding"]);
    if (request.method !== "GET" || kind === undefined || encoding === undefined) return false;
    const bytes = await this.#compressed(path.slice(prefix.length), encoding);
    if (bytes === undefined) return false;
    response.writeHead(200, {
      "Content-Type": types[kind],
      "Content-Encoding": encoding,
      "Content-Length": bytes.length,
      "Cache-Control": "public, max-age=31536000, immutable",
      Vary: "Accept-Encoding",
    });
    response.end(bytes);
    return true;
  }

  async #compressed(name: string, encoding: Encoding): Promise<Buffer | undefined> {
    const key = `${encoding} ${name}`;
    let made = this.#kept.get(key);
    if (made === undefined) {
      made = readFile(join(this.#folder, name)).then(encoders[encoding]);
      this.#kept.set(key, made);
    }
    try {
      return await made;
    } catch {
      this.#kept.delete(key);
      return undefined;
    }
  }
}

/** Brotli before gzip, if the client takes them at all (RFC 9110 §12.5.3). */
function encodingOf(accepted: string | string[] | undefined): Encoding | undefined {
  const offers = String(accepted ?? "")
    .split(",")
    .map((offer) =>
      offer
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/),
    );
  const taken = (name: Encoding) =>
    offers.some(([offer, quality]) => offer === name && !/^q=0(\.0*)?$/.test(quality ?? ""));
  return taken("br") ? "br" : taken("gzip") ? "gzip" : undefined;
}
