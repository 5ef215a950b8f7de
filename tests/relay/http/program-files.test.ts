import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, get, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ProgramFiles } from "../../../lib/relay/http/program-files.ts";

const program = "export const said = 'the same for everybody';\n".repeat(200);
const folder = mkdtempSync(join(tmpdir(), "vernam-programs-"));
let server: Server;

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

function ask(path: string, encodings?: string): Promise<Answer> {
  const { port } = server.address() as AddressInfo;
  const headers = encodings === undefined ? {} : { "accept-encoding": encodings };
  return new Promise((resolve, reject) => {
    get({ port, path, headers }, async (answer) => {
      const parts: Buffer[] = [];
      for await (const part of answer) parts.push(part as Buffer);
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) });
    }).on("error", reject);
  });
}

beforeAll(async () => {
  mkdirSync(join(folder, "static", "chunks"), { recursive: true });
  writeFileSync(join(folder, "static", "chunks", "a_b-1.js"), program);
  writeFileSync(join(folder, "secret.js"), "not of the build");
  const files = new ProgramFiles(join(folder, "static"));
  server = createServer(async (request, response) => {
    if (!(await files.answer(request, response))) response.writeHead(299).end("the pages");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

describe("a program of the pages", () => {
  it("is sent compressed by Brotli, to be kept for good", async () => {
    const { status, headers, body } = await ask("/_next/static/chunks/a_b-1.js", "gzip, deflate, br");
    expect(status).toBe(200);
    expect(headers["content-encoding"]).toBe("br");
    expect(headers["cache-control"]).toContain("immutable");
    expect(headers.vary).toBe("Accept-Encoding");
    expect(brotliDecompressSync(body).toString()).toBe(program);
    expect(body.length).toBeLessThan(program.length / 10);
  });

  it("is sent by gzip to clients without Brotli, or that refuse it", async () => {
    const { headers, body } = await ask("/_next/static/chunks/a_b-1.js?v=1", "gzip, br;q=0");
    expect(headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(body).toString()).toBe(program);
  });

  it("is left to the pages for clients that take neither", async () => {
    expect((await ask("/_next/static/chunks/a_b-1.js")).status).toBe(299);
  });
});

it("nothing outside the build is read, and no file that is not there", async () => {
  for (const path of [
    "/_next/static/../secret.js",
    "/_next/static/chunks/..%2f..%2fsecret.js",
    "/_next/static/chunks/other.js",
    "/messages",
  ])
    expect((await ask(path, "br")).status, path).toBe(299);
});
