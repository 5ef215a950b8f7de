import { describe, expect, it } from "vitest";
import { wordsOf } from "../../lib/quantum/bit-words.ts";
import { packBits, unpackBits } from "../../lib/quantum/bits.ts";
import { CascadeResponder } from "../../lib/quantum/cascade-alice.ts";
import { CascadeCorrector } from "../../lib/quantum/cascade-bob.ts";
import { askParts } from "../../lib/quantum/cascade-request.ts";
import { type CascadeSchedule, cascadeSchedule, checkParities } from "../../lib/quantum/cascade-schedule.ts";
import { binaryEntropy } from "../../lib/quantum/entropy.ts";
import { createInterleaver } from "../../lib/quantum/interleaver.ts";
import { createSeededRandom, type RandomSource } from "../../lib/quantum/random.ts";
import { equalBytes } from "../../lib/shared/bytes.ts";

const seeded = (seed: number) => createSeededRandom(new Uint8Array(32).fill(seed));

function noisyPair(random: RandomSource, length: number, errorRate: number) {
  const alice = random.bytes(length).map((byte) => byte & 1);
  const bob = alice.slice();
  let errors = 0;
  for (let i = 0; i < length; i++) {
    if (random.double() >= errorRate) continue;
    bob[i]! ^= 1;
    errors++;
  }
  return { alice, bob, errors };
}

function reconcile(alice: Uint8Array, bob: Uint8Array, schedule: CascadeSchedule, seed: number) {
  const corrected = packBits(bob);
  const responder = new CascadeResponder(packBits(alice), alice.length, schedule, seed);
  const corrector = new CascadeCorrector(corrected, bob.length, schedule, seed);
  const conversation = corrector.correct();
  let parities = 0;
  for (let turn = conversation.next(); !turn.done; ) {
    const answer = responder.answer(turn.value);
    parities += answer.length * 8;
    turn = conversation.next(answer);
  }
  bob.set(unpackBits(corrected, bob.length));
  return { responder, corrector, parities };
}

describe("the interleaver", () => {
  it.each([1, 2, 5, 100, 1000, 4097])(
    "is a permutation with holes only beyond the end for %s bits",
    (length) => {
      const interleaver = createInterleaver(length, 7);
      const seen = new Set<number>();
      for (let x = 0; x < length; x++) {
        const place = interleaver.forward(x);
        if (place < interleaver.size && interleaver.inverse(place) === x) seen.add(place);
      }
      expect(seen.size).toBe(length);
    },
  );

  it("scatters to where forward says", () => {
    const bits = seeded(9)
      .bytes(5000)
      .map((byte) => byte & 1);
    const interleaver = createInterleaver(bits.length, 9);
    const spread = interleaver.scatter(wordsOf(packBits(bits), bits.length));
    const target = unpackBits(new Uint8Array(spread.buffer), interleaver.size);
    bits.forEach((bit, x) => {
      expect(target[interleaver.forward(x)]).toBe(bit);
    });
  });
});

describe("Cascade", () => {
  it.each([100, 1000, 1023, 5000, 10_000, 33_333])("corrects %s bits at many error rates", (length) => {
    const random = seeded(1);
    for (const rate of [0, 0.001, 0.01, 0.03, 0.06, 0.11]) {
      const { alice, bob, errors } = noisyPair(random, length, rate);
      const { responder, corrector } = reconcile(alice, bob, cascadeSchedule(length, rate), random.uint32());
      expect(equalBytes(bob, alice)).toBe(true);
      expect(corrector.corrections).toBeGreaterThanOrEqual(errors);
      expect(corrector.learntBits).toBe(responder.leakedBits);
    }
  });

  it("corrects a string whose error rate was badly guessed", () => {
    const random = seeded(2);
    for (const guess of [0.001, 0.2]) {
      const { alice, bob } = noisyPair(random, 20_000, 0.04);
      reconcile(alice, bob, cascadeSchedule(20_000, guess), random.uint32());
      expect(equalBytes(bob, alice)).toBe(true);
    }
  });

  it("counts every parity that crosses the channel", () => {
    const random = seeded(3);
    const { alice, bob } = noisyPair(random, 10_000, 0.03);
    const { responder, parities } = reconcile(alice, bob, cascadeSchedule(10_000, 0.03), 5);
    // Answers are filled up to whole bytes: never fewer bits on the line than counted, by less than a byte each.
    expect(parities).toBeGreaterThanOrEqual(responder.leakedBits);
  });

  it.each([
    [10_000, 1.1, 10],
    [100_000, 1.06, 2],
  ])("leaks at most f·n·h(Q) for n = %s, f = %s", (length, efficiency, blocks) => {
    const random = seeded(4);
    for (const rate of [0.01, 0.02, 0.03, 0.05, 0.08]) {
      let leaked = 0;
      let limit = 0;
      for (let i = 0; i < blocks; i++) {
        const { alice, bob, errors } = noisyPair(random, length, rate);
        leaked += reconcile(alice, bob, cascadeSchedule(length, rate), random.uint32()).responder.leakedBits;
        limit += length * binaryEntropy(errors / length);
        expect(equalBytes(bob, alice)).toBe(true);
      }
      expect(leaked / limit).toBeLessThan(efficiency);
    }
  });

  it("asks nothing about halves that lie beyond the end", () => {
    const alice = Uint8Array.of(0, 1, 1, 0, 1);
    const bob = Uint8Array.of(0, 1, 1, 0, 0);
    const { responder } = reconcile(alice, bob, { blockSizesLog2: [3] }, 1);
    expect(bob).toEqual(alice);
    // The block, its first half, and the check: the rest of the second half is one position.
    expect(responder.leakedBits).toBe(2 + checkParities);
  });

  it("refuses requests that make no sense", () => {
    const schedule = cascadeSchedule(1000, 0.02);
    const responder = new CascadeResponder(new Uint8Array(125), 1000, schedule, 1);
    expect(() => responder.answer(Uint8Array.of(9))).toThrow("unknown reconciliation request");
    expect(() => responder.answer(Uint8Array.of(1, 2))).toThrow("pass out of order");
    expect(() => responder.answer(askParts(0, Uint32Array.of(7)))).toThrow("unknown block");
    expect(() => responder.answer(Uint8Array.of(2, 0, 0, 1))).toThrow("broken");
  });

  it("gives up on parities that contradict each other instead of searching for ever", () => {
    const random = seeded(5);
    const { alice, bob } = noisyPair(random, 5000, 0.03);
    const schedule = cascadeSchedule(5000, 0.03);
    const responder = new CascadeResponder(packBits(alice), 5000, schedule, 1);
    const conversation = new CascadeCorrector(packBits(bob), 5000, schedule, 1).correct();
    const run = () => {
      for (let turn = conversation.next(); !turn.done; ) {
        turn = conversation.next(responder.answer(turn.value).map(() => random.uint32() & 255));
      }
    };
    try {
      run();
    } catch (error) {
      expect((error as Error).message).toContain("contradict");
    }
  });
});
