import { describe, expect, it } from "vitest";
import { authenticationBytesPerBlock } from "../../lib/quantum/authentication.ts";
import { createBlockJob } from "../../lib/quantum/block-job.ts";
import type { BlockOrder } from "../../lib/quantum/block-order.ts";
import { undisturbed } from "../../lib/quantum/condition.ts";
import { binaryEntropy } from "../../lib/quantum/entropy.ts";
import { buildLdpcCode } from "../../lib/quantum/ldpc-code.ts";
import { ldpcSyndrome } from "../../lib/quantum/ldpc-decoder.ts";
import { presetFor } from "../../lib/quantum/parameters.ts";
import { createSeededRandom } from "../../lib/quantum/random.ts";
import {
  createCorrector,
  createResponder,
  type ReconciliationMethod,
} from "../../lib/quantum/reconciliation.ts";
import { equalBytes } from "../../lib/shared/bytes.ts";

const seeded = (seed: number) => createSeededRandom(new Uint8Array(32).fill(seed));

function reconcile(method: ReconciliationMethod, length: number, rate: number, guess = rate) {
  const random = seeded(length % 251);
  const alice = random.bytes((length + 7) >> 3);
  if (length % 8 !== 0) alice[alice.length - 1]! &= 0xff00 >> (length % 8);
  const bob = alice.slice();
  let errors = 0;
  for (let i = 0; i < length; i++) {
    if (random.double() >= rate) continue;
    bob[i >> 3]! ^= 0x80 >> (i & 7);
    errors++;
  }
  const terms = { method, length, errorRate: guess, seed: random.uint32() };
  const [responder, corrector] = [createResponder(alice, terms), createCorrector(bob, terms)];
  const talk = corrector.correct();
  let answered = 0;
  for (let turn = talk.next(); !turn.done; ) {
    const answer = responder.answer(turn.value);
    answered += 8 * answer.length;
    turn = talk.next(answer);
  }
  return {
    alice,
    bob,
    responder,
    corrector,
    answered,
    f: responder.leakedBits / (length * binaryEntropy(errors / length)),
  };
}

describe("every method of reconciliation", () => {
  it.each([
    ["cascade", 30_000, 0.03],
    ["cascade-original", 30_000, 0.03],
    ["cascade-original", 9_999, 0.08],
    ["ldpc", 30_000, 0.03],
    ["ldpc", 70_001, 0.01],
    ["ldpc", 5_003, 0.06],
  ] as const)(
    "%s leaves %s bits with a share of %s of errors equal, and counts what it tells",
    (method, length, rate) => {
      const { alice, bob, responder, corrector, answered } = reconcile(method, length, rate);
      expect(equalBytes(bob, alice)).toBe(true);
      expect(corrector.learntBits).toBe(responder.leakedBits);
      expect(answered).toBeGreaterThanOrEqual(responder.leakedBits);
      expect(answered - responder.leakedBits).toBeLessThan(8 * 12 * corrector.roundTrips);
    },
  );

  it("takes few round trips by syndromes, at a price in bits", () => {
    const [cascade, ldpc] = [reconcile("cascade", 60_000, 0.03), reconcile("ldpc", 60_000, 0.03)];
    expect(ldpc.corrector.roundTrips).toBeLessThan(cascade.corrector.roundTrips / 5);
    expect(ldpc.f).toBeGreaterThan(cascade.f);
    expect(ldpc.f).toBeLessThan(1.45);
  });

  it("tells more bits when errors are more than guessed, until the frame decodes", () => {
    const { alice, bob, corrector } = reconcile("ldpc", 20_000, 0.024, 0.02);
    expect(corrector.roundTrips).toBeGreaterThan(1);
    expect(equalBytes(bob, alice)).toBe(true);
  });

  it("ends without agreement, not without end, when there are far too many errors", () => {
    const { alice, bob, corrector } = reconcile("ldpc", 8_000, 0.2, 0.01);
    expect(corrector.roundTrips).toBeLessThan(30);
    expect(equalBytes(bob, alice)).toBe(false);
  });

  it("refuses requests that make no sense", () => {
    const responder = createResponder(new Uint8Array(1000), {
      method: "ldpc",
      length: 8000,
      errorRate: 0.02,
      seed: 1,
    });
    for (const request of [[9], [1, 1], [2], [2, 200, 0], [2, 0, 9]])
      expect(() => responder.answer(Uint8Array.from(request))).toThrow();
  });
});

describe("the code", () => {
  const code = buildLdpcCode(
    24,
    96,
    32,
    [
      { degree: 2, share: 0.2 },
      { degree: 3, share: 0.6 },
      { degree: 8, share: 0.2 },
    ],
    3,
  );

  it("has no two bits that share two checks", () => {
    const checksOf = Array.from({ length: 96 * 32 }, () => new Set<number>());
    for (let bit = 0; bit < checksOf.length; bit++) {
      const bits = new Uint8Array(96 * 32);
      bits[bit] = 1;
      ldpcSyndrome(code, bits).forEach((one, check) => {
        if (one === 1) checksOf[bit]!.add(check);
      });
    }
    const pairs = new Map<string, number>();
    for (const checks of checksOf) {
      const list = [...checks];
      for (const [i, a] of list.entries())
        for (const b of list.slice(i + 1)) pairs.set(`${a},${b}`, (pairs.get(`${a},${b}`) ?? 0) + 1);
    }
    const shared = [...pairs.values()].filter((count) => count > 1).length;
    expect(shared / pairs.size).toBeLessThan(0.01);
  });

  it("has a linear syndrome", () => {
    const random = seeded(8);
    const [a, b] = [random.bytes(96 * 32).map((x) => x & 1), random.bytes(96 * 32).map((x) => x & 1)];
    const sum = a!.map((x, i) => x ^ b![i]!);
    const [sa, sb] = [ldpcSyndrome(code, a!), ldpcSyndrome(code, b!)];
    expect(ldpcSyndrome(code, sum)).toEqual(sa.map((x, i) => x ^ sb[i]!));
  });
});

describe("a block", () => {
  const order = (reconciliation: ReconciliationMethod): BlockOrder => ({
    parameters: presetFor({ kind: "fibre", lengthKm: 40, lossDb: 8 }),
    condition: undisturbed,
    siftedTarget: 1e5,
    maxPulses: 1e12,
    epsilonSec: 1e-15,
    epsilonCor: 1e-15,
    reconciliation,
  });
  const run = (reconciliation: ReconciliationMethod) => {
    const random = seeded(5);
    const key = random.bytes(authenticationBytesPerBlock);
    return createBlockJob(order(reconciliation), {
      random,
      aliceAuthentication: key.slice(),
      bobAuthentication: key.slice(),
    }).result();
  };

  it.each(["cascade", "cascade-original", "ldpc"] as const)(
    "reconciled by %s yields equal keys",
    (method) => {
      const { report, aliceKey, bobKey } = run(method);
      expect(report.aborted).toBeNull();
      expect(report.reconciliation).toBe(method);
      expect(equalBytes(aliceKey!, bobKey!)).toBe(true);
    },
  );

  it("is refused with a method that does not exist", () => {
    expect(() => run("telepathy" as never)).toThrow("reconciliation");
  });
});
