import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createWebServer } from "../../../lib/relay/http/web-server.ts";
import { createLog } from "../../../lib/relay/log.ts";
import { readWebConfig } from "../../../lib/shared/config-web.ts";

const log = createLog("silent");
let seen: Record<string, unknown> = {};
const server = createWebServer(readWebConfig({ NODE_ENV: "production" }), log, () => async (req, res) => {
  if (req.url?.startsWith("/throws") === true) throw new Error("secret detail");
  seen = { ...req.headers };
  res.end("page");
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => server.close());

function ask(path: string, headers: Record<string, string>, method = "GET") {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      const sent = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      });
      sent.on("error", reject);
      sent.end();
    },
  );
}

it("serves its own names with security headers on everything", async () => {
  const answer = await ask("/", { host: "pt.localhost:3000" });
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": expect.stringContaining("default-src 'none'"),
  });
});

it("answers other names and foreign pages with a code, and its headers", async () => {
  const rebound = await ask("/", { host: "rebound.example" });
  expect(rebound).toMatchObject({ status: 421, body: expect.stringContaining("host.unknown") });
  expect(rebound.headers).toHaveProperty("x-content-type-options");
  const foreign = await ask("/", { host: "localhost:3000", origin: "https://evil.example" }, "POST");
  expect(foreign).toMatchObject({ status: 403, body: expect.stringContaining("origin.refused") });
});

it("takes nothing from a client about where it came from or which policy it is under", async () => {
  await ask("/", {
    host: "localhost:3000",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "https",
    "x-nonce": "chosen",
    "content-security-policy": "script-src 'nonce-chosen'",
    forwarded: "host=evil.example",
  });
  expect(seen).toMatchObject({ "x-forwarded-host": "localhost:3000", "x-forwarded-proto": "http" });
  for (const name of ["x-nonce", "content-security-policy", "forwarded"])
    expect(seen).not.toHaveProperty(name);
});

it("says nothing about what went wrong inside", async () => {
  const answer = await ask("/throws?token=abc", { host: "localhost:3000" });
  expect(answer.status).toBe(500);
  expect(answer.body).not.toContain("secret detail");
});

it("reads no body that is too large, or that does not say how large it is", async () => {
  const post = { host: "localhost:3000", origin: "http://localhost:3000" };
  const large = await ask("/", { ...post, "content-length": String(64 * 1024 + 1) }, "POST");
  expect([large.status, JSON.parse(large.body)]).toMatchObject([413, { code: "http.too-large" }]);
  const endless = await ask("/", { ...post, "transfer-encoding": "chunked" }, "POST");
  expect([endless.status, JSON.parse(endless.body)]).toMatchObject([411, { code: "http.too-large" }]);
  expect((await ask("/", post, "POST")).status).toBe(200);
});
