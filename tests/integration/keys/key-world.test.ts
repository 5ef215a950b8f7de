import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KeyNotFoundError, KeyUnavailableError } from "../../../lib/keys/key-errors.ts";
import type { HopFrame } from "../../../lib/keys/kme/hop.ts";
import {
  chainHash,
  decodeRowBody,
  encodeRowBody,
  type LedgerRow,
} from "../../../lib/keys/ledger/ledger-row.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { parseUuid } from "../../../lib/shared/uuid.ts";
import { newFolder, openTestWorld, removeFolder, type TestWorld } from "../../keys/support/open-world.ts";

let test: TestWorld;
let folder: string;
let wire: (frame: HopFrame) => HopFrame = (frame) => frame;
const [lisbon, madrid] = ["pt-lis-mne", "es-mad-mae"] as const;
let a: string;
let b: string;

beforeAll(async () => {
  folder = await newFolder();
  test = await openTestWorld(folder, { wire: (frame) => wire(frame) });
  const sites = test.world.endpointSites;
  a = sites.find((site) => site === lisbon) ?? sites.find((site) => site.startsWith("pt"))!;
  b = sites.find((site) => site === madrid) ?? sites.find((site) => site.startsWith("es"))!;
});
afterAll(async () => {
  await test.world.close();
  removeFolder(folder);
});

const draw = async (kind: "etsi014" | "built-in", number = 1, size = 256) => {
  const answer = await test.world.providerFor(a, kind).encKeys({ slaveSae: `sae-${b}`, number, size });
  return answer;
};
const fetch = (kind: "etsi014" | "built-in", ids: readonly string[]) =>
  test.world.providerFor(b, kind).decKeys(`sae-${a}`, ids);

describe.each(["built-in", "etsi014"] as const)("keys by the %s provider", (kind) => {
  it("are the same at both sites, once", async () => {
    const { keys, origin } = await draw(kind, 3, 512);
    const ids = keys.map(({ keyId }) => keyId);
    const fetched = await fetch(kind, ids);
    expect(fetched.map(({ key }) => toHex(key.reveal()))).toEqual(keys.map(({ key }) => toHex(key.reveal())));
    expect(keys[0]!.key.length).toBe(64);
    expect(origin!.routes[0]![0]).toBe(a);
    expect(origin!.routes[0]!.at(-1)).toBe(b);
    const hops = origin!.routes[0]!.length - 1;
    expect(origin!.networkBits).toBe(hops * (3 * 512 + 256));
    await expect(fetch(kind, ids)).rejects.toBeInstanceOf(KeyNotFoundError);
  });

  it("never share an identifier or a byte when two hundred are asked for at once", async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => draw(kind)));
    const keys = answers.flatMap((answer) => answer.keys);
    expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(200);
    expect(new Set(keys.map(({ key }) => toHex(key.reveal()))).size).toBe(200);
    const fetched = await Promise.all(keys.map(({ keyId }) => fetch(kind, [keyId])));
    for (const [i, [one]] of fetched.entries()) {
      expect(toHex(one!.key.reveal())).toBe(toHex(keys[i]!.key.reveal()));
    }
  });
});

it("is handed out once also when it is asked for twice within one commit", async () => {
  const { keys } = await draw("built-in");
  const ids = [parseUuid(keys[0]!.keyId)];
  const ask = () => test.world.kme(b).decKeys(`sae-${b}`, `sae-${a}`, ids);
  const answers = await Promise.allSettled([ask(), ask(), ask()]);
  expect(answers.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
  for (const answer of answers)
    if (answer.status === "rejected") expect(answer.reason).toBeInstanceOf(KeyNotFoundError);
});

describe("a frame changed on its way", () => {
  it("voids the key at every node, is accounted for, and the next one passes", async () => {
    const before = test.links.pools().reduce((sum, pool) => sum + pool.availableBytes, 0);
    let hop = 0;
    wire = (frame) => {
      if (++hop < 2) return frame;
      const ciphertext = frame.ciphertext.slice();
      ciphertext[0]! ^= 1;
      return { ...frame, ciphertext };
    };
    await expect(draw("built-in")).rejects.toBeInstanceOf(KeyUnavailableError);
    wire = (frame) => frame;
    const after = test.links.pools().reduce((sum, pool) => sum + pool.availableBytes, 0);
    expect(before - after).toBe(2 * 64);
    expect(test.links.pools().every((pool) => pool.endA.untaken === 0 && pool.endB.untaken === 0)).toBe(true);
    const rows = await test.world.views.entries({ site: a, kind: "void" });
    expect(rows.at(-1)!.detail.reason).toContain("changed");
    await draw("built-in");
    expectBalanced();
  });
});

function expectBalanced(): void {
  for (const balance of test.world.views.balances()) {
    expect(balance).toMatchObject({ balance: 0, agree: true });
  }
}

describe("the ledger", () => {
  it("accounts for every byte of every link", () => {
    const balances = test.world.views.balances();
    expect(balances.length).toBeGreaterThan(0);
    expect(balances.some(({ ledger }) => ledger.relayed > 0)).toBe(true);
    expectBalanced();
  });

  it("tells a key's life", async () => {
    const { keys } = await draw("built-in");
    const id = keys[0]!.keyId;
    expect(await test.world.views.keyLife(id)).toMatchObject({ state: "waiting", bits: 256, delivered: [] });
    await fetch("built-in", [id]);
    const life = await test.world.views.keyLife(id);
    expect(life).toMatchObject({ state: "delivered", masterSite: a, slaveSites: [b], erasedAt: null });
    expect(life!.delivered[0]!.site).toBe(b);
    expect(life!.networkBits).toBe((life!.route.length - 1) * 512);
    expect((await test.world.views.keys({ limit: 1 }))[0]!.keyId).toBe(id);
  });

  it("is internally consistent before, and witnessed after, the heads are exchanged", async () => {
    expect(await test.world.views.verify()).toMatchObject({
      ok: true,
      verdict: "internally consistent only",
    });
    await test.world.keepHouse();
    const verified = await test.world.views.verify();
    expect(verified).toMatchObject({ ok: true, verdict: "witnessed" });
    expect((await test.world.views.verify(a)).witnesses).toHaveLength(2);
    const chain = (await test.world.views.chains()).find(({ site }) => site === a);
    expect(chain!.witnesses).toHaveLength(2);
  });

  it("shows consumption by pair", async () => {
    const now = Date.now();
    const view = await test.world.views.consumption({
      from: now - 60_000,
      to: now,
      bucketMs: 10_000,
      by: "pair",
    });
    expect(view.groups[0]!.name).toBe([a, b].sort().join(" "));
    expect(view.groups[0]!.keys).toBeGreaterThan(400);
    expect(view.consumedBytes.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(0);
    expect(view.generatedBytes.reduce((sum, value) => sum + value, 0)).toBe(9_000_000);
  });

  it("finds a row that was changed, wherever it was", async () => {
    const { database } = test.world;
    const where = "WHERE site = $1 AND kind = 'delivered'";
    const change = (sql: string) => database.query(`UPDATE ledger_rows SET ${sql} ${where}`, [b]);
    await change("at = at + 1");
    expect(await test.world.views.verify()).toMatchObject({
      ok: false,
      verdict: "broken",
      brokenAt: { site: b },
    });
    await change("at = at - 1");
    expect(await test.world.views.verify()).toMatchObject({ ok: true });
    await change("body = set_byte(body, 20, get_byte(body, 20) # 1)");
    expect((await test.world.views.verify()).brokenAt!.reason).toContain("hash");
    await change("body = set_byte(body, 20, get_byte(body, 20) # 1)");
    expect(await test.world.views.verify()).toMatchObject({ ok: true });
  });

  it("finds a chain that was rewritten whole, and names who holds another head of it", async () => {
    const { database } = test.world;
    const read = () =>
      database.query<LedgerRow>(`SELECT * FROM ledger_rows WHERE site = $1 ORDER BY "index"`, [a]);
    const write = async (rows: readonly LedgerRow[]) => {
      for (const { index, body, hash } of rows)
        await database.query(`UPDATE ledger_rows SET body = $3, hash = $4 WHERE site = $1 AND "index" = $2`, [
          a,
          index,
          body,
          hash,
        ]);
    };
    const honest = await read();
    const at = honest.findIndex(({ kind }) => kind === "relay");
    let before = honest[at - 1]!.hash;
    const forged = honest.slice(at).map((row) => {
      const { detail } = decodeRowBody(row.body);
      const body = row.index === at ? encodeRowBody(row, { ...detail, master: "sae-nobody" }) : row.body;
      before = chainHash(before, body);
      return { ...row, body, hash: before };
    });
    await write(forged);
    const witnesses = (await test.world.views.chains()).find(({ site }) => site === a)!.witnesses;
    const verified = await test.world.views.verify();
    expect(verified).toMatchObject({ ok: false, verdict: "broken", brokenAt: { site: a } });
    const reason = verified.brokenAt!.reason;
    expect(witnesses.map(({ site }) => `differs from the head held by ${site}`)).toContain(reason);
    await write(honest.slice(at));
    expect(await test.world.views.verify()).toMatchObject({ ok: true });
  });

  it("gives no key when it cannot be written, and accounts for what was burned once it can", async () => {
    const { database, ledger } = test.world;
    const countWaiting = () => database.query("SELECT count(*) FROM waiting_keys");
    const waiting = await countWaiting();
    const countVoid = async () => (await test.world.views.entries({ site: a, kind: "void" })).length;
    const voided = await countVoid();
    await database.exec("ALTER TABLE ledger_rows RENAME TO ledger_rows_away");
    const failures = ledger.writeFailures;
    await expect(draw("built-in")).rejects.toThrow(/ledger cannot be written/);
    expect(ledger.writeFailures).toBeGreaterThan(failures);
    await database.exec("ALTER TABLE ledger_rows_away RENAME TO ledger_rows");
    expectBalanced();
    expect(await countVoid()).toBe(voided);
    await test.world.keepHouse();
    expectBalanced();
    expect(await countVoid()).toBe(voided + 1);
    expect(await countWaiting()).toEqual(waiting);
  });
});

describe("links that fail", () => {
  it("are gone round, and named when there is no way left", async () => {
    const first = await draw("built-in");
    const used = first.origin!.routes[0]!;
    const link = test.links
      .pools()
      .find(({ a: x, b: y }) => [x, y].includes(used[0]!) && [x, y].includes(used[1]!))!;
    link.condition = "alarm";
    const second = await draw("built-in");
    expect(second.origin!.routes[0]).not.toEqual(used);
    for (const pool of test.links.pools()) if ([pool.a, pool.b].includes(a)) pool.condition = "down";
    await expect(draw("built-in")).rejects.toThrow(/no key route between .* is cut/);
    expect(test.world.views.pair(a, b)).toMatchObject({ route: null, availableBytes: 0 });
    for (const pool of test.links.pools()) pool.condition = "generating";
    await draw("built-in");
  });
});

describe("key material at rest", () => {
  it("is wrapped in the database, and its wrapping key is deleted when the last key is delivered", async () => {
    const { world } = test;
    await world.database.query("UPDATE waiting_keys SET expires_at = 0");
    await world.keepHouse({ idleMs: 0 });
    const files = () => readdirSync(join(folder, "wrapping"));
    expect(files()).toEqual([]);
    const { keys } = await draw("built-in", 2, 1024);
    const [file] = files();
    expect(statSync(join(folder, "wrapping", file!)).mode & 0o777).toBe(0o600);
    const [row] = await world.database.query<{ wrapped: Uint8Array }>(
      "SELECT wrapped FROM waiting_keys LIMIT 1",
    );
    expect(toHex(row!.wrapped)).not.toContain(toHex(keys[0]!.key.reveal()).slice(0, 32));
    await fetch("built-in", [keys[0]!.keyId]);
    await world.keepHouse({ idleMs: 0 });
    expect(files()).toHaveLength(1);
    await fetch("built-in", [keys[1]!.keyId]);
    await world.keepHouse({ idleMs: 0 });
    expect(files()).toEqual([]);
    expect((await world.views.keyLife(keys[1]!.keyId))!.erasedAt).not.toBeNull();
  });

  it("expires", async () => {
    const kme = test.world.kme(a);
    const supply = await kme.encKeys({
      masterSae: `sae-${a}`,
      slaveSaes: [`sae-${b}`],
      number: 1,
      size: 256,
      maxAgeMs: 0,
    });
    const ids = supply.keys.map(({ keyId }) => keyId);
    await expect(test.world.kme(b).decKeys(`sae-${b}`, `sae-${a}`, ids)).rejects.toBeInstanceOf(
      KeyNotFoundError,
    );
    await test.world.keepHouse();
    const lives = await test.world.views.keys({ limit: 1 });
    expect(lives[0]!.state).toBe("expired");
  });

  it("keeps private keys to its owner", () => {
    for (const name of ["root.key", "ledger-keys.json", `kme/${a}.key`, `sae/sae-${a}.key`]) {
      expect(statSync(join(folder, "pki", name)).mode & 0o777).toBe(0o600);
    }
  });
});

describe("one key for several sites", () => {
  it("waits for each of them, and its life ends with the last", async () => {
    const sites = test.world.endpointSites.filter((site) => site !== a);
    const saes = sites.map((site) => `sae-${site}`);
    const { keys } = await test.world.providerFor(a, "etsi014").encKeys({
      slaveSae: saes[0]!,
      additionalSlaveSaes: saes.slice(1),
      number: 1,
      size: 256,
    });
    const id = keys[0]!.keyId;
    const got = await Promise.all(
      sites.map((site) => test.world.providerFor(site, "built-in").decKeys(`sae-${a}`, [id])),
    );
    const wanted = toHex(keys[0]!.key.reveal());
    expect(got.map(([one]) => toHex(one!.key.reveal()))).toEqual(sites.map(() => wanted));
    const life = await test.world.views.keyLife(id);
    expect(life!.delivered.map(({ site }) => site).sort()).toEqual([...sites].sort());
    expect(life!.state).toBe("delivered");
    expectBalanced();
  });
});

describe("after a restart", () => {
  it("ports, certificates, waiting keys and the ledger are as before, and unused link key is counted as lost", async () => {
    const { keys } = await draw("built-in");
    const address = test.world.addressOf(a);
    const root = test.world.pki.root.certificate;
    await test.world.close();
    expect(existsSync(join(folder, "lock"))).toBe(false);
    test = await openTestWorld(folder, { wire: (frame) => wire(frame) });
    expect(test.world.addressOf(a)).toBe(address);
    expect(test.world.pki.root.certificate).toBe(root);
    expect(readFileSync(join(folder, "kmes.json"), "utf8")).toContain(a);
    const [one] = await fetch("etsi014", [keys[0]!.keyId]);
    expect(toHex(one!.key.reveal())).toBe(toHex(keys[0]!.key.reveal()));
    expect(test.world.views.balances().every(({ ledger }) => ledger.lostAtRestart > 0)).toBe(true);
    expectBalanced();
    expect(await test.world.views.verify()).toMatchObject({ ok: true });
    const now = Date.now();
    const view = await test.world.views.consumption({
      from: now - 60_000,
      to: now,
      bucketMs: 10_000,
      by: "site",
    });
    expect(view.groups[0]!.name).toBe(a);
  });
});
