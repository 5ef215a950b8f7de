import { describe, expect, it } from "vitest";
import { gainAndError } from "../../lib/quantum/asymptotic-rate.ts";
import { drawBinomial } from "../../lib/quantum/binomial.ts";
import { unpackBits } from "../../lib/quantum/bits.ts";
import { type ChannelCondition, undisturbed } from "../../lib/quantum/condition.ts";
import { type DetectionLaw, detectionLaw } from "../../lib/quantum/detection-law.ts";
import { drawEvents } from "../../lib/quantum/draw-events.ts";
import { presetFor } from "../../lib/quantum/parameters.ts";
import type { Clicks, PulseSettings } from "../../lib/quantum/pulse-planes.ts";
import { QuantumChannel } from "../../lib/quantum/quantum-channel.ts";
import { createSeededRandom, createSystemRandom } from "../../lib/quantum/random.ts";
import { selectBits, selectPulses } from "../../lib/quantum/select-pulses.ts";
import type { Bytes } from "../../lib/shared/bytes.ts";
import { equalBytes } from "../../lib/shared/bytes.ts";

const seeded = (seed: number) => createSeededRandom(new Uint8Array(32).fill(seed));

describe("randomness from a seed", () => {
  it("repeats itself for the same seed and says that it is seeded", () => {
    expect(equalBytes(seeded(1).bytes(100_000), seeded(1).bytes(100_000))).toBe(true);
    expect(seeded(1).bytes(32)).not.toEqual(seeded(2).bytes(32));
    expect(seeded(1).seeded).toBe(true);
    expect(createSystemRandom().seeded).toBe(false);
  });

  it("gives the same stream whatever the sizes of the requests", () => {
    const whole = seeded(3).bytes(70_000);
    const random = seeded(3);
    const parts = [random.bytes(1), random.bytes(65_534), random.bytes(4_465)];
    expect(Buffer.concat(parts).equals(Buffer.from(whole))).toBe(true);
  });

  it("is unbiased and uncorrelated", () => {
    const bytes = seeded(4).bytes(1 << 17);
    const ones = bytes.reduce((total, byte) => total + byte.toString(2).replaceAll("0", "").length, 0);
    expect(Math.abs(ones - (1 << 19))).toBeLessThan(5 * Math.sqrt(1 << 18));
  });
});

describe("binomial draws", () => {
  it.each([
    [20, 0.3],
    [1000, 0.004],
    [1000, 0.5],
    [1e6, 0.97],
    [1e10, 1e-7],
    [1e13, 3e-6],
  ])("have the mean and variance of the law for n = %s, p = %s", (n, p) => {
    const random = seeded(5);
    const draws = Array.from({ length: 20_000 }, () => drawBinomial(random, n, p));
    const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
    const variance = draws.reduce((a, b) => a + (b - mean) ** 2, 0) / draws.length;
    const expected = n * p * (1 - p);
    expect(Math.abs(mean - n * p)).toBeLessThan(4 * Math.sqrt(expected / draws.length));
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.05);
    expect(draws.every((draw) => Number.isInteger(draw) && draw >= 0 && draw <= n)).toBe(true);
  });

  it("follow the exact probabilities by a chi-squared test where rejection is used", () => {
    const random = seeded(6);
    const [n, p, draws] = [60, 0.4, 60_000];
    const seen = new Float64Array(n + 1);
    for (let i = 0; i < draws; i++) seen[drawBinomial(random, n, p)]! += 1;
    let mass = (1 - p) ** n;
    let statistic = 0;
    let cells = 0;
    for (let k = 0; k <= n; k++) {
      if (draws * mass > 10) {
        statistic += (seen[k]! - draws * mass) ** 2 / (draws * mass);
        cells++;
      }
      mass *= ((n - k) / (k + 1)) * (p / (1 - p));
    }
    expect(statistic).toBeLessThan(cells + 4 * Math.sqrt(2 * cells));
  });
});

describe("drawn events", () => {
  const kinds = [
    { code: 3, probability: 0.2 },
    { code: 7, probability: 1e-6 },
    { code: 0, probability: 0 },
    { code: 5, probability: 0.3 },
    { code: 9, probability: 2e-6 },
    { code: 1, probability: 0.5 },
  ];
  const total = kinds.reduce((sum, { probability }) => sum + probability, 0);

  it("have each kind by its share, also kinds rarer than a cell of the table", () => {
    const count = 3_000_000;
    const seen = new Float64Array(16);
    for (const code of drawEvents(seeded(7), kinds, count)) seen[code]! += 1;
    expect(seen.reduce((a, b) => a + b, 0)).toBe(count);
    for (const { code, probability } of kinds) {
      const mean = (count * probability) / total;
      expect(Math.abs(seen[code]! - mean)).toBeLessThanOrEqual(4 * Math.sqrt(mean));
    }
  });

  it("are independent of the ones before", () => {
    const events = drawEvents(seeded(8), kinds, 400_000);
    for (const lag of [1, 2, 16_384]) {
      let both = 0;
      for (let i = lag; i < events.length; i++) if (events[i] === 3 && events[i - lag] === 3) both++;
      const mean = (events.length - lag) * 0.2 ** 2;
      expect(Math.abs(both - mean)).toBeLessThan(4 * Math.sqrt(1.4 * mean));
    }
  });

  it("may be any number, none too", () => {
    expect(drawEvents(seeded(9), kinds, 0)).toHaveLength(0);
    const halves = [1, 2].map((code) => ({ code, probability: 0.5 }));
    for (const count of [1, 2, 5, 16_383, 16_384, 16_385, 40_001]) {
      const events = drawEvents(seeded(count), halves, count);
      expect(events).toHaveLength(count);
      expect(events.every((code) => code === 1 || code === 2)).toBe(true);
    }
  });
});

const parameters = { ...presetFor({ kind: "fibre", lengthKm: 50, lossDb: 10 }), lossDb: 10 };

const none: Bytes = new Uint8Array(0);

/** Runs the channel with ends that only count, and compares every category with its law. */
function runChannel(condition: ChannelCondition, seed: number, gates: number) {
  const random = seeded(seed);
  const channel = new QuantumChannel(parameters, condition, random, true);
  const tally = { matched: 0, errors: 0, clicks: 0, byIntensity: [0, 0, 0] };
  let sent = { length: 0, basis: none, decoy: none, vacuum: none };
  let light = none;
  const alice = {
    prepare(settings: PulseSettings) {
      sent = settings;
      light = random.bytes(settings.basis.length);
      return light.slice();
    },
    keep(mask: Uint8Array) {
      sent = selectPulses(sent, mask);
      light = selectBits(light, mask).bits;
    },
  };
  const bob = {
    sense() {},
    register({ length, basis, bits }: Clicks) {
      tally.clicks += length;
      const planes = [sent.basis, sent.decoy, sent.vacuum, light, basis, bits];
      const [aliceBasis, decoy, vacuum, aliceBits, bobBasis, bobBits] = planes.map((p) =>
        unpackBits(p, length),
      );
      for (let i = 0; i < length; i++) {
        tally.byIntensity[decoy![i]! + 2 * vacuum![i]!]! += 1;
        if (aliceBasis![i] !== bobBasis![i]) continue;
        tally.matched++;
        tally.errors += aliceBits![i]! ^ bobBits![i]!;
      }
    },
  };
  for (let i = 0; i < 10; i++) channel.transmit(Math.ceil(gates / channel.law.liveFraction / 10), alice, bob);
  return { tally, channel };
}

function expectWithin(observed: number, mean: number, variance: number, sigmas: number): void {
  expect(Math.abs(observed - mean)).toBeLessThan(sigmas * Math.sqrt(variance));
}

describe("sampled detections", () => {
  it.each<[string, ChannelCondition]>([
    ["an undisturbed link", undisturbed],
    ["a link with added loss", { ...undisturbed, addedLossDb: 6 }],
    [
      "a link under intercept-resend",
      { ...undisturbed, attack: { model: "intercept-resend", fraction: 0.5 } },
    ],
    ["a drifting link", { ...undisturbed, misalignmentAdded: 0.05 }],
    ["a cut link", { ...undisturbed, cut: true }],
    [
      "a link with split photons",
      { ...undisturbed, attack: { model: "photon-number-splitting", fraction: 0.7 } },
    ],
    ["a blinded link", { ...undisturbed, attack: { model: "blinding", fraction: 1 } }],
    ["a jammed link", { ...undisturbed, attack: { model: "jamming", fraction: 0.2 } }],
    ["a link with a weak detector", { ...undisturbed, detectorLoss: 0.4 }],
    ["a link with a dead detector", { ...undisturbed, detectorLoss: 1 }],
  ])("agree with the law within 3σ on %s", (_, condition) => {
    const { tally, channel } = runChannel(condition, 11, condition.cut ? 1e9 : 1e7);
    const { law, liveGates } = channel;
    expectWithin(tally.clicks, liveGates * law.meanGain, liveGates * law.meanGain, 3);
    law.intensities.forEach((intensity, k) => {
      const kept = 1 - condition.detectorLoss / 2;
      const mean = liveGates * parameters.intensityProbabilities[k]! * intensity.click * kept;
      expectWithin(tally.byIntensity[k]!, mean, mean, 3);
    });
    expectWithin(tally.errors, tally.matched * law.qber, tally.matched * law.qber * (1 - law.qber), 3);
    if (condition.detectorLoss > 0) return;
    expect(channel.census.reduce((a, b) => a + b, 0)).toBe(tally.clicks);
  });

  it("agree with the formulas of Ma et al. 2005 where those hold", () => {
    const law = detectionLaw(
      { ...parameters, afterpulseProbability: 0, misalignment: 0.033, darkCountProbability: 8.5e-7 },
      undisturbed,
    );
    const link = {
      lengthKm: 0,
      lossDbPerKm: 0,
      receiverEfficiency: 0.02,
      backgroundYield: 1 - (1 - 8.5e-7) ** 2,
      misalignment: 0.033,
      reconciliationEfficiency: 1,
      siftingFactor: 0.5,
    };
    law.intensities.forEach((intensity, k) => {
      const { gain, error } = gainAndError(link, parameters.intensities[k]!);
      expect(intensity.click / gain).toBeCloseTo(1, 9);
      expect(Math.abs(intensity.error / intensity.click / error - 1)).toBeLessThan(1e-3);
    });
  });
});

describe("the law of detections", () => {
  const qberUnder = (fraction: number) =>
    detectionLaw(parameters, { ...undisturbed, attack: { model: "intercept-resend", fraction } }).qber;

  it("gives (1 − p)·e0 + p/4 under intercept-resend, and leaves the gains alone", () => {
    const noiseless = { ...parameters, afterpulseProbability: 0, darkCountProbability: 0 };
    const law = (fraction: number): DetectionLaw =>
      detectionLaw(noiseless, { ...undisturbed, attack: { model: "intercept-resend", fraction } });
    const quiet = law(0).qber;
    for (const p of [0.05, 0.25, 0.5, 1]) {
      expect(Math.abs(law(p).qber - ((1 - p) * quiet + p / 4))).toBeLessThan(1e-4);
      expect(law(p).meanGain).toBeCloseTo(law(0).meanGain, 12);
    }
    expect(qberUnder(0.5)).toBeGreaterThan(qberUnder(0.05));
  });

  it("ignores the fraction of an attack that is off", () => {
    const off: ChannelCondition = { ...undisturbed, attack: { model: "none", fraction: 0.7 } };
    expect(detectionLaw(parameters, off)).toEqual(detectionLaw(parameters, undisturbed));
  });

  it("splits clicks by photons without losing any", () => {
    for (const { click, error, vacuum, single, multi } of detectionLaw(parameters, undisturbed).intensities) {
      expect((vacuum.click + single.click + multi.click) / click).toBeCloseTo(1, 9);
      expect((vacuum.error + single.error + multi.error) / error).toBeCloseTo(1, 9);
    }
  });

  it("turns a cut fibre into dark counts with random bits", () => {
    const law = detectionLaw(parameters, { ...undisturbed, cut: true });
    expect(law.qber).toBeCloseTo(0.5, 9);
    expect(law.meanGain).toBeCloseTo(1 - (1 - parameters.darkCountProbability) ** 2, 7);
  });
});
