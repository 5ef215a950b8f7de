import { describe, expect, it } from "vitest";
import { computeBlock } from "../../lib/quantum/attack/man-in-the-middle.ts";
import { multiProbability, multiSilence } from "../../lib/quantum/attack/photon-splitting.ts";
import type { BlockOrder } from "../../lib/quantum/block-order.ts";
import { type AttackModel, type ChannelCondition, undisturbed } from "../../lib/quantum/condition.ts";
import { type DetectionLaw, detectionLaw } from "../../lib/quantum/detection-law.ts";
import { driftBounds, naturalDrift } from "../../lib/quantum/drift.ts";
import { alarmOf, lawAtClickRate } from "../../lib/quantum/evidence.ts";
import { presetFor } from "../../lib/quantum/parameters.ts";
import { createSeededRandom } from "../../lib/quantum/random.ts";
import { equalBytes } from "../../lib/shared/bytes.ts";

const preset = (lossDb: number) => presetFor({ kind: "fibre", lengthKm: 5 * lossDb, lossDb });
const under = (model: AttackModel, fraction = 1): ChannelCondition => ({
  ...undisturbed,
  attack: { model, fraction },
});
const ratio = (law: DetectionLaw) => law.intensities[1].click / law.intensities[0].click;
const authentication = createSeededRandom(new Uint8Array(32).fill(9)).bytes(1024);

function block(condition: ChannelCondition, change: Partial<BlockOrder> = {}) {
  const order: BlockOrder = {
    parameters: preset(10),
    condition,
    siftedTarget: 1e5,
    maxPulses: 1e12,
    epsilonSec: 1e-15,
    epsilonCor: 1e-15,
    ...change,
  };
  return computeBlock(order, {
    random: createSeededRandom(new Uint8Array(32).fill(5)),
    aliceAuthentication: authentication.slice(),
    bobAuthentication: authentication.slice(),
  });
}

describe("photon-number splitting", () => {
  it.each([4, 10, 20])(
    "moves the ratio of gains towards that of several photons at %s dB, errors stay",
    (lossDb) => {
      const parameters = { ...preset(lossDb), darkCountProbability: 1e-12, afterpulseProbability: 0 };
      const [signal, decoy] = parameters.intensities;
      const quiet = detectionLaw(parameters, undisturbed);
      const split = detectionLaw(parameters, under("photon-number-splitting"));
      // What is left of n photons is seen with 1 − (1 − η)^(n−1): a little more often where there are more.
      const several = multiProbability(decoy) / multiProbability(signal);
      expect(ratio(split) / several).toBeGreaterThan(0.85);
      expect(ratio(split) / several).toBeLessThan(1.02);
      expect(ratio(quiet)).toBeGreaterThan(1.8 * several);
      expect(Math.abs(split.qber - quiet.qber)).toBeLessThan(5e-4);
      const shares = [0, 0.25, 0.5, 1].map((fraction) =>
        ratio(detectionLaw(parameters, under("photon-number-splitting", fraction))),
      );
      expect(shares).toEqual([...shares].sort((a, b) => b - a));
    },
  );

  it("keeps the mean click rate where there are pulses enough, and cannot on a short link", () => {
    const change = (lossDb: number) =>
      detectionLaw(preset(lossDb), under("photon-number-splitting")).meanGain /
      detectionLaw(preset(lossDb), undisturbed).meanGain;
    expect(change(20)).toBeCloseTo(1, 3);
    expect(change(4)).toBeLessThan(0.5);
  });

  it("counts what is left of several photons as the sum over photon numbers does", () => {
    for (const [mean, seen] of [
      [0.5, 0.2],
      [0.1, 0.6],
      [0.0002, 0.2],
    ] as const) {
      let [sum, weight, probability] = [0, 0, Math.exp(-mean)];
      for (let n = 1; n < 40; n++) {
        probability *= mean / n;
        if (n < 2) continue;
        sum += probability * (1 - seen) ** (n - 1);
        weight += probability;
      }
      expect(multiSilence(mean, seen)(1)).toBeCloseTo(sum / weight, 5);
      expect(multiProbability(mean) / weight).toBeCloseTo(1, 6);
    }
  });

  it("leaves no secret bit of a million", () => {
    const { report, aliceKey } = block(under("photon-number-splitting"), {
      parameters: preset(4),
      siftedTarget: 1e6,
    });
    expect(report).toMatchObject({ aborted: "decoy-ratio-low", secretBits: 0, phaseErrorBound: 0.5 });
    expect(aliceKey).toBeUndefined();
  });
});

describe("blinding with faked states", () => {
  it("changes no law; the receiver's current alone makes the block void", () => {
    expect(detectionLaw(preset(10), under("blinding"))).toEqual(detectionLaw(preset(10), undisturbed));
    const { report, aliceKey } = block(under("blinding"));
    expect(report.aborted).toBe("photocurrent-high");
    expect(report.evidence?.photocurrent.measured).toBeGreaterThan(4000);
    const quiet = { ...report.evidence!.photocurrent, measured: 10 };
    expect(alarmOf({ ...report.evidence!, photocurrent: quiet })).toBeNull();
    expect(aliceKey).toBeUndefined();
  });
});

describe("jamming", () => {
  it("multiplies the clicks and makes half of the bits wrong", () => {
    const [quiet, jammed] = [
      detectionLaw(preset(15), undisturbed),
      detectionLaw(preset(15), under("jamming")),
    ];
    expect(jammed.meanGain / quiet.meanGain).toBeGreaterThan(20);
    expect(jammed.qber).toBeGreaterThan(0.47);
    expect(block(under("jamming")).report).toMatchObject({ aborted: "light-excess", secretBits: 0 });
  });
});

describe("somebody in the middle", () => {
  it("is stopped by authentication before there is any key", () => {
    const { report, aliceKey, bobKey, attackerBits } = block(under("man-in-the-middle"));
    expect(report).toMatchObject({ aborted: "authentication-failed", secretBits: 0, authenticated: true });
    expect(report.evidence && alarmOf(report.evidence)).toBeNull();
    expect([aliceKey, bobKey, attackerBits]).toEqual([undefined, undefined, 0]);
  });

  it("has every bit of both ends where nobody checks, and nothing measured shows it", () => {
    const { report, aliceKey, bobKey, attackerBits } = block(under("man-in-the-middle"), {
      authenticated: false,
    });
    expect(report).toMatchObject({ aborted: null, authenticated: false, warning: null });
    expect(report.evidence && alarmOf(report.evidence)).toBeNull();
    expect(attackerBits).toBe(8 * (aliceKey!.length + bobKey!.length));
    expect(equalBytes(aliceKey!, bobKey!)).toBe(false);
  });

  it("is not there when nobody attacks: unchecked ends then agree, and the report says that nobody checked", () => {
    const { report, aliceKey, bobKey, attackerBits } = block(undisturbed, { authenticated: false });
    expect(equalBytes(aliceKey!, bobKey!)).toBe(true);
    expect([report.authenticated, attackerBits]).toEqual([false, 0]);
  });
});

describe("a failing detector", () => {
  it("shows in the balance of bits, not in their errors", () => {
    const { report } = block({ ...undisturbed, detectorLoss: 1 });
    expect(report.aborted).toBe("detector-unbalanced");
    expect(report.evidence?.onesShare.measured).toBe(0);
    expect(report.evidence?.qber.measured).toBeLessThan(0.03);
  });
});

describe("a link in order", () => {
  it("drifts within its bounds", () => {
    for (const name of ["addedLossDb", "misalignmentAdded", "compensatorUsed"] as const) {
      const bound =
        name === "addedLossDb"
          ? driftBounds.lossDb
          : driftBounds[name === "misalignmentAdded" ? "misalignment" : name];
      const values = Array.from({ length: 5000 }, (_, i) => naturalDrift(i / 97, 613 * i)[name]);
      expect(Math.min(...values), name).toBeGreaterThanOrEqual(0);
      expect(Math.max(...values), name).toBeLessThanOrEqual(bound);
    }
    expect(naturalDrift(0.1, 0)).not.toEqual(naturalDrift(0.1, 300));
  });

  it("that lost light is judged as a link with that loss: more dark counts among its clicks are no alarm", () => {
    const parameters = preset(20);
    const lossy = detectionLaw(parameters, { ...undisturbed, addedLossDb: 6 });
    expect(lawAtClickRate(parameters, lossy.meanGain).qber).toBeCloseTo(lossy.qber, 4);
    expect(lossy.qber).toBeGreaterThan(detectionLaw(parameters, undisturbed).qber + 1e-4);
  });
});
