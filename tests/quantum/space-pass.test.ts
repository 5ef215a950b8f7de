import { describe, expect, it } from "vitest";
import { authenticationBytesPerBlock } from "../../lib/quantum/authentication.ts";
import { type BlockOrder, createBlockJob } from "../../lib/quantum/block-job.ts";
import { undisturbed } from "../../lib/quantum/condition.ts";
import { createSeededRandom } from "../../lib/quantum/random.ts";
import { slantRangeKm } from "../../lib/quantum/space-loss.ts";
import {
  expectedPass,
  type PassPoint,
  passDevices,
  passSlices,
  worthwhilePoints,
} from "../../lib/quantum/space-pass.ts";
import { eagleTerminal } from "../../lib/quantum/space-terminal.ts";
import { equalBytes } from "../../lib/shared/bytes.ts";

const epsilon = { epsilonSec: 1e-15, epsilonCor: 1e-15 };
const devices = passDevices();

/** A pass that rises to 40° and sets again, in slices of ten seconds. */
function pointsWith(sunElevationDeg: number): PassPoint[] {
  return Array.from({ length: 24 }, (_, index) => {
    const elevationDeg = 15 + 25 * Math.sin((Math.PI * (index + 0.5)) / 24);
    return { seconds: 10, elevationDeg, rangeKm: slantRangeKm(elevationDeg, 500), sunElevationDeg };
  });
}

function run(points: readonly PassPoint[], changed: Partial<BlockOrder> = {}) {
  const slices = passSlices(points, eagleTerminal, devices);
  const key = createSeededRandom(new Uint8Array(32).fill(3)).bytes(authenticationBytesPerBlock);
  const order: BlockOrder = {
    parameters: devices,
    condition: undisturbed,
    siftedTarget: 3e6,
    maxPulses: slices.reduce((sum, slice) => sum + slice.pulses, 0),
    slices,
    ...epsilon,
    ...changed,
  };
  return createBlockJob(order, {
    random: createSeededRandom(new Uint8Array(32).fill(7)),
    aliceAuthentication: key,
    bobAuthentication: key.slice(),
  }).result();
}

describe("a pass as one block", () => {
  const night = pointsWith(-30);
  const expected = expectedPass(devices, passSlices(night, eagleTerminal, devices), epsilon);

  it("gives both ends the same key, of about the length its mean counts promise", () => {
    const { report, aliceKey, bobKey } = run(night);
    expect(report.aborted).toBeNull();
    expect(equalBytes(aliceKey!, bobKey!)).toBe(true);
    expect(report.simulatedSeconds).toBeCloseTo(240, 3);
    expect(Math.abs(report.detections - expected.detections)).toBeLessThan(
      5 * Math.sqrt(expected.detections),
    );
    expect(Math.abs(report.secretBits - expected.secretBits)).toBeLessThan(0.1 * expected.secretBits);
  });

  it("gives none by day", () => {
    const { report, aliceKey } = run(pointsWith(30), { siftedTarget: 3e5 });
    expect(report.aborted).not.toBeNull();
    expect(report.qber).toBeGreaterThan(0.3);
    expect(aliceKey).toBeUndefined();
    expect(
      expectedPass(devices, passSlices(pointsWith(30), eagleTerminal, devices), epsilon).secretBits,
    ).toBe(0);
  });

  it("gives none through cloud", () => {
    const { report, aliceKey } = run(night, { condition: { ...undisturbed, addedLossDb: 40 } });
    expect(report.aborted).toBe("no-light");
    expect(aliceKey).toBeUndefined();
  });

  it("shows who measures and resends", () => {
    const attack = { model: "intercept-resend", fraction: 0.5 } as const;
    expect(run(night, { condition: { ...undisturbed, attack } }).aborted).toBe("qber-high");
  });

  it("is one finite block: half of it gives less than half of the key", () => {
    const half = expectedPass(devices, passSlices(night.slice(0, 12), eagleTerminal, devices), epsilon);
    expect(half.secretBits).toBeLessThan(expected.secretBits / 2);
  });

  it("leaves out elevations only where that brings more key", () => {
    const { expected: chosen } = worthwhilePoints(night, eagleTerminal, devices, epsilon);
    expect(chosen.secretBits).toBeGreaterThanOrEqual(expected.secretBits);
  });

  it("names a slice that no pass could have", () => {
    expect(() => run(night, { slices: [{ pulses: 10, lossDb: -3, backgroundProbability: 0 }] })).toThrow(
      "slices[0].lossDb",
    );
    expect(() => run(night, { slices: [] })).toThrow("slices");
  });
});
