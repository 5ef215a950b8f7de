import { QuantumParameterError } from "./errors.ts";

/** The eavesdroppers that there are: each is a file in attack/ or a law in detection-law.ts. */
export const attackModels = [
  "none",
  "intercept-resend",
  "photon-number-splitting",
  "blinding",
  "jamming",
  "man-in-the-middle",
] as const;

export type AttackModel = (typeof attackModels)[number];

/** What happens to a link beyond what it was built for. Ends never see this: only the channel does. */
export interface ChannelCondition {
  /**
   * `fraction`, 0..1, of the pulses is attacked; of jamming it is the strength. It is ignored when the model is
   * "none"; whoever blinds a receiver or stands in the middle does so for all pulses.
   */
  readonly attack: { readonly model: AttackModel; readonly fraction: number };
  /** A cut fibre passes no light: only dark counts are left. */
  readonly cut: boolean;
  /** Loss beyond the fibre's own, dB, 0 or more. */
  readonly addedLossDb: number;
  /** Error probability added to the link's own misalignment, 0..0.5. */
  readonly misalignmentAdded: number;
  /** How much of its range the receiver's polarisation compensator uses, 0..1: it holds the rest of a drift off. */
  readonly compensatorUsed: number;
  /** Share of the clicks of the detector for bit 1 that are lost, 0..1: 1 is a dead detector. */
  readonly detectorLoss: number;
}

export const undisturbed: ChannelCondition = {
  attack: { model: "none", fraction: 0 },
  cut: false,
  addedLossDb: 0,
  misalignmentAdded: 0,
  compensatorUsed: 0,
  detectorLoss: 0,
};

/** @throws QuantumParameterError naming the first value out of its range. */
export function validateCondition(condition: ChannelCondition): void {
  const { attack, addedLossDb, misalignmentAdded, compensatorUsed, detectorLoss } = condition;
  if (!attackModels.includes(attack.model)) {
    throw new QuantumParameterError("attack.model", attack.model, `one of ${attackModels.join(", ")}`);
  }
  requireRange("attack.fraction", attack.fraction, 0, 1);
  requireRange("addedLossDb", addedLossDb, 0, 200);
  requireRange("misalignmentAdded", misalignmentAdded, 0, 0.5);
  requireRange("compensatorUsed", compensatorUsed, 0, 1);
  requireRange("detectorLoss", detectorLoss, 0, 1);
}

function requireRange(name: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high))
    throw new QuantumParameterError(name, value, `from ${low} to ${high}`);
}
