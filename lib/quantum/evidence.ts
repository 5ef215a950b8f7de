import { qberAlarm } from "./alarm-threshold.ts";
import { undisturbed } from "./condition.ts";
import { type DetectionLaw, detectionLaw } from "./detection-law.ts";
import { driftBounds } from "./drift.ts";
import type { LinkParameters, Triple } from "./link-parameters.ts";
import { quietPhotocurrent } from "./receiver-readings.ts";

/** A measured value beside what the link was commissioned with and the limits beyond which something is wrong. */
interface Reading {
  readonly measured: number;
  readonly expected: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Everything that Alice and Bob can measure of what is done to their link. No end ever sees the cause itself. */
export interface LinkEvidence {
  /** Clicks per gate in which the detectors are not blind. */
  readonly clickRate: Reading;
  /** Q_ν/Q_μ: clicks per decoy pulse over clicks per signal pulse. */
  readonly decoyRatio: Reading;
  /** Ones among Bob's bits. */
  readonly onesShare: Reading;
  /** nA */
  readonly photocurrent: Reading;
  /** Share of the polarisation compensator's range. */
  readonly compensator: Reading;
  readonly qber: Reading;
}

/** Why a block is given up on the evidence. */
export type EvidenceAlarm =
  | "photocurrent-high"
  | "light-excess"
  | "detector-unbalanced"
  | "decoy-ratio-low"
  | "misalignment-limit"
  | "qber-high";

/** What a person should look at although the key is good. */
export type EvidenceWarning = "loss-high" | "drift-compensated";

export interface Measurements {
  readonly pulses: number;
  /** Bob's clicks, and how many of his bits are one. */
  readonly detections: number;
  readonly ones: number;
  /** Announced clicks by intensity: Alice's. */
  readonly clicks: Triple;
  readonly photocurrentNanoamperes: number;
  readonly compensatorUsed: number;
  /** Error rate among `comparedBits`, once known. */
  readonly qber: number;
  readonly comparedBits: number;
}

/** Standard deviations of a quiet link before an alarm: about once in 3.5 million blocks and readings. */
const sigmas = 5;
/** Light beyond one and a half times the usual, or less than the usual by 1.5 dB. */
const excess = 1.5;
const shortfall = 10 ** -0.15;
/** The sender's monitor holds the intensities, and loss is accounted for; in a pass it changes while it is measured. */
const decoyTolerance = 0.005;
const decoyToleranceVarying = 0.02;
const balanceTolerance = 0.02;
const compensatorWarning = 0.3;
/** dB between which the loss that explains a click rate is looked for, beside the commissioned one. */
const lossSearch = [-1.5, 60] as const;

export interface MeasuredLink {
  readonly parameters: LinkParameters;
  /** Law of the link when nobody disturbs it. */
  readonly quiet: DetectionLaw;
  /** True where loss and background change by themselves, as during a satellite's pass. */
  readonly varying: boolean;
}

/**
 * Puts what was measured beside what the quiet link would show. Whether errors and decoys are as they should be is
 * judged at the click rate that was measured: more loss alone explains a few more of the errors.
 */
export function gatherEvidence(link: MeasuredLink, measured: Measurements): LinkEvidence {
  const { parameters, quiet: usual, varying } = link;
  const gates = liveGates(parameters, measured);
  const rate = measured.detections / gates;
  const explained = varying ? usual : lawAtClickRate(parameters, rate);
  const { intensityProbabilities: p } = parameters;
  const decoy = explained.intensities[1].click / explained.intensities[0].click;
  const [signals, decoys] = [Math.max(1, measured.clicks[0]), Math.max(1, measured.clicks[1])];
  const rateWidth = sigmas * Math.sqrt(usual.meanGain / gates);
  const decoyWidth = sigmas * Math.sqrt(1 / signals + 1 / decoys);
  const onesWidth = balanceTolerance + (sigmas * 0.5) / Math.sqrt(Math.max(1, measured.detections));
  return {
    clickRate: {
      measured: rate,
      expected: usual.meanGain,
      low: varying ? null : usual.meanGain * shortfall - rateWidth,
      high: usual.meanGain * excess + rateWidth,
    },
    decoyRatio: {
      measured: (decoys * p[0]) / (signals * p[1]),
      expected: decoy,
      low: decoy * (1 - (varying ? decoyToleranceVarying : decoyTolerance) - decoyWidth),
      high: null,
    },
    onesShare: {
      measured: measured.ones / Math.max(1, measured.detections),
      expected: 0.5,
      low: 0.5 - onesWidth,
      high: 0.5 + onesWidth,
    },
    photocurrent: {
      measured: measured.photocurrentNanoamperes,
      expected: quietPhotocurrent.meanNanoamperes,
      low: null,
      high: 2 * quietPhotocurrent.meanNanoamperes,
    },
    compensator: {
      measured: measured.compensatorUsed,
      expected: driftBounds.compensatorUsed / 2,
      low: null,
      high: compensatorWarning,
    },
    qber: {
      measured: measured.qber,
      expected: explained.qber,
      low: null,
      high: qberAlarm(explained.qber + driftBounds.misalignment, measured.comparedBits),
    },
  };
}

/** The highest mean error rate of a link in order, drift included; the alarm adds what chance may do. */
export function quietQber({ qber }: LinkEvidence): number {
  return qber.expected + driftBounds.misalignment;
}

/** The one alarm that explains most, if any: what blinds or floods the receiver also spoils the other readings. */
export function alarmOf(evidence: LinkEvidence): EvidenceAlarm | null {
  const { photocurrent, clickRate, onesShare, decoyRatio, compensator, qber } = evidence;
  if (isHigh(photocurrent)) return "photocurrent-high";
  if (isHigh(clickRate)) return "light-excess";
  if (isHigh(onesShare) || isLow(onesShare)) return "detector-unbalanced";
  if (isLow(decoyRatio)) return "decoy-ratio-low";
  if (isHigh(qber)) return compensator.measured >= 1 ? "misalignment-limit" : "qber-high";
  return null;
}

export function warningOf({ clickRate, compensator }: LinkEvidence): EvidenceWarning | null {
  if (isLow(clickRate)) return "loss-high";
  return isHigh(compensator) ? "drift-compensated" : null;
}

/** The law of an undisturbed link whose loss is such that its detectors click as often as they did. */
export function lawAtClickRate(parameters: LinkParameters, clicksPerGate: number): DetectionLaw {
  const lawAt = (lossDb: number) =>
    detectionLaw({ ...parameters, lossDb: parameters.lossDb + lossDb }, undisturbed);
  let [low, high]: [number, number] = [...lossSearch];
  for (let step = 0; step < 24; step++) {
    const middle = (low + high) / 2;
    if (lawAt(middle).meanGain > clicksPerGate) low = middle;
    else high = middle;
  }
  return lawAt((low + high) / 2);
}

/** Gates in which the detectors were not blind after a click, by Bob's clicks. */
function liveGates({ deadTimeSeconds, clockHz }: LinkParameters, measured: Measurements): number {
  return Math.max(1, measured.pulses - measured.detections * deadTimeSeconds * clockHz);
}

function isHigh({ measured, high }: Reading): boolean {
  return high !== null && measured > high;
}

function isLow({ measured, low }: Reading): boolean {
  return low !== null && measured < low;
}
