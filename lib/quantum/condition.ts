import { QuantumParameterError } from "./errors.ts";

/** The eavesdroppers that exist so far. A new one is a new member here and a new law in detection-law.ts. */
export type AttackModel = "none" | "intercept-resend";

/** What happens to a link beyond what it was built for. Ends never see this: only the channel does. */
export interface ChannelCondition {
  /** `fraction` of the pulses, 0..1, is attacked; it is ignored when the model is "none". */
  readonly attack: { readonly model: AttackModel; readonly fraction: number };
  /** A cut fibre passes no light: only dark counts are left. */
  readonly cut: boolean;
  /** Loss beyond the fibre's own, dB, 0 or more. */
  readonly addedLossDb: number;
  /** Error probability added to the link's own misalignment, 0..0.5. */
  readonly misalignmentAdded: number;
}

export const undisturbed: ChannelCondition = {
  attack: { model: "none", fraction: 0 },
  cut: false,
  addedLossDb: 0,
  misalignmentAdded: 0,
};

/** @throws QuantumParameterError naming the first value out of its range. */
export function validateCondition(condition: ChannelCondition): void {
  const { attack, addedLossDb, misalignmentAdded } = condition;
  if (attack.model !== "none" && attack.model !== "intercept-resend") {
    throw new QuantumParameterError("attack.model", attack.model, '"none" or "intercept-resend"');
  }
  requireRange("attack.fraction", attack.fraction, 0, 1);
  requireRange("addedLossDb", addedLossDb, 0, 200);
  requireRange("misalignmentAdded", misalignmentAdded, 0, 0.5);
}

function requireRange(name: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high))
    throw new QuantumParameterError(name, value, `from ${low} to ${high}`);
}
