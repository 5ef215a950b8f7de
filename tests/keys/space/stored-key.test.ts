import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LinkEndCounts } from "../../../lib/keys/link-types.ts";
import { balanceOf } from "../../../lib/keys/links/link-counts.ts";
import { SpacePool } from "../../../lib/keys/space/space-pool.ts";
import { SpaceStore } from "../../../lib/keys/space/space-store.ts";

const wrapping = new Uint8Array(32).fill(9);
const link = "azores~sat";
let folder: string;
const opened: SpaceStore[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "space-store-"));
});
afterEach(() => {
  closeAll();
  rmSync(folder, { recursive: true, force: true });
});

function closeAll(): void {
  for (const store of opened.splice(0)) store.close();
}

function openStore(site: string): SpaceStore {
  const store = SpaceStore.open(join(folder, `${site}.store`), site, wrapping);
  opened.push(store);
  return store;
}

function openPool(initial?: { a: LinkEndCounts; b: LinkEndCounts }): SpacePool {
  closeAll();
  return new SpacePool({
    linkId: link,
    a: "azores",
    b: "sat",
    capacityBytes: 60_000,
    reserveBytes: 512,
    initial,
    storeA: openStore("azores"),
    storeB: openStore("sat"),
    onReserved: () => undefined,
    onStateChange: () => undefined,
    onFault: (error) => {
      throw error;
    },
  });
}

function keyOf(length: number, seed: number): Uint8Array {
  return new Uint8Array(createHash("shake256", { outputLength: length }).update(String(seed)).digest());
}

/** The counts as a ledger's rows would give them when a process is gone: what is stored is not among them. */
function ledgerCounts(pool: SpacePool): { a: LinkEndCounts; b: LinkEndCounts } {
  const { a, b } = pool.counts();
  return { a: { ...a, stored: 0 }, b: { ...b, stored: 0 } };
}

describe("key stored from passes", () => {
  it("is there after a restart at both ends, from where it was not used yet", () => {
    const pool = openPool();
    expect(pool.isNew).toBe(true);
    const key = keyOf(20_000, 1);
    pool.append(key.slice(), key.slice(), 14);
    const taken = pool.reserve(1000, "relayed");
    if (taken === undefined) throw new Error("no key");
    const used = pool.end("azores").take(taken).reveal().slice();
    const again = openPool(ledgerCounts(pool));
    expect(again.isNew).toBe(false);
    // One segment was marked used for the thousand bytes; the rest of it is lost, and counted.
    expect(again.counts().a.stored).toBe(20_000 - 4096);
    expect(again.counts().a.lostAtRestart).toBe(4096 - 1000);
    const next = again.reserve(4096, "relayed");
    if (next === undefined) throw new Error("no key");
    const bytes = again.end("sat").take(next).reveal();
    expect(Buffer.from(bytes).equals(Buffer.from(key.subarray(4096, 8192)))).toBe(true);
    expect(Buffer.from(bytes).includes(Buffer.from(used.subarray(0, 16)))).toBe(false);
  });

  it("keeps the balance of both ends at zero through uses and restarts", () => {
    let pool = openPool();
    for (let round = 0; round < 6; round++) {
      pool.append(keyOf(9000, round), keyOf(9000, round), 14);
      for (const bytes of [100, 5000, 320]) pool.reserve(bytes, "relayed");
      pool.reserve(4096, "authentication");
      for (const end of Object.values(pool.counts())) expect(balanceOf(end)).toBe(0);
      pool = openPool(ledgerCounts(pool));
      for (const end of Object.values(pool.counts())) expect(balanceOf(end)).toBe(0);
    }
    expect(pool.counts().a).toEqual(pool.counts().b);
  });

  it("is given up where only one end has it, as after a crash between two disks", () => {
    const pool = openPool();
    pool.append(keyOf(8192, 1), keyOf(8192, 1), 14);
    closeAll();
    openStore("azores").add(link, 8192, keyOf(4096, 2));
    const counts = ledgerCounts(pool);
    const more = { ...counts.a, generated: counts.a.generated + 4096 };
    const again = openPool({ a: more, b: { ...more } });
    expect(again.counts().a.stored).toBe(8192);
    expect(again.counts().a.lostAtRestart).toBe(4096);
    again.append(keyOf(4096, 3), keyOf(4096, 3), 14);
    expect(again.counts().b.stored).toBe(12_288);
  });

  it("is given up when the ledger is a new one, which cannot know what was used", () => {
    const pool = openPool();
    pool.append(keyOf(8192, 1), keyOf(8192, 1), 14);
    expect(openPool().counts().a).toMatchObject({ stored: 0, generated: 0 });
  });

  it("is not readable in the files, nor after they were altered", () => {
    const pool = openPool();
    const key = keyOf(8192, 5);
    pool.append(key.slice(), key.slice(), 14);
    const counts = ledgerCounts(pool);
    closeAll();
    for (const name of readdirSync(folder)) {
      const file = readFileSync(join(folder, name));
      expect(file.includes(Buffer.from(key.subarray(100, 124)))).toBe(false);
      expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
    }
    const path = join(folder, "sat.store");
    const file = readFileSync(path);
    file[200] = (file[200] ?? 0) ^ 1;
    writeFileSync(path, file);
    expect(openPool(counts).counts().a).toMatchObject({ stored: 0, lostAtRestart: 8192 });
    expect(readdirSync(folder)).toContain("sat.store.damaged");
  });

  it("loses a record that a crash cut short, and only that", () => {
    const pool = openPool();
    pool.append(keyOf(8192, 1), keyOf(8192, 1), 14);
    const counts = ledgerCounts(pool);
    closeAll();
    const path = join(folder, "azores.store");
    writeFileSync(path, readFileSync(path).subarray(0, -10));
    expect(openPool(counts).counts().a.stored).toBe(4096);
  });

  it("keeps a reserve back and refuses more than it has without using any", () => {
    const pool = openPool();
    pool.append(keyOf(4096, 1), keyOf(4096, 1), 14);
    expect(pool.availableBytes).toBe(4096 - 512);
    expect(pool.reserve(4000, "relayed")).toBeUndefined();
    expect(openPool(ledgerCounts(pool)).counts().a.stored).toBe(4096);
  });
});
