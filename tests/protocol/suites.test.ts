import { readdirSync, readFileSync } from "node:fs";
import { gcm } from "@noble/ciphers/aes.js";
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nobleGcm, nodeGcm, webCryptoGcm } from "../../lib/protocol/aes-gcm.ts";
import { nobleEd25519, nodeEd25519, webCryptoEd25519 } from "../../lib/protocol/ed25519.ts";
import { hash, hashByNoble } from "../../lib/protocol/hash.ts";
import { verifyEd25519, verifyMlDsa65 } from "../../lib/protocol/signing.ts";
import { decryptAes, encryptAes } from "../../lib/protocol/suite-aes.ts";
import { decryptOtp, encryptOtp } from "../../lib/protocol/suite-otp.ts";
import { SecretBytes } from "../../lib/shared/secret-bytes.ts";
import { expectCode, flipBit, random } from "./expectations.ts";
import { newSigner } from "./world.ts";

/** Poly1305 (RFC 8439 §2.5.1) and the pad, by the letter and with big integers: slow and readable. */
function slowOtp(key: Uint8Array, header: Uint8Array, padded: Uint8Array) {
  const ciphertext = padded.map((byte, i) => byte ^ key[32 + i]!);
  const framed = (bytes: Uint8Array) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(bytes.length));
    return Buffer.concat([length, bytes]);
  };
  const number = (bytes: Uint8Array) => [...bytes].reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const r = number(key.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  const s = number(key.subarray(16, 32));
  const message = Buffer.concat([framed(header), framed(ciphertext)]);
  let accumulator = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const block = number(Uint8Array.from([...message.subarray(at, at + 16), 1]));
    accumulator = ((accumulator + block) * r) % (2n ** 130n - 5n);
  }
  let rest = (accumulator + s) % 2n ** 128n;
  const tag = new Uint8Array(16).map(() => {
    const byte = Number(rest % 256n);
    rest /= 256n;
    return byte;
  });
  return { ciphertext, tag };
}

describe("suite OTP", () => {
  test("equals its slow twin", () => {
    const lengths = fc.constantFrom(1, 3, 15, 64, 128, 512);
    fc.assert(
      fc.property(lengths, fc.uint8Array({ maxLength: 80 }), (length, header) => {
        const [key, padded] = [random(length + 32), random(length)];
        const slow = slowOtp(key, header, padded);
        const fast = encryptOtp(SecretBytes.copyOf(key), header, padded);
        expect(fast).toEqual(slow);
        expect(decryptOtp(SecretBytes.own(key), header, fast.ciphertext, fast.tag)).toEqual(padded);
      }),
    );
  });

  test("works on views at any offset", () => {
    const key = random(96);
    const [buffer, expected] = [new Uint8Array(80), random(64)];
    buffer.set(expected, 3);
    const sealed = encryptOtp(SecretBytes.copyOf(key), random(0), buffer.subarray(3, 67));
    expect(decryptOtp(SecretBytes.own(key), random(0), sealed.ciphertext, sealed.tag)).toEqual(expected);
  });

  test("zeroes the key when it encrypts, and when it cannot", async () => {
    for (const length of [64, 63]) {
      const bytes = random(96);
      const key = SecretBytes.own(bytes);
      try {
        encryptOtp(key, random(4), random(length));
      } catch {}
      expect(key.destroyed).toBe(true);
      expect(bytes).toEqual(new Uint8Array(96));
    }
  });

  test("refuses keys of another length: a key is never split or stretched", async () => {
    for (const length of [95, 97, 64, 32])
      await expectCode(() => encryptOtp(SecretBytes.random(length), random(4), random(64)), "otp.key-length");
  });
});

describe("suite AES", () => {
  test("decrypts what it encrypts, and nothing altered, at sizes on both sides of every threshold", async () => {
    for (const length of [64, 512, 1536, 2048, 10_240]) {
      const [keyBytes, header, padded] = [random(32), random(100), random(length)];
      const key = SecretBytes.copyOf(keyBytes);
      const { ciphertext, tag } = await encryptAes(key, header, padded);
      expect(key.destroyed).toBe(true);
      const again = SecretBytes.own(keyBytes);
      expect(await decryptAes(again, header, ciphertext, tag)).toEqual(padded);
      await expectCode(decryptAes(again, flipBit(header, 1), ciphertext, tag), "envelope.tag");
      await expectCode(decryptAes(again, header, flipBit(ciphertext, 1), tag), "envelope.tag");
      await expectCode(decryptAes(again, header, ciphertext, flipBit(tag, 1)), "envelope.tag");
      await expectCode(decryptAes(again, header, ciphertext.slice(0, 5), tag), "envelope.tag");
      expect(again.destroyed).toBe(false);
    }
  });
});

describe("implementations", () => {
  test("of AES-GCM give the same bytes and refuse the same", async () => {
    const backends = [nobleGcm, webCryptoGcm, ...(nodeGcm === undefined ? [] : [nodeGcm])];
    for (const length of [0, 1, 64, 3000]) {
      const [key, nonce, aad, plain] = [random(32), random(12), random(33), random(length)];
      const expected = gcm(key, nonce, aad).encrypt(plain);
      for (const backend of backends) {
        expect(await backend.seal(key, nonce, aad, plain)).toEqual(expected);
        expect(await backend.open(key, nonce, aad, new Uint8Array(expected))).toEqual(plain);
        const altered = flipBit(expected, expected.length - 1);
        await expect((async () => backend.open(key, nonce, aad, altered))()).rejects.toThrow();
      }
    }
  });

  test("of Ed25519 give the same signatures and accept the same", async () => {
    const backends = [nobleEd25519, webCryptoEd25519, ...(nodeEd25519 === undefined ? [] : [nodeEd25519])];
    const [seed, message] = [random(32), random(200)];
    const publicKey = new Uint8Array(ed25519.getPublicKey(seed));
    const expected = new Uint8Array(ed25519.sign(message, seed));
    for (const backend of backends) {
      expect(await (await backend.importSeed(seed))(message)).toEqual(expected);
      expect(await backend.verify(publicKey, message, expected)).toBe(true);
      expect(await backend.verify(publicKey, message, flipBit(expected, 40))).toBe(false);
    }
  });

  test("of Ed25519 give the same answer for a key of mixed order, where the equation with cofactor always holds", async () => {
    const { Point } = ed25519;
    const order = Point.Fn.ORDER;
    const number = (bytes: Uint8Array) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    const ofOrderEight = Point.fromHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
    const backends = [nobleEd25519, webCryptoEd25519, ...(nodeEd25519 === undefined ? [] : [nodeEd25519])];
    const answers: boolean[] = [];
    for (let i = 0; i < 24; i++) {
      const [a, r, message] = [number(random(32)) % order, number(random(32)) % order, random(9)];
      const publicKey = new Uint8Array(Point.BASE.multiply(a).add(ofOrderEight).toBytes());
      const commitment = Point.BASE.multiply(r).toBytes();
      const k = number(sha512(new Uint8Array([...commitment, ...publicKey, ...message]))) % order;
      const s = Point.Fn.toBytes((r + k * a) % order);
      const signature = new Uint8Array([...commitment, ...s]);
      expect(ed25519.verify(signature, message, publicKey, { zip215: false })).toBe(true);
      const given = await Promise.all(backends.map((one) => one.verify(publicKey, message, signature)));
      expect(new Set(given).size).toBe(1);
      answers.push(given[0] as boolean);
    }
    expect(answers).toContain(false);
  });

  test("of SHA-512 agree", () => {
    const [one, two] = [random(100), random(7)];
    expect(hash(one, two)).toEqual(new Uint8Array(sha512(new Uint8Array([...one, ...two]))));
    expect(hashByNoble([one, two])).toEqual(hash(one, two));
  });

  test("of verification say false, and throw nothing, for malformed keys and signatures", async () => {
    const signer = await newSigner();
    const message = random(10);
    const [one, two] = [await signer.sign(message), await signer.signMlDsa(message)];
    expect(await verifyEd25519(signer.ed25519PublicKey, message, one)).toBe(true);
    expect(await verifyMlDsa65(signer.mlDsaPublicKey, message, two)).toBe(true);
    expect(await verifyEd25519(signer.ed25519PublicKey, random(10), one)).toBe(false);
    expect(await verifyMlDsa65(signer.mlDsaPublicKey, random(10), two)).toBe(false);
    expect(await verifyEd25519(random(31), message, one)).toBe(false);
    expect(await verifyEd25519(new Uint8Array(32).fill(255), message, one)).toBe(false);
    expect(await verifyMlDsa65(signer.mlDsaPublicKey, message, two.slice(1))).toBe(false);
  });
});

describe("the source of lib/protocol", () => {
  const folder = new URL("../../lib/protocol/", import.meta.url);
  const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));

  test("never calls Math.random", () => {
    for (const source of sources) expect(source).not.toContain("Math.random");
  });

  test("imports nothing but its crypto libraries, lib/shared and itself", () => {
    const allowed = /^(\.\/|\.\.\/shared\/|@noble\/|@hpke\/core$|@hpke\/hybridkem-x-wing$|cborg$)/;
    for (const source of sources)
      for (const [, from] of source.matchAll(/from "([^"]+)"/g)) expect(from).toMatch(allowed);
  });
});
