import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { amplify, drawAmplificationSeed } from "../../lib/quantum/amplification.ts";
import { bigIntFromBytes, bytesFromBigInt } from "../../lib/quantum/big-integer.ts";
import { packBits, packPlanes, unpackBits } from "../../lib/quantum/bits.ts";
import { mersenneExponentFor } from "../../lib/quantum/mersenne.ts";
import { mersenneProduct } from "../../lib/quantum/mersenne-product.ts";
import {
  amplifyByBigInt,
  amplifyModular,
  drawModularSeed,
  modularHash,
  reduceMersenne,
} from "../../lib/quantum/modular-hash.ts";
import { createSeededRandom, type RandomSource } from "../../lib/quantum/random.ts";
import { toeplitzHash } from "../../lib/quantum/toeplitz.ts";

const seeded = (seed: number) => createSeededRandom(new Uint8Array(32).fill(seed));
const randomBits = (random: RandomSource, length: number) => random.bytes(length).map((byte) => byte & 1);

/** The readable twin: the product with the matrix itself. */
function toeplitzByMatrix(seed: Uint8Array, x: Uint8Array, outputBits: number): Uint8Array {
  return Uint8Array.from({ length: outputBits }, (_, i) => {
    let parity = 0;
    for (let j = 0; j < x.length; j++) parity ^= seed[i - j + x.length - 1]! & x[j]!;
    return parity;
  });
}

describe("packing", () => {
  it("gives the bits back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ max: 1, maxLength: 100 }), (bits) => {
        expect(unpackBits(packBits(bits), bits.length)).toEqual(new Uint8Array(bits));
      }),
    );
  });

  it("takes bytes apart into planes of one bit each", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (values) => {
        const planes = [0, 1, 2, 3, 4].map((plane) => packBits(values.map((value) => (value >> plane) & 1)));
        expect(packPlanes(values)).toEqual(planes);
      }),
    );
  });

  it("writes numbers highest byte first", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
        const value = bigIntFromBytes(bytes);
        expect(value).toBe(BigInt(`0x${Buffer.from(bytes).toString("hex")}`));
        expect(bytesFromBigInt(value, bytes.length)).toEqual(new Uint8Array(bytes));
        expect(bytesFromBigInt(value << 8n, bytes.length)).toEqual(Uint8Array.of(...bytes.subarray(1), 0));
      }),
    );
  });
});

describe("the Toeplitz hash", () => {
  it("by Fourier transform is the product with the matrix", () => {
    const random = seeded(1);
    const sizes = [1, 2, 3, 7, 8, 9, 31, 64, 100, 255, 256, 257, 500, 1000, 1024, 1500, 2047, 2048, 4096];
    for (const n of sizes) {
      for (const m of new Set([1, Math.ceil(n / 3), Math.ceil(n / 2), n])) {
        const seed = randomBits(random, n + m - 1);
        const x = randomBits(random, n);
        expect(Buffer.compare(toeplitzHash(seed, x, m), toeplitzByMatrix(seed, x, m))).toBe(0);
      }
    }
  });

  it("is exact where every product is 1, the largest sums there are", () => {
    const n = 1 << 17;
    const output = toeplitzHash(new Uint8Array(2 * n - 1).fill(1), new Uint8Array(n).fill(1), n);
    expect(output.every((bit) => bit === (n & 1))).toBe(true);
  });

  it("is linear", () => {
    const random = seeded(2);
    const seed = randomBits(random, 149);
    const [x, y] = [randomBits(random, 100), randomBits(random, 100)];
    const sum = toeplitzHash(
      seed,
      x.map((bit, i) => bit ^ y[i]!),
      50,
    );
    const ofY = toeplitzHash(seed, y, 50);
    expect(sum).toEqual(toeplitzHash(seed, x, 50).map((bit, i) => bit ^ ofY[i]!));
  });

  it("is 2-universal: over all seeds no two inputs collide more often than 2^-m", () => {
    const [n, m] = [5, 3];
    const seeds = 2 ** (n + m - 1);
    const bitsOf = (value: number, length: number) => Uint8Array.from({ length }, (_, i) => (value >> i) & 1);
    for (let difference = 1; difference < 2 ** n; difference++) {
      let collisions = 0;
      for (let seed = 0; seed < seeds; seed++) {
        const hash = toeplitzByMatrix(bitsOf(seed, n + m - 1), bitsOf(difference, n), m);
        if (hash.every((bit) => bit === 0)) collisions++;
      }
      expect(collisions).toBe(seeds / 2 ** m);
    }
  });
});

describe("the modular hash", () => {
  it("reduces modulo a Mersenne prime", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1n << 300n }), (value) => {
        expect(reduceMersenne(value, 61)).toBe(value % ((1n << 61n) - 1n));
      }),
    );
    expect(reduceMersenne((1n << 61n) - 1n, 61)).toBe(0n);
  });

  it.each([5, 7])("is 2-universal over the prime 2^%s − 1: counted over every a and b", (q) => {
    const p = 2 ** q - 1;
    for (let m = 1; m < q; m++) {
      const table = Array.from({ length: p }, () => new Uint8Array(p));
      for (let value = 0; value < p; value++) {
        for (let x = 0; x < p; x++)
          table[value]![x] = Number(modularHash(q, BigInt(value), 0n, BigInt(x), q)) % p;
      }
      // (a·x + b) mod p from the table of a·x, so that the count over all pairs stays quick.
      const pairs = q === 5 ? [...pairsBelow(p)] : [...pairsBelow(p)].filter(([x]) => x % 64 === 3);
      const bound = 2 ** -m - (1 - 2 ** -m) / p;
      let worst = 0;
      for (const [x, y] of pairs) {
        let collisions = 0;
        for (let a = 1; a < p; a++) {
          for (let b = 0; b < p; b++) {
            const [u, v] = [(table[a]![x]! + b) % p, (table[a]![y]! + b) % p];
            if (((u ^ v) & (2 ** m - 1)) === 0) collisions++;
          }
        }
        worst = Math.max(worst, collisions / ((p - 1) * p));
      }
      expect(worst).toBeLessThanOrEqual(2 ** -m);
      expect(worst).toBeCloseTo(bound, 12);
    }
  });

  it("by transforms is, bit for bit, the one by large whole numbers", () => {
    const random = seeded(9);
    for (const bits of [9000, 11_212, 21_700, 44_000, 86_242, 110_000, 216_090, 700_000]) {
      const q = mersenneExponentFor(bits);
      const half = (q + 7) >> 3;
      for (const output of [8, Math.floor(bits / 16) * 8, Math.floor(bits / 8) * 8]) {
        const key = random.bytes((bits + 7) >> 3);
        const seed = drawModularSeed(random, bits);
        const twin = amplifyByBigInt(q, seed.subarray(0, half), key, seed.subarray(half), output);
        expect(Buffer.compare(amplifyModular(key, bits, output, seed), twin)).toBe(0);
      }
    }
  });

  it("by transforms is exact for the largest digits there are, with carries through all of them", () => {
    for (const q of [11_213, 132_049, 756_839]) {
      const bytes = (q + 7) >> 3;
      const largest = new Uint8Array(bytes).fill(255);
      largest[0] = 0xff >> (8 * bytes - q);
      const below = largest.slice();
      below[bytes - 1]! -= 1;
      const two = new Uint8Array(bytes);
      two[bytes - 1] = 2;
      for (const [a, x, b] of [
        [below, below, below],
        [below, two, largest],
        [two, below, two],
        [below, largest, below],
      ] as const) {
        const output = 8 * (bytes - 1);
        expect(
          Buffer.compare(mersenneProduct(q, a, x, b, output / 8)!, amplifyByBigInt(q, a, x, b, output)),
        ).toBe(0);
      }
    }
  });

  it("draws a from 1 to p − 1 and b from 0 to p − 1 by rejection", () => {
    const q = mersenneExponentFor(2000);
    const bytes = (q + 7) >> 3;
    const all = new Uint8Array(bytes).fill(255);
    const none = new Uint8Array(bytes);
    const one = none.slice();
    one[bytes - 1] = 1;
    const queue = [all, none, one, all, none];
    const scripted = { ...seeded(3), bytes: () => queue.shift()!.slice() } as unknown as RandomSource;
    const seed = drawModularSeed(scripted, 2000);
    expect(bigIntFromBytes(seed.subarray(0, bytes))).toBe(1n);
    expect(bigIntFromBytes(seed.subarray(bytes))).toBe(0n);
    expect(queue).toHaveLength(0);
  });
});

function* pairsBelow(limit: number): Generator<readonly [number, number]> {
  for (let x = 0; x < limit; x++) for (let y = x + 1; y < limit; y++) yield [x, y];
}

describe.each(["toeplitz", "modular"] as const)("amplification by %s", (kind) => {
  const choice = { kind, inputBits: 50_001, outputBits: 24_000 };

  it("is a function of key and seed, and the two ends agree", () => {
    const random = seeded(4);
    const key = random.bytes(6251);
    key[6250]! &= 0x80;
    const seed = drawAmplificationSeed(random, choice);
    const mine = amplify(choice, key, seed);
    expect(mine).toHaveLength(3000);
    expect(amplify(choice, key.slice(), seed.slice())).toEqual(mine);
  });

  it("spreads a single bit over the whole output", () => {
    const random = seeded(5);
    const key = random.bytes(6251);
    key[6250]! &= 0x80;
    const other = key.slice();
    other[3000]! ^= 1;
    const seed = drawAmplificationSeed(random, choice);
    const [x, y] = [key, other].map((input) => unpackBits(amplify(choice, input, seed), 24_000));
    const differing = x!.filter((bit, i) => bit !== y![i]).length;
    expect(Math.abs(differing - 12_000)).toBeLessThan(5 * Math.sqrt(6000));
  });

  it("turns even a key of zeros and ones in turn into unbiased, serially independent bits", () => {
    const key = new Uint8Array(6251).fill(0xaa);
    key[6250] = 0x80;
    const output = unpackBits(amplify(choice, key, drawAmplificationSeed(seeded(6), choice)), 24_000);
    const ones = output.filter((bit) => bit === 1).length;
    expect(Math.abs(ones - 12_000)).toBeLessThan(4 * Math.sqrt(6000));
    for (const lag of [1, 2, 3, 8, 64]) {
      let equal = 0;
      for (let i = lag; i < output.length; i++) if (output[i] === output[i - lag]) equal++;
      expect(Math.abs(equal - (24_000 - lag) / 2)).toBeLessThan(4 * Math.sqrt(6000));
    }
    const octets = new Float64Array(256);
    for (const byte of packBits(output)) octets[byte]! += 1;
    const expected = 3000 / 256;
    const statistic = octets.reduce((total, seen) => total + (seen - expected) ** 2 / expected, 0);
    expect(Math.abs(statistic - 255)).toBeLessThan(4 * Math.sqrt(510));
  });

  it("refuses a seed of another length", () => {
    expect(() => amplify(choice, new Uint8Array(6251), new Uint8Array(10))).toThrow("seed");
  });
});
