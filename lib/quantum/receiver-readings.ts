import type { ChannelCondition } from "./condition.ts";
import type { RandomSource } from "./random.ts";

/** What the instruments inside the receiver show beside its clicks: a simulated device reading. */
export interface ReceiverReadings {
  /** Mean current through the detectors, nA. */
  readonly photocurrentNanoamperes: number;
  /** Share of the polarisation compensator's range in use, 0..1. */
  readonly compensatorUsed: number;
}

/** Single photons are far below what a current meter sees: in order it shows leakage and noise. */
export const quietPhotocurrent = { meanNanoamperes: 10, deviation: 0.5 } as const;

/** Light that keeps avalanche diodes blind is of the order of a milliwatt (Lydersen et al. 2010). */
const blindingNanoamperes = 5000;

/** The readings of one batch of pulses. */
export function readingsUnder(condition: ChannelCondition, random: RandomSource): ReceiverReadings {
  const { attack, cut, compensatorUsed } = condition;
  const blinded = attack.model === "blinding" && !cut ? blindingNanoamperes : 0;
  const noise = quietPhotocurrent.deviation * standardNormal(random);
  return { photocurrentNanoamperes: quietPhotocurrent.meanNanoamperes + blinded + noise, compensatorUsed };
}

/** Box and Muller (1958). */
function standardNormal(random: RandomSource): number {
  return Math.sqrt(-2 * Math.log(1 - random.double())) * Math.cos(2 * Math.PI * random.double());
}
