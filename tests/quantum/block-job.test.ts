import { describe, expect, it } from "vitest";
import { authenticationBytesNeeded, createBlockJob } from "../../lib/quantum/block-job.ts";
import type { BlockOrder } from "../../lib/quantum/block-order.ts";
import type { BlockResult } from "../../lib/quantum/block-result.ts";
import { type ClassicalMessage, messageKind, type Tamper } from "../../lib/quantum/classical-channel.ts";
import { undisturbed } from "../../lib/quantum/condition.ts";
import { presetFor } from "../../lib/quantum/parameters.ts";
import { createSeededRandom } from "../../lib/quantum/random.ts";
import { equalBytes } from "../../lib/shared/bytes.ts";

const orderAt = (lossDb: number, change: Partial<BlockOrder> = {}): BlockOrder => ({
  parameters: presetFor({ kind: "fibre", lengthKm: 5 * lossDb, lossDb }),
  condition: undisturbed,
  siftedTarget: 1e5,
  maxPulses: 1e12,
  epsilonSec: 1e-15,
  epsilonCor: 1e-15,
  ...change,
});

const sharedKey = createSeededRandom(new Uint8Array(32).fill(77)).bytes(authenticationBytesNeeded(1e5));

function jobFor(order: BlockOrder, seed = 1, tamper?: Tamper) {
  return createBlockJob(order, {
    random: createSeededRandom(new Uint8Array(32).fill(seed)),
    aliceAuthentication: sharedKey.slice(),
    bobAuthentication: sharedKey.slice(),
    ...(tamper === undefined ? {} : { tamper }),
  });
}

const run = (order: BlockOrder, seed = 1, tamper?: Tamper): BlockResult =>
  jobFor(order, seed, tamper).result();

function expectNoKey(result: BlockResult, cause: string): void {
  expect(result.aborted).toBe(cause);
  expect(result.report.aborted).toBe(cause);
  expect(result.report.secretBits).toBe(0);
  expect(result.aliceKey).toBeUndefined();
  expect(result.bobKey).toBeUndefined();
}

describe("a block on an undisturbed link", () => {
  it.each([2, 10, 17, 20, 23])(
    "of 1e5 sifted bits yields equal keys in separate memory at %s dB",
    (lossDb) => {
      const { report, aliceKey, bobKey, aborted } = run(orderAt(lossDb));
      expect(aborted).toBeNull();
      expect(equalBytes(aliceKey!, bobKey!)).toBe(true);
      expect(aliceKey!.buffer).not.toBe(bobKey!.buffer);
      expect(report.secretBits).toBe(8 * aliceKey!.length);
      expect(report.secretBits).toBeGreaterThan(4000);
      expect(report.siftedBits).toBeGreaterThanOrEqual(1e5);
      expect(report.reconciliationEfficiency).toBeLessThan(1.1);
      expect(report.seeded).toBe(true);
    },
  );

  it("of a short link with 1 GHz devices yields key too", () => {
    const parameters = presetFor({ kind: "metro-fibre", lengthKm: 12, lossDb: 4 });
    expect(run(orderAt(4, { parameters })).report.secretBits).toBeGreaterThan(10_000);
  });

  it("reports gains and errors that its law explains", () => {
    const { report } = run(orderAt(10), 3);
    report.observedGains.slice(0, 2).forEach((gain, k) => {
      expect(Math.abs(gain / report.expectedGains[k]! - 1)).toBeLessThan(0.05);
    });
    const sigma = Math.sqrt((report.expectedQber * (1 - report.expectedQber)) / report.siftedBits);
    expect(Math.abs(report.qber - report.expectedQber)).toBeLessThan(4 * sigma);
    expect(report.simulatedSeconds).toBeCloseTo(report.pulses / 80e6, 9);
  });

  it("adds up its ε and states a bound that holds", () => {
    const { epsilon, epsilonExponent } = run(orderAt(10)).report;
    expect(epsilon.total).toBe(epsilon.secrecy + epsilon.correctness + epsilon.authentication);
    expect(epsilon.total).toBeLessThanOrEqual(10 ** -epsilonExponent);
    expect(epsilon.correctness).toBeLessThan(1e-15);
    expect(epsilonExponent).toBe(14);
  });

  it("records which hash amplified it, and both hashes work", () => {
    for (const amplification of ["toeplitz", "modular"] as const) {
      const { report, aliceKey, bobKey } = run(orderAt(10, { amplification }));
      expect(report.amplification).toBe(amplification);
      expect(equalBytes(aliceKey!, bobKey!)).toBe(true);
    }
  });

  it("is the same again from the same seed and another from another", () => {
    expect(equalBytes(run(orderAt(14), 5).aliceKey!, run(orderAt(14), 5).aliceKey!)).toBe(true);
    expect(equalBytes(run(orderAt(14), 6).aliceKey!, run(orderAt(14), 5).aliceKey!)).toBe(false);
  });

  it("gives unbiased and serially independent bits", () => {
    const key = run(orderAt(6), 8).aliceKey!;
    const bits = Array.from(key).flatMap((byte) => Array.from({ length: 8 }, (_, i) => (byte >> i) & 1));
    const ones = bits.filter((bit) => bit === 1).length;
    expect(Math.abs(ones - bits.length / 2)).toBeLessThan(2 * Math.sqrt(bits.length));
    for (const lag of [1, 2, 7, 8]) {
      const equal = bits.filter((bit, i) => i >= lag && bit === bits[i - lag]).length;
      expect(Math.abs(equal - (bits.length - lag) / 2)).toBeLessThan(2 * Math.sqrt(bits.length));
    }
  });

  it("runs in steps, and result() finishes what is left", () => {
    const job = jobFor(orderAt(10));
    let steps = 1;
    while (!job.step()) steps++;
    expect(steps).toBeGreaterThan(5);
    expect(job.step()).toBe(true);
    expect(job.result()).toBe(job.result());
    expect(equalBytes(jobFor(orderAt(10)).result().aliceKey!, job.result().aliceKey!)).toBe(true);
  });
});

describe("a block that must not give key", () => {
  const attacked = (fraction: number) => ({
    ...undisturbed,
    attack: { model: "intercept-resend", fraction } as const,
  });

  it("ends on intercept-resend of half the pulses, with e0/2 + 1/8 of errors and before Cascade", () => {
    const result = run(orderAt(10, { condition: attacked(0.5) }));
    expectNoKey(result, "qber-high");
    const { qber, expectedQber, testBits, roundTrips } = result.report;
    expect(Math.abs(qber - (expectedQber / 2 + 1 / 8))).toBeLessThan(4 * Math.sqrt(0.12 / testBits) + 0.002);
    expect(roundTrips).toBe(0);
  });

  it("ends on intercept-resend of one pulse in twenty", () => {
    expectNoKey(run(orderAt(10, { condition: attacked(0.05) })), "qber-high");
  });

  it("ends at once on a cut fibre", () => {
    const result = run(orderAt(17, { condition: { ...undisturbed, cut: true } }));
    expectNoKey(result, "no-light");
    expect(result.report.detections).toBeLessThan(1000);
    expect(result.report.simulatedSeconds).toBeLessThan(1);
  });

  it("ends on drift of the polarisation", () => {
    expectNoKey(run(orderAt(10, { condition: { ...undisturbed, misalignmentAdded: 0.04 } })), "qber-high");
  });

  it("ends when the block is too small for its ε, without an alarm for errors", () => {
    expectNoKey(run(orderAt(23, { siftedTarget: 5000 })), "no-key-in-block");
    expectNoKey(run(orderAt(23, { maxPulses: 1e7 })), "no-key-in-block");
  });

  it("ends before it starts when the authentication key is too short", () => {
    const short = sharedKey.subarray(1);
    const random = createSeededRandom(new Uint8Array(32));
    const job = createBlockJob(orderAt(10), {
      random,
      aliceAuthentication: short,
      bobAuthentication: sharedKey,
    });
    expect(job.step()).toBe(false);
    expectNoKey(job.result(), "authentication-key-low");
    expect(job.result().report.authenticationBits).toBe(0);
  });

  it("takes no key from ends that do not share the authentication key", () => {
    const job = createBlockJob(orderAt(10), {
      random: createSeededRandom(new Uint8Array(32)),
      aliceAuthentication: sharedKey,
      bobAuthentication: sharedKey.map((byte) => byte ^ 1),
    });
    expectNoKey(job.result(), "authentication-failed");
  });

  it("takes more pulses, not errors, from added loss", () => {
    const quiet = run(orderAt(10)).report;
    const dim = run(orderAt(10, { condition: { ...undisturbed, addedLossDb: 6 } })).report;
    expect(dim.aborted).toBeNull();
    expect(dim.simulatedSeconds).toBeGreaterThan(1.5 * quiet.simulatedSeconds);
  });
});

describe("the classical line", () => {
  it("carries everything: nothing else tells Alice of Bob's bits, and of her key only parities and one hash pass", () => {
    const job = jobFor(orderAt(10), 9);
    const { report, aliceKey } = job.result();
    const messages = job.messages();
    expect(messages).toHaveLength(report.messages);
    const kinds = (from: string) => new Set(messages.filter((m) => m.from === from).map((m) => m.kind));
    expect(kinds("bob")).toEqual(
      new Set([
        messageKind.bases,
        messageKind.testBits,
        messageKind.reconciliationRequest,
        messageKind.verdict,
        messageKind.tag,
      ]),
    );
    expect(kinds("alice")).toEqual(
      new Set([
        messageKind.sifting,
        messageKind.estimate,
        messageKind.reconciliationAnswer,
        messageKind.verification,
        messageKind.amplification,
        messageKind.tag,
      ]),
    );
    // Bob gives away bits of the test basis only: as many as there are, and not one of the key basis.
    const testBits = messages.find((m) => m.kind === messageKind.testBits)!;
    expect(testBits.body).toHaveLength(Math.ceil(report.testBits / 8));
    const line = Buffer.concat(messages.map((m) => m.body));
    expect(line.includes(Buffer.from(aliceKey!.subarray(0, 16)))).toBe(false);
    const answers = messages.filter((m) => m.kind === messageKind.reconciliationAnswer);
    const answerBits = answers.reduce((total, m) => total + 8 * m.body.length, 0);
    expect(answerBits).toBeGreaterThanOrEqual(report.leakedBits);
    expect(answerBits - report.leakedBits).toBeLessThan(8 * answers.length);
  });

  it("announces the amplification hash only after sifting and reconciliation", () => {
    const job = jobFor(orderAt(10));
    job.result();
    const order = job.messages().map((m) => m.kind);
    expect(order.indexOf(messageKind.amplification)).toBeGreaterThan(order.lastIndexOf(messageKind.sifting));
    expect(order.indexOf(messageKind.amplification)).toBeGreaterThan(order.indexOf(messageKind.verdict));
  });

  it("spends the same authentication key at both ends, never more than it said", () => {
    const { authenticationBytesUsed, authenticationBits } = run(orderAt(10)).report;
    expect(authenticationBytesUsed.alice).toBe(authenticationBytesUsed.bob);
    expect(authenticationBytesUsed.alice).toBeLessThanOrEqual(authenticationBytesNeeded(1e5));
    expect(authenticationBits).toBe(8 * authenticationBytesUsed.alice);
  });

  const changeFirst = (kind: number, change: (body: Uint8Array) => Uint8Array): Tamper =>
    (() => {
      let done = false;
      return ({ kind: seen, body }: ClassicalMessage) => {
        if (done || seen !== kind) return body;
        done = true;
        return new Uint8Array(change(body.slice()));
      };
    })();
  const flipABit = (body: Uint8Array) => {
    body[body.length >> 1]! ^= 1;
    return body;
  };

  // Only a probe gives the bits of the key basis away.
  const orderWith = (kind: number) => orderAt(10, { probe: kind === messageKind.keyBits });

  it.each(Object.entries(messageKind))("refuses a block in which one bit of %s was changed", (_, kind) => {
    expectNoKey(run(orderWith(kind), 4, changeFirst(kind, flipABit)), "authentication-failed");
  });

  it.each(Object.entries(messageKind))("refuses a block in which %s was cut short or emptied", (_, kind) => {
    for (const change of [(body: Uint8Array) => body.subarray(1), () => new Uint8Array(0)]) {
      expectNoKey(run(orderWith(kind), 4, changeFirst(kind, change)), "authentication-failed");
    }
  });
});

describe("an order", () => {
  it.each<[string, Partial<BlockOrder>]>([
    ["siftedTarget", { siftedTarget: Number.NaN }],
    ["maxPulses", { maxPulses: 0 }],
    ["epsilonSec", { epsilonSec: 0 }],
    ["epsilonCor", { epsilonCor: 1e-40 }],
    ["addedLossDb", { condition: { ...undisturbed, addedLossDb: -1 } }],
    [
      "attack.fraction",
      { condition: { ...undisturbed, attack: { model: "intercept-resend", fraction: 2 } } },
    ],
    ["misalignmentAdded", { condition: { ...undisturbed, misalignmentAdded: Number.NaN } }],
  ])("is refused by the name of its %s", (parameter, change) => {
    expect(() => jobFor(orderAt(10, change))).toThrow(parameter);
  });
});
