import { fastify } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installMetricsRoute } from "../../../lib/gateway/http/metrics-route.ts";
import type { LinkStatus } from "../../../lib/keys/api-types.ts";
import { saeIdOf } from "../../../lib/keys/kme/kme.ts";
import { newFolder, openTestWorld, removeFolder, type TestWorld } from "../../keys/support/open-world.ts";

let test: TestWorld;
let folder: string;
let clock = Date.now();
let changed: (link: string) => void = () => undefined;
const server = fastify();
const status = { id: "x~y", qber: 0.021, lastBlock: { at: 1, aborted: "qber-high" } } as LinkStatus;

beforeAll(async () => {
  folder = await newFolder();
  test = await openTestWorld(folder, { now: () => clock });
  test.world.metrics.watchDevices({
    statuses: () => [status],
    status: () => status,
    onChange(listener) {
      changed = listener;
      return () => undefined;
    },
  });
  installMetricsRoute(server, test.world.metrics);
});
afterAll(async () => {
  await server.close();
  await test.world.close();
  removeFolder(folder);
});

/** Sum of a family's values, over its labels. */
async function readSum(name: string): Promise<number> {
  const text = await test.world.metrics.text();
  const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

describe("the metrics", () => {
  it("count what was supplied, burned, refused and expired", async () => {
    const [a, b] = test.world.endpointSites as [string, string];
    const draw = (slave: string) =>
      test.world
        .kme(a)
        .encKeys({ masterSae: saeIdOf(a), slaveSaes: [slave], number: 2, size: 256, maxAgeMs: 1000 });
    const before = test.links.pools().reduce((sum, pool) => sum + pool.availableBytes, 0);
    const { keys } = await draw(saeIdOf(b));
    await test.world.kme(b).decKeys(saeIdOf(b), saeIdOf(a), [keys[0]!.keyId]);
    await expect(draw("sae-nobody")).rejects.toThrow();
    clock += 60_000;
    await test.world.keepHouse();
    const after = test.links.pools().reduce((sum, pool) => sum + pool.availableBytes, 0);
    expect(await readSum("vernam_keys_supplied_total")).toBe(2);
    expect(await readSum("vernam_relay_key_bytes_total")).toBe(before - after);
    expect(await readSum("vernam_keys_expired_total")).toBe(1);
    expect(await readSum("vernam_key_request_failures_total")).toBe(1);
    expect(await readSum("vernam_key_request_duration_seconds_count")).toBe(2);
    expect(await readSum("vernam_audit_write_failures_total")).toBe(0);
    expect(await readSum("vernam_pool_available_bytes")).toBe(after);
    expect(await readSum("vernam_pool_capacity_bytes")).toBeGreaterThan(after);
    expect(await readSum("vernam_link_up")).toBe(test.links.pools().length);
    expect(await readSum("vernam_link_secret_key_bytes_total")).toBe(9_000_000);
    // Read twice, a count read at the scrape is the same.
    expect(await readSum("vernam_link_secret_key_bytes_total")).toBe(9_000_000);
  });

  it("count an aborted block once, by its cause, and show the error rate", async () => {
    changed("x~y");
    changed("x~y");
    expect(await readSum("vernam_link_aborts_total")).toBe(1);
    expect(await test.world.metrics.text()).toContain('vernam_link_aborts_total{cause="qber-high"} 1');
    expect(await readSum("vernam_link_qber_ratio")).toBe(0.021);
  });

  it("name links, causes and reasons, and nobody", async () => {
    const labels = [...(await test.world.metrics.text()).matchAll(/[{,]([a-z_]+)="/g)].map(
      ([, name]) => name,
    );
    expect(new Set(labels)).toEqual(new Set(["link", "cause", "reason", "action", "le"]));
  });

  it("are for this machine only", async () => {
    const from = (remoteAddress: string, headers: Record<string, string>) =>
      server.inject({ url: "/metrics", remoteAddress, headers });
    const host = "localhost:3001";
    expect((await from("127.0.0.1", { host })).body).toContain("vernam_link_up");
    expect((await from("::ffff:127.0.0.1", { host })).statusCode).toBe(200);
    expect((await from("192.0.2.7", { host })).statusCode).toBe(404);
    expect((await from("127.0.0.1", { host: "vernam.example" })).statusCode).toBe(404);
    expect((await from("127.0.0.1", { host, "x-forwarded-for": "192.0.2.7" })).statusCode).toBe(404);
  });
});
