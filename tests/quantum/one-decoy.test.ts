import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { authenticationBytesPerBlock } from "../../lib/quantum/authentication.ts";
import { createBlockJob } from "../../lib/quantum/block-job.ts";
import { undisturbed } from "../../lib/quantum/condition.ts";
import { estimateDecoy, secretLength } from "../../lib/quantum/decoy-estimation.ts";
import { expectedBlock } from "../../lib/quantum/expected-block.ts";
import type { LinkParameters } from "../../lib/quantum/link-parameters.ts";
import { presetFor } from "../../lib/quantum/parameters.ts";
import { createSeededRandom } from "../../lib/quantum/random.ts";
import { equalBytes } from "../../lib/shared/bytes.ts";

const oneDecoy = (lossDb: number, deviation: "hoeffding" | "chernoff" = "chernoff"): LinkParameters => ({
  ...presetFor({ kind: "fibre", lengthKm: 5 * lossDb, lossDb }),
  decoyStates: 1,
  intensities: [0.5, 0.15, 0],
  intensityProbabilities: [0.7, 0.3, 0],
  deviation,
});
const options = { epsilonSec: 1e-15, epsilonCor: 1e-15, reconciliationEfficiency: 1.05 };

describe("one-decoy bounds", () => {
  it("bound the vacuum by the decoy's errors even where the signal's would give less: nothing is chosen by the data", () => {
    const counts = (signal: number, decoy: number) => ({
      key: [6e6, 8e5, 0] as const,
      test: [4e5, 6e4, 0] as const,
      testErrors: [4400, 900, 0] as const,
      keyErrors: [signal, decoy, 0] as const,
    });
    const singles = (signal: number, decoy: number) =>
      estimateDecoy({ ...oneDecoy(10), counts: counts(signal, decoy), epsilonSec: 1e-9 }).singlePhotonBits;
    expect(singles(0, 30_000)).toBe(singles(10_000, 30_000));
    expect(singles(10_000, 30_000)).toBeLessThan(singles(10_000, 12_000));
  });

  it("are those of Rusca et al. 2018, written out once more", () => {
    const counts = {
      key: [6e6, 8e5, 0],
      test: [4e5, 6e4, 0],
      testErrors: [4400, 900, 0],
      keyErrors: [63_000, 12_000, 0],
    } as const;
    const [mu1, mu2, p1, p2, epsilonSec] = [0.5, 0.15, 0.7, 0.3, 1e-9];
    const log = Math.log(19 / epsilonSec);
    const tau = (n: number) => p1 * Math.exp(-mu1) * mu1 ** n + p2 * Math.exp(-mu2) * mu2 ** n;
    const up = (k: number, total: number, of: 1 | 2) =>
      (Math.exp(of === 1 ? mu1 : mu2) / (of === 1 ? p1 : p2)) * (k + Math.sqrt((total / 2) * log));
    const down = (k: number, total: number, of: 1 | 2) =>
      (Math.exp(of === 1 ? mu1 : mu2) / (of === 1 ? p1 : p2)) * (k - Math.sqrt((total / 2) * log));
    const single = (n1: number, n2: number, m1: number, m2: number) => {
      const n = n1 + n2;
      const errors = up(m2, m1 + m2, 2);
      const vacuum = 2 * (tau(0) * errors + Math.sqrt((n / 2) * log));
      const ratio = mu2 ** 2 / mu1 ** 2;
      const inner = down(n2, n, 2) - ratio * up(n1, n, 1) - ((1 - ratio) * vacuum) / tau(0);
      return ((tau(1) * mu1) / (mu2 * (mu1 - mu2))) * inner;
    };
    const found = estimateDecoy({ ...oneDecoy(10, "hoeffding"), counts, epsilonSec });
    const keySingles = single(6e6, 8e5, 63_000, 12_000);
    const testSingles = single(4e5, 6e4, 4400, 900);
    const errors = (tau(1) / (mu1 - mu2)) * (up(4400, 5300, 1) - down(900, 5300, 2));
    const rate = errors / testSingles;
    const [c, d] = [testSingles, keySingles];
    const variance = rate * (1 - rate);
    const gamma = Math.sqrt(
      (((c + d) * variance) / (c * d * Math.LN2)) *
        Math.log2(((c + d) / (c * d * variance)) * (19 / epsilonSec) ** 2),
    );
    expect(found.singlePhotonBits).toBeCloseTo(keySingles, 3);
    expect(found.singlePhotonTestBits).toBeCloseTo(testSingles, 3);
    expect(found.phaseError).toBeCloseTo(rate + gamma, 12);
    const vacuumLow = (tau(0) / (mu1 - mu2)) * (mu1 * down(8e5, 6.8e6, 2) - mu2 * up(6e6, 6.8e6, 1));
    expect(found.vacuumBits).toBeCloseTo(Math.max(0, vacuumLow), 3);
    expect(
      secretLength(found, 0, epsilonSec, 0) - secretLength({ ...found, errorTerms: 21 }, 0, epsilonSec, 0),
    ).toBeCloseTo(6 * Math.log2(21 / 19), 6);
  });

  it("stay within what was counted, whatever was counted", () => {
    const pair = (largest: number) => fc.tuple(fc.nat(largest), fc.nat(largest), fc.constant(0));
    fc.assert(
      fc.property(pair(1e7), pair(1e6), pair(1e5), pair(1e5), (key, test, testErrors, keyErrors) => {
        const counts = { key, test, testErrors, keyErrors };
        for (const deviation of ["hoeffding", "chernoff"] as const) {
          const found = estimateDecoy({ ...oneDecoy(10, deviation), counts, epsilonSec: 1e-15 });
          expect(found.vacuumBits).toBeGreaterThanOrEqual(0);
          expect(found.singlePhotonBits).toBeGreaterThanOrEqual(0);
          expect(found.vacuumBits + found.singlePhotonBits).toBeLessThanOrEqual(
            (key[0] + key[1]) * (1 + 1e-12),
          );
          expect(found.phaseError).toBeLessThanOrEqual(0.5);
        }
      }),
    );
  });

  it("give more key to longer blocks, and less than the truth allows", () => {
    for (const deviation of ["hoeffding", "chernoff"] as const) {
      const rates = [1e6, 1e7, 1e8, 1e10].map(
        (siftedBits) =>
          expectedBlock(oneDecoy(10, deviation), { siftedBits, ...options }).secretBits / siftedBits,
      );
      expect(rates).toEqual([...rates].sort((a, b) => a - b));
      expect(rates.at(-1)).toBeLessThan(0.6);
      expect(rates[1]).toBeGreaterThan(0.1);
    }
  });
});

describe("a block with one decoy", () => {
  it.each(["hoeffding", "chernoff"] as const)("yields equal keys under %s bounds", (deviation) => {
    const random = createSeededRandom(new Uint8Array(32).fill(3));
    const key = random.bytes(authenticationBytesPerBlock);
    const order = {
      parameters: oneDecoy(10, deviation),
      condition: undisturbed,
      siftedTarget: 1e6,
      maxPulses: 1e12,
      epsilonSec: 1e-15,
      epsilonCor: 1e-15,
    };
    const { report, aliceKey, bobKey } = createBlockJob(order, {
      random,
      aliceAuthentication: key.slice(),
      bobAuthentication: key.slice(),
    }).result();
    expect(report.aborted).toBeNull();
    expect(equalBytes(aliceKey!, bobKey!)).toBe(true);
    expect(report.observedGains[2]).toBe(0);
    const expected = expectedBlock(order.parameters, { siftedBits: 1e6, ...options }).secretBits;
    expect(Math.abs(report.secretBits / expected - 1)).toBeLessThan(0.15);
  });
});
