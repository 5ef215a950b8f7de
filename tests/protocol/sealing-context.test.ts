import { beforeAll, describe, expect, test } from "vitest";
import { generateSealingKey } from "../../lib/protocol/hpke.ts";
import { decodeSealedCopy, encodeSealedCopy } from "../../lib/protocol/sealed-copy.ts";
import { CopyOpener, SealingContext } from "../../lib/protocol/sealing-context.ts";
import { SecretBytes } from "../../lib/shared/secret-bytes.ts";
import { expectCode, flipBit, random } from "./expectations.ts";
import { makeWorld, type TestDevice, type TestWorld } from "./world.ts";

let world: TestWorld;
let bob: TestDevice;
let eve: TestDevice;

beforeAll(async () => {
  world = await makeWorld();
  bob = await world.device("es-mad-mae", "bob");
  eve = await world.device("es-mad-mae", "eve");
});

const begin = (device: TestDevice) =>
  SealingContext.begin({
    site: device.site,
    device: device.id,
    sealingKey: device.sealing.publicKey,
    access: device.access,
    now: 0,
  });

const openerOf = (device: TestDevice, changes: { seeds?: SecretBytes[]; secret?: SecretBytes } = {}) =>
  new CopyOpener({
    site: device.site,
    device: device.id,
    sealingSeeds: () => changes.seeds ?? [device.sealing.seed],
    accessSecret: (generation) => (generation === 0 ? (changes.secret ?? device.access.secret) : undefined),
  });

describe("a sealed copy", () => {
  test("opens for its device with its record, as often as it is fetched", async () => {
    const context = await begin(bob);
    const opener = openerOf(bob);
    for (const length of [32, 96, 5000]) {
      const key = SecretBytes.random(length);
      const recordHash = random(64);
      const copy = decodeSealedCopy(encodeSealedCopy(await context.seal(key, recordHash)));
      for (let fetch = 0; fetch < 2; fetch++)
        expect((await opener.open(copy, recordHash)).reveal()).toEqual(key.reveal());
    }
  });

  test("opens for no other device, record, access secret or index, and not when altered", async () => {
    const context = await begin(bob);
    const key = SecretBytes.random(96);
    const recordHash = random(64);
    const copy = await context.seal(key, recordHash);
    await expectCode(openerOf(eve).open(copy, recordHash), "copy.open");
    await expectCode(openerOf(bob, { secret: SecretBytes.random(32) }).open(copy, recordHash), "copy.open");
    const opener = openerOf(bob);
    await opener.open(copy, recordHash);
    await expectCode(opener.open(copy, random(64)), "copy.open");
    await expectCode(opener.open({ ...copy, index: 1 }, recordHash), "copy.open");
    await expectCode(
      opener.open({ ...copy, ciphertext: flipBit(copy.ciphertext, 5) }, recordHash),
      "copy.open",
    );
    await expectCode(opener.open({ ...copy, enc: flipBit(copy.enc, 5) }, recordHash), "copy.open");
    await expectCode(openerOf(bob).open({ ...copy, generation: 3 }, recordHash), "copy.generation-unknown");
    expect((await opener.open(copy, recordHash)).reveal()).toEqual(key.reveal());
  });

  test("sealed to the sealing key before the last still opens", async () => {
    const context = await begin(bob);
    const copy = await context.seal(SecretBytes.random(32), random(64).fill(1));
    const newer = await generateSealingKey();
    const opener = openerOf(bob, { seeds: [newer.seed, bob.sealing.seed] });
    expect((await opener.open(copy, random(64).fill(1))).length).toBe(32);
  });

  test("no two copies of a context share an index, and a context ends", async () => {
    const context = await begin(bob);
    const copies = await Promise.all(
      Array.from({ length: 1000 }, () => context.seal(SecretBytes.random(32), random(64))),
    );
    expect(new Set(copies.map(({ index }) => index)).size).toBe(1000);
    expect(context.isSpent(0)).toBe(true);
    await expectCode(context.seal(SecretBytes.random(32), random(64)), "copy.context-spent");
    expect((await begin(bob)).isSpent(600_000)).toBe(true);
  });
});
