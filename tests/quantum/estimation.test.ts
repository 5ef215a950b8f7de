import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDark, qberAlarm } from "../../lib/quantum/alarm-threshold.ts";
import { undisturbed } from "../../lib/quantum/condition.ts";
import { meanInterval } from "../../lib/quantum/decoy-bounds.ts";
import { estimateDecoy, type SiftedCounts, secretLength } from "../../lib/quantum/decoy-estimation.ts";
import { detectionLaw } from "../../lib/quantum/detection-law.ts";
import { binaryEntropy } from "../../lib/quantum/entropy.ts";
import { expectedBlock } from "../../lib/quantum/expected-block.ts";
import type { LinkParameters, Triple } from "../../lib/quantum/link-parameters.ts";
import { presetFor } from "../../lib/quantum/parameters.ts";
import { QuantumChannel } from "../../lib/quantum/quantum-channel.ts";
import { createSeededRandom } from "../../lib/quantum/random.ts";

const triple = (largest: number): fc.Arbitrary<Triple> =>
  fc.tuple(fc.nat(largest), fc.nat(largest), fc.nat(largest));
const preset = (lossDb: number) => presetFor({ kind: "fibre", lengthKm: 5 * lossDb, lossDb });
const options = { epsilonSec: 1e-15, epsilonCor: 1e-15, reconciliationEfficiency: 1.05 };

describe("finite-key bounds", () => {
  it("stay within what was counted, whatever was counted", () => {
    fc.assert(
      fc.property(
        triple(1e7),
        triple(1e6),
        triple(1e5),
        fc.integer({ min: 0, max: 26 }),
        fc.constantFrom("hoeffding" as const, "chernoff" as const),
        (key, test, testErrors, lossDb, deviation) => {
          const counts: SiftedCounts = { key, test, testErrors };
          const bounds = estimateDecoy({ ...preset(lossDb), counts, epsilonSec: 1e-15, deviation });
          const total = key[0] + key[1] + key[2];
          expect(bounds.vacuumBits).toBeGreaterThanOrEqual(0);
          expect(bounds.singlePhotonBits + bounds.vacuumBits).toBeLessThanOrEqual(total * (1 + 1e-12));
          expect(bounds.phaseError).toBeGreaterThanOrEqual(0);
          expect(bounds.phaseError).toBeLessThanOrEqual(0.5);
        },
      ),
    );
  });

  it("give more key per bit to longer blocks, and never more than without fluctuations", () => {
    for (const lossDb of [2, 10, 17, 23]) {
      const parameters = preset(lossDb);
      const law = detectionLaw(parameters, undisturbed);
      const sizes = [1e5, 2e5, 5e5, 1e6, 1e7, 1e9, 1e12];
      const rates = sizes.map((siftedBits) => {
        return expectedBlock(parameters, { siftedBits, ...options }).secretBits / siftedBits;
      });
      rates.slice(1).forEach((rate, i) => {
        expect(rate).toBeGreaterThan(rates[i]!);
      });
      let singles = 0;
      let singleErrors = 0;
      let vacua = 0;
      law.intensities.forEach(({ single, vacuum }, k) => {
        singles += (parameters.intensityProbabilities[k]! * single.click) / law.meanGain;
        singleErrors += (parameters.intensityProbabilities[k]! * single.error) / law.meanGain;
        vacua += (parameters.intensityProbabilities[k]! * vacuum.click) / law.meanGain;
      });
      const asymptotic =
        vacua + singles * (1 - binaryEntropy(singleErrors / singles)) - 1.05 * binaryEntropy(law.qber);
      expect(rates.at(-1)!).toBeLessThan(asymptotic);
    }
  });

  it("contain the truth that only the simulation knows", () => {
    const parameters = preset(10);
    const random = createSeededRandom(new Uint8Array(32).fill(31));
    for (let block = 0; block < 10; block++) {
      const channel = new QuantumChannel(parameters, undisturbed, random, true);
      channel.transmit(
        2e8,
        { prepare: ({ basis }) => basis.slice(), keep: () => undefined },
        { register: () => undefined, sense: () => undefined },
      );
      const truth = (photons: number, basis: number, wrongOnly: boolean): Triple => {
        const at = (k: number) => {
          const first = ((k * 3 + photons) * 4 + (basis === 0 ? 0 : 3)) * 2;
          return channel.census[first + 1]! + (wrongOnly ? 0 : channel.census[first]!);
        };
        return [at(0), at(1), at(2)];
      };
      const sum = (values: Triple) => values[0] + values[1] + values[2];
      const all = (basis: number, wrongOnly: boolean): Triple => {
        const parts = [0, 1, 2].map((photons) => truth(photons, basis, wrongOnly));
        return [0, 1, 2].map((k) => parts[0]![k]! + parts[1]![k]! + parts[2]![k]!) as unknown as Triple;
      };
      const counts = { key: all(0, false), test: all(1, false), testErrors: all(1, true) };
      const bounds = estimateDecoy({ ...parameters, counts, epsilonSec: 1e-15 });
      expect(bounds.vacuumBits).toBeLessThanOrEqual(sum(truth(0, 0, false)));
      expect(bounds.singlePhotonBits).toBeLessThanOrEqual(sum(truth(1, 0, false)));
      expect(bounds.singlePhotonTestBits).toBeLessThanOrEqual(sum(truth(1, 1, false)));
      expect(bounds.singlePhotonTestErrors).toBeGreaterThanOrEqual(sum(truth(1, 1, true)));
      expect(bounds.phaseError).toBeGreaterThan(sum(truth(1, 0, true)) / sum(truth(1, 0, false)));
    }
  });

  it("leave key by Chernoff where Hoeffding leaves none", () => {
    const lossy: LinkParameters = { ...preset(23), deviation: "chernoff" };
    const size = { siftedBits: 1e5, ...options };
    expect(expectedBlock(lossy, size).secretBits).toBeGreaterThan(0);
    expect(expectedBlock({ ...lossy, deviation: "hoeffding" }, size).secretBits).toBeLessThan(0);
  });

  it("widen as ε shrinks, and never below zero", () => {
    for (const deviation of ["hoeffding", "chernoff"] as const) {
      const [low, high] = meanInterval(500, 1000, 1e-10, deviation);
      const [lower, higher] = meanInterval(500, 1000, 1e-15, deviation);
      expect(lower).toBeLessThan(low);
      expect(higher).toBeGreaterThan(high);
      expect(meanInterval(0, 1000, 1e-15, deviation)[0]).toBe(0);
    }
  });

  it("take the leak and the check off one for one", () => {
    const { estimate } = expectedBlock(preset(10), { siftedBits: 1e6, ...options });
    expect(secretLength(estimate, 1000, 1e-15, 128)).toBeCloseTo(
      secretLength(estimate, 0, 1e-15, 0) - 1128,
      6,
    );
  });

  it("have no entropy to give at either end of the scale", () => {
    expect([0, 1, -1, 2, Number.NaN].map(binaryEntropy)).toEqual([0, 0, 0, 0, 0]);
    expect(binaryEntropy(0.5)).toBe(1);
  });
});

describe("alarms", () => {
  it("are five standard deviations above the commissioned error rate", () => {
    expect(qberAlarm(0.02, 10_000)).toBeCloseTo(0.02 + 5 * Math.sqrt((0.02 * 0.98) / 10_000), 12);
    expect(qberAlarm(0.02, 0)).toBe(0.5);
  });

  it("find an attack on one pulse in twenty in about 3,800 bits with 95 % power", () => {
    const [quiet, attacked] = [0.01, 0.95 * 0.01 + 0.05 / 4];
    const power = (bits: number) =>
      (attacked - qberAlarm(quiet, bits)) / Math.sqrt((attacked * (1 - attacked)) / bits);
    let bits = 100;
    while (power(bits) < 1.645) bits += 10;
    expect(bits).toBeGreaterThan(3700);
    expect(bits).toBeLessThan(3900);
  });

  it("tell a dark fibre from a dim one", () => {
    expect(isDark(3, 2, 10_000)).toBe(true);
    expect(isDark(400, 2, 10_000)).toBe(false);
  });
});
