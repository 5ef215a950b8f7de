import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SeenKeys } from "../../../lib/keys/external/seen-keys.ts";
import { SecretBytes } from "../../../lib/shared/secret-bytes.ts";
import { newFolder, openTestWorld, removeFolder, type TestWorld } from "../../keys/support/open-world.ts";

/** At most once, whatever a foreign key manager does. */
let test: TestWorld;
let folder: string;
let clock = Date.now();

beforeAll(async () => {
  folder = await newFolder();
  test = await openTestWorld(folder);
});
afterAll(async () => {
  await test.world.close();
  removeFolder(folder);
});

const open = () => new SeenKeys(folder, test.world.commits, test.world.ledger, () => clock);
const keyOf = (keyId: string, bytes: Uint8Array) => ({ keyId, key: SecretBytes.copyOf(bytes) });
const days = 24 * 3_600_000;
const random = () => crypto.getRandomValues(new Uint8Array(32));

it("takes a key once at each site, and knows it again after a restart, for thirty days", async () => {
  const [id, bytes] = [crypto.randomUUID(), random()];
  const first = open();
  await first.accept("pt-lis-mne", [keyOf(id, bytes)]);
  await first.accept("es-mad-mfa", [keyOf(id, bytes)]);
  first.close();
  const second = open();
  clock += 29 * days;
  await expect(second.accept("pt-lis-mne", [keyOf(id, random())])).rejects.toThrow(/repeated a key/);
  const again = keyOf(crypto.randomUUID(), bytes);
  const fresh = keyOf(crypto.randomUUID(), random());
  await expect(second.accept("pt-lis-mne", [fresh, again])).rejects.toMatchObject({ code: "key.repeated" });
  expect([fresh.key.destroyed, again.key.destroyed]).toEqual([true, true]);
  clock += 2 * days;
  await second.accept("pt-lis-mne", [keyOf(crypto.randomUUID(), bytes)]);
  second.close();
});

it("refuses an answer that holds one key twice", async () => {
  const seen = open();
  const bytes = random();
  const twins = [keyOf(crypto.randomUUID(), bytes), keyOf(crypto.randomUUID(), bytes)];
  await expect(seen.accept("pt-lis-mne", twins)).rejects.toMatchObject({ code: "key.repeated" });
  seen.close();
});

it("enters an alarm without any byte of the key, and keeps no fingerprint that a key alone could be checked with", async () => {
  const rows = await test.world.database.query<{ body: Uint8Array }>(
    "SELECT body FROM ledger_rows WHERE kind = 'alarm'",
  );
  expect(rows).toHaveLength(3);
  const bytes = random();
  const seen = open();
  await seen.accept("pt-lis-gns", [keyOf(crypto.randomUUID(), bytes)]);
  seen.close();
  const prints = await test.world.database.query<{ fingerprint: Uint8Array }>(
    "SELECT fingerprint FROM seen_keys",
  );
  const { createHash } = await import("node:crypto");
  const plain = createHash("sha256").update("key\0").update(bytes).digest("hex");
  for (const { fingerprint } of prints) expect(Buffer.from(fingerprint).toString("hex")).not.toBe(plain);
});

it("says which file is damaged", () => {
  writeFileSync(join(folder, "external", "seen.key"), "short");
  expect(open).toThrow(/seen.key is damaged/);
});
