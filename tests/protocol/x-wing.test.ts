import { XWing } from "@hpke/hybridkem-x-wing";
import { ml_kem768_x25519 as nobleXWing } from "@noble/post-quantum/hybrid.js";
import { describe, expect, test } from "vitest";
import { createHpkeRecipient, createHpkeSender, generateSealingKey } from "../../lib/protocol/hpke.ts";
import { xWingDecapsulate, xWingEncapsulate, xWingPublicKey } from "../../lib/protocol/x-wing.ts";
import { basePoint, nodeX25519, softwareX25519, webCryptoX25519 } from "../../lib/protocol/x25519.ts";
import { expectCode, flipBit, random } from "./expectations.ts";

const other = new XWing();
const bytes = (buffer: ArrayBuffer) => new Uint8Array(buffer);

describe("X-Wing", () => {
  test("gives the bytes of two other implementations", async () => {
    const [seed, randomness] = [random(32), random(64)];
    const publicKey = await xWingPublicKey(seed);
    const theirs = await other.generateKeyPairDerand(seed);
    expect(publicKey).toEqual(bytes(await other.serializePublicKey(theirs.publicKey)));
    expect(publicKey).toEqual(nobleXWing.keygen(seed).publicKey);

    const ours = await xWingEncapsulate(publicKey, randomness);
    const expected = await other.encap({ recipientPublicKey: theirs.publicKey, ekm: randomness.buffer });
    expect(ours.ciphertext).toEqual(bytes(expected.enc));
    expect(ours.shared).toEqual(bytes(expected.sharedSecret));
    expect(nobleXWing.encapsulate(publicKey, randomness).sharedSecret).toEqual(ours.shared);
  });

  test("opens what another implementation encapsulated, and the other way round", async () => {
    const seed = random(32);
    const theirs = await other.generateKeyPairDerand(seed);
    const sent = await other.encap({ recipientPublicKey: theirs.publicKey });
    expect(await xWingDecapsulate(seed, bytes(sent.enc))).toEqual(bytes(sent.sharedSecret));

    const { shared, ciphertext } = await xWingEncapsulate(await xWingPublicKey(seed));
    const opened = await other.decap({ recipientKey: theirs.privateKey, enc: ciphertext.buffer });
    expect(bytes(opened)).toEqual(shared);
  });

  test("gives another secret when a byte was altered, in either part", async () => {
    const seed = random(32);
    const { shared, ciphertext } = await xWingEncapsulate(await xWingPublicKey(seed));
    for (const byte of [0, 700, 1088, 1100])
      expect(await xWingDecapsulate(seed, flipBit(ciphertext, byte))).not.toEqual(shared);
  });

  test("refuses keys and ciphertexts of another length, and a point of small order", async () => {
    const sealing = await generateSealingKey();
    const { enc } = await createHpkeSender(sealing.publicKey, random(3));
    const open = (sent: Uint8Array<ArrayBuffer>) => createHpkeRecipient(sealing.seed, sent, random(3));
    for (const length of [0, 1088, 1119, 1121])
      await expectCode(open(new Uint8Array([...enc, 0]).slice(0, length)), "hpke.open");
    const zero = enc.slice();
    zero.fill(0, 1088);
    await expectCode(open(zero), "hpke.open");
    await expect(createHpkeSender(sealing.publicKey.slice(1), random(3))).rejects.toThrow(/1216 bytes/);
  });
});

test("implementations of X25519 give the same bytes and refuse a zero result", async () => {
  const all = [softwareX25519, webCryptoX25519, ...(nodeX25519 === undefined ? [] : [nodeX25519])];
  const [one, two] = [random(32), random(32)];
  const point = await softwareX25519(two, basePoint);
  const agreed = await softwareX25519(one, point);
  for (const compute of all) {
    expect(await compute(two, basePoint)).toEqual(point);
    expect(await compute(two, await compute(one, basePoint))).toEqual(agreed);
    await expect(compute(one, new Uint8Array(32))).rejects.toThrow();
  }
});
