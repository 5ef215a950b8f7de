import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { readHealth } from "../../../lib/relay/health.ts";
import type { Database } from "../../../lib/shared/database/database.ts";
import { migrate } from "../../../lib/shared/database/migrate.ts";
import { openPglite } from "../../../lib/shared/database/open-pglite.ts";

const folder = mkdtempSync(join(tmpdir(), "vernam-health-"));
let database: Database;
let gateways: Server | undefined;

beforeAll(async () => {
  database = await openPglite(join(folder, "db"));
  await migrate(database, "prisma/relay/migrations");
});

afterEach(() => {
  gateways?.close();
  gateways = undefined;
});

afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Gateways that answer exactly this. */
async function answering(status: number, body: string): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status).end(body));
  gateways = server;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

const look = (gatewayOrigin: string) => readHealth({ database, gatewayOrigin, version: "1" });
const waiting = [{ a: "pt-lis-mne", b: "es-mad-mfa", reason: "no key yet" }];

it("is well when the database commits, gateways answer and some pair has key", async () => {
  const origin = await answering(
    200,
    JSON.stringify({ status: "ok", gateways: 4, pairs: { withKey: 2, waiting }, warmUp: { done: 1 } }),
  );
  expect(await look(origin)).toMatchObject({
    status: "ok",
    version: "1",
    components: { database: { ok: true }, gateways: { ok: true }, keys: { ready: 2, waiting } },
  });
});

it("is starting while no pair has key, and lists the pairs that wait", async () => {
  const origin = await answering(
    503,
    JSON.stringify({ status: "starting", gateways: 4, pairs: { withKey: 0, waiting } }),
  );
  expect(await look(origin)).toMatchObject({
    status: "starting",
    components: { gateways: { ok: true }, keys: { ok: false, ready: 0, waiting } },
  });
});

it("is not well while gateways are silent, talk nonsense or report failure", async () => {
  for (const body of ["", "[]", "{}", JSON.stringify({ status: "failed", gateways: 4 })]) {
    const health = await look(await answering(500, body));
    expect(health.status, body).toBe("starting");
    expect(health.components.gateways.ok, body).toBe(false);
    gateways?.close();
  }
  expect((await look("http://localhost:9")).components.gateways.ok).toBe(false);
});

it("has failed when the database does not commit", async () => {
  const broken: Database = {
    ...database,
    kind: "pglite",
    query: () => Promise.reject(new Error("disk full")),
  } as unknown as Database;
  const health = await readHealth({ database: broken, gatewayOrigin: "http://localhost:9", version: "1" });
  expect(health.status).toBe("failed");
});
