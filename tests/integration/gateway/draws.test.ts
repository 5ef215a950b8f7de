import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reclaimRoom, removeExpired } from "../../../lib/gateway/store/keep-house.ts";
import { parseDrawRecord, verifyDrawRecord } from "../../../lib/protocol/draw-record.ts";
import { hash } from "../../../lib/protocol/hash.ts";
import { sortRecipients } from "../../../lib/protocol/recipients.ts";
import { randomUuid } from "../../../lib/shared/uuid.ts";
import { GatewayWorld, lisbon, madrid, secondMadrid } from "./support/gateway-world.ts";
import { TestDevice } from "./support/test-device.ts";

let world: GatewayWorld;
let alice: TestDevice;
let bob: TestDevice;
let carol: TestDevice;

beforeAll(async () => {
  world = await GatewayWorld.start();
  alice = await TestDevice.ready(world, lisbon);
  bob = await TestDevice.ready(world, madrid);
  carol = await TestDevice.ready(world, secondMadrid);
});

afterAll(() => world?.close());

describe("a draw", () => {
  test("in Lisbon reaches the named device in Madrid, pushed and fetched alike", async () => {
    const { record, key, recordHash } = await alice.draw([bob]);
    const parsed = parseDrawRecord(record);
    await verifyDrawRecord(parsed, bob.siteList);
    expect(parsed.value).toMatchObject({ masterSite: lisbon, slaveSites: [madrid], local: false, bytes: 96 });
    expect(parsed.value.routes).toEqual([[lisbon, "pt-bja", madrid]]);
    const pushed = await bob.pushedCopy(recordHash);
    expect(pushed.record).toEqual(record);
    expect(await bob.openCopy(pushed.copy, recordHash)).toEqual(key);
    expect(await bob.fetchKey(recordHash)).toEqual(key);
  });

  test("for several sites gives each the same key", async () => {
    const { record, key, recordHash } = await alice.draw([bob, carol]);
    expect(parseDrawRecord(record).value.slaveSites).toEqual([secondMadrid, madrid].sort());
    expect(await bob.fetchKey(recordHash)).toEqual(key);
    expect(await carol.fetchKey(recordHash)).toEqual(key);
  });

  test("for several sites whose key managers serve one at a time masks one key for each", async () => {
    world.keys.maxSaeIdCount = 0;
    world.clock += 61_000;
    try {
      const { record, key, recordHash } = await alice.draw([bob, carol]);
      const { shares, keyIds } = parseDrawRecord(record).value;
      expect(shares?.map((share) => share.site)).toEqual([secondMadrid, madrid].sort());
      expect(keyIds).toHaveLength(2);
      for (const share of shares ?? []) expect(share.masked).not.toEqual(key);
      expect(await bob.fetchKey(recordHash)).toEqual(key);
      expect(await carol.fetchKey(recordHash)).toEqual(key);
      const tooLong = await alice.ask({
        type: "draw",
        request: alice.request([bob, carol], { bytes: 60_000 }),
      });
      expect(tooLong).toMatchObject({ type: "error", code: "draw.too-large" });
    } finally {
      world.keys.maxSaeIdCount = 32;
      world.clock += 61_000;
    }
  });

  test("within one site takes no key from the network and says so", async () => {
    const colleague = await TestDevice.ready(world, lisbon);
    const before = world.keys.keysDrawn;
    const { record, key, recordHash } = await alice.draw([colleague]);
    expect(parseDrawRecord(record).value).toMatchObject({ local: true, slaveSites: [], routes: [] });
    expect(world.keys.keysDrawn).toBe(before);
    expect(await colleague.fetchKey(recordHash)).toEqual(key);
  });

  test("longer than one key is put together from several, in the record's order", async () => {
    world.keys.maxKeySize = 256;
    const other = await TestDevice.ready(world, secondMadrid);
    try {
      // The sender's limits for this pair of sites are read anew after a minute.
      world.clock += 61_000;
      const { record, key, recordHash } = await alice.draw([other], { bytes: 96 });
      expect(parseDrawRecord(record).value.keyIds).toHaveLength(3);
      expect(await other.fetchKey(recordHash)).toEqual(key);
    } finally {
      world.keys.maxKeySize = 1024 * 1024 * 8;
      world.clock += 61_000;
    }
  });

  test("that comes with many others shares their requests to the key manager", async () => {
    const before = world.keys.requests;
    const drawn = await Promise.all(Array.from({ length: 60 }, () => alice.draw([bob])));
    expect(world.keys.requests - before).toBeLessThan(30);
    const keys = await Promise.all(drawn.map(({ recordHash }) => bob.fetchKey(recordHash)));
    expect(keys).toEqual(drawn.map((one) => one.key));
    expect(new Set(keys.map(String)).size).toBe(60);
  });

  test("gets what key there is when there is not enough for all", async () => {
    world.keys.available = 5 * 96;
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => alice.ask({ type: "draw", request: alice.request([bob]) })),
    );
    world.keys.available = Number.POSITIVE_INFINITY;
    expect(answers.filter((answer) => answer.type === "drawn")).toHaveLength(5);
    const refused = answers.filter((answer) => answer.type === "error");
    expect(refused).toHaveLength(7);
    expect(refused[0]).toMatchObject({ code: "key.unavailable", retryAfterMs: 1500 });
  });

  test("is refused for wrong sizes, counts, levels, sites and for oneself", async () => {
    const refusal = async (change: Parameters<TestDevice["request"]>[1]) => {
      const answer = await alice.ask({ type: "draw", request: alice.request([bob], change) });
      return answer.type === "error" ? answer.code : answer.type;
    };
    expect(await refusal({ suite: 2, bytes: 64 })).toBe("draw.size");
    expect(await refusal({ count: 2 })).toBe("draw.count");
    expect(await refusal({ level: 1 })).toBe("level.suite-too-weak");
    expect(await refusal({ recipients: [{ device: bob.id, site: "fr-par-x" }] })).toBe("draw.unknown-site");
    expect(await refusal({ recipients: [{ device: alice.id, site: lisbon }] })).toBe("draw.self");
  });
});

describe("an answer", () => {
  test("is given once: the same request again voids the key at every site", async () => {
    const request = alice.request([bob]);
    const first = await alice.ask({ type: "draw", request });
    if (first.type !== "drawn") throw new Error("not drawn");
    const drawnBefore = world.keys.keysDrawn;
    const pushed = bob.pushed.length;
    const again = await alice.ask({ type: "draw", request });
    expect(again).toMatchObject({ type: "error", code: "draw.repeated" });
    expect(world.keys.keysDrawn).toBe(drawnBefore);
    expect(bob.pushed.length).toBeGreaterThanOrEqual(pushed);
    const recordHash = hash(first.draws[0]!.record);
    await expect(waitForVoid(bob, recordHash)).resolves.toBe("copy.void");
  });

  test("that nobody could receive is a lost key: the request is not answered later, even after a restart", async () => {
    const request = alice.request([bob]);
    alice.socket!.send(await alice.sealFrame({ type: "draw", request }));
    alice.socket!.terminate();
    await alice.closed();
    await alice.connect();
    // The draw may still be running, or be done; the answer is never the key.
    const early = await alice.ask({ type: "draw", request });
    expect(early).toMatchObject({ type: "error", code: "draw.repeated" });
    await alice.disconnect();
    await bob.disconnect();
    await carol.disconnect();
    await world.restart();
    await alice.connect();
    await bob.connect();
    const late = await alice.ask({ type: "draw", request });
    expect(late).toMatchObject({ type: "error", code: "draw.repeated" });
  });

  test("unused is voided by its sender and by nobody else", async () => {
    const { recordHash } = await alice.draw([bob]);
    const stranger = await TestDevice.ready(world, lisbon);
    expect(await stranger.ask({ type: "void", recordHash })).toMatchObject({ code: "draw.unknown" });
    expect(await alice.ask({ type: "void", recordHash })).toEqual({ type: "ok" });
    await expect(waitForVoid(bob, recordHash)).resolves.toBe("copy.void");
  });
});

describe("a copy", () => {
  test("is the same bytes at every fetch, lasts over a restart, and goes with the acknowledgement", async () => {
    const { key, recordHash } = await alice.draw([bob]);
    expect(await bob.fetchKey(recordHash)).toEqual(key);
    const first = await bob.ask({ type: "fetch", recordHash });
    await alice.disconnect();
    await bob.disconnect();
    await world.restart();
    await bob.connect();
    await alice.connect();
    expect(await bob.ask({ type: "fetch", recordHash })).toEqual(first);
    const waiting = await bob.ask({ type: "list-waiting" });
    expect(waiting.type === "waiting" && waiting.recordHashes).toContainEqual(recordHash);
    expect(await bob.ask({ type: "acknowledge", recordHashes: [recordHash] })).toEqual({ type: "ok" });
    expect(await bob.ask({ type: "fetch", recordHash })).toMatchObject({ code: "copy.unknown" });
  });

  test("waits for a device that is away, sealed to its last sealing key", async () => {
    await bob.disconnect();
    const { key, recordHash } = await alice.draw([bob]);
    await bob.connect();
    expect(await bob.fetchKey(recordHash)).toEqual(key);
  });

  test("is not for a certified device that the record does not name, not even of the same user", async () => {
    const other = await TestDevice.ready(world, madrid);
    const { recordHash } = await alice.draw([bob]);
    await bob.fetchKey(recordHash);
    expect(await other.ask({ type: "fetch", recordHash })).toMatchObject({
      type: "error",
      code: "copy.unknown",
    });
    expect(other.pushed).toHaveLength(0);
    expect(await alice.ask({ type: "fetch", recordHash })).toMatchObject({ code: "copy.unknown" });
  });

  test("is made for no device that nobody enrolled", async () => {
    const request = alice.request([], {
      recipients: sortRecipients([
        { device: randomUuid(), site: madrid },
        { device: bob.id, site: madrid },
      ]),
    });
    expect((await alice.ask({ type: "draw", request })).type).toBe("drawn");
    const rows = await world.database.query(`SELECT DISTINCT "device" FROM "gateway_copy"`);
    const devices = await world.database.query(`SELECT "device" FROM "gateway_device"`);
    expect(rows.length).toBeLessThanOrEqual(devices.length);
  });
});

test("no key byte is in the gateways' tables", async () => {
  const { key, recordHash } = await alice.draw([bob]);
  await bob.fetchKey(recordHash);
  const needle = Buffer.from(key.subarray(0, 16));
  for (const { table_name } of await world.database.query<{ table_name: string }>(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
  )) {
    for (const row of await world.database.query(`SELECT * FROM "${table_name}"`)) {
      for (const value of Object.values(row))
        if (value instanceof Uint8Array) expect(Buffer.from(value).includes(needle)).toBe(false);
    }
  }
  expect(world.errors).toEqual([]);
});

async function waitForVoid(device: TestDevice, recordHash: Uint8Array<ArrayBuffer>): Promise<string> {
  for (;;) {
    const answer = await device.ask({ type: "fetch", recordHash });
    if (answer.type === "error" && answer.code === "copy.void") return answer.code;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("keeping house removes month-old copies and records, and neither the register nor the requests", async () => {
  const { recordHash } = await alice.draw([bob]);
  await bob.fetchKey(recordHash);
  const count = async (table: string) =>
    (await world.database.query<{ n: number }>(`SELECT count(*)::int8 AS n FROM "${table}"`))[0]!.n;
  const spent = await count("gateway_spent");
  await removeExpired(world.queue, world.now());
  expect((await bob.ask({ type: "fetch", recordHash })).type).toBe("copy");
  await removeExpired(world.queue, world.now() + 31 * 24 * 60 * 60 * 1000);
  expect(await bob.ask({ type: "fetch", recordHash })).toMatchObject({ code: "copy.unknown" });
  expect(await count("gateway_copy")).toBe(0);
  expect(await count("gateway_sealing_context")).toBe(0);
  expect(await count("gateway_spent")).toBe(spent);
  const requests = await world.database.query(`SELECT 1 FROM "gateway_record" WHERE "request" IS NOT NULL`);
  expect(requests.length).toBeGreaterThan(0);
});

test("the room of delivered copies is used again", async () => {
  const { database } = world;
  const rounds = async () => {
    for (let round = 0; round < 5; round++) {
      await database.query(
        `INSERT INTO "gateway_copy" ("site", "device", "record_hash", "context", "position", "sealed", "created_at")
         SELECT 'nowhere', '\\x01', sha512(n::text::bytea), '\\x02', 1, sha512('sealed'), 0 FROM generate_series(1, 2000) AS s(n)`,
      );
      await database.query(`DELETE FROM "gateway_copy" WHERE "site" = 'nowhere'`);
      await reclaimRoom(database);
    }
    const [size] = await database.query<{ bytes: number }>(
      `SELECT pg_total_relation_size('gateway_copy')::int8 AS bytes`,
    );
    return size!.bytes;
  };
  const before = await rounds();
  expect(await rounds()).toBeLessThan(1.3 * before);
});
