import type { AmplificationKind } from "./block-result.ts";
import { type ChannelCondition, validateCondition } from "./condition.ts";
import { QuantumParameterError } from "./errors.ts";
import type { LinkParameters } from "./link-parameters.ts";
import { validateParameters } from "./parameters.ts";
import { type ChannelSlice, validateSlices } from "./pass-channel.ts";
import { type ReconciliationMethod, reconciliationMethods } from "./reconciliation.ts";
import { verificationEpsilon } from "./verification-hash.ts";

/** The least and the most bits of a block that can be ordered. */
export const siftedTargets = [1000, 6e6] as const;

/** What to make one block of. */
export interface BlockOrder {
  readonly parameters: LinkParameters;
  readonly condition: ChannelCondition;
  /** Bits in the key basis to collect; a block may get a few more. */
  readonly siftedTarget: number;
  /** The block goes on with what it has once so many pulses are sent. */
  readonly maxPulses: number;
  readonly epsilonSec: number;
  /** Upper bound asked of the verification hash, which reaches about 10^-27. */
  readonly epsilonCor: number;
  /** The modular hash, the faster one, when absent. */
  readonly amplification?: AmplificationKind;
  /** Cascade, which leaks least, when absent. */
  readonly reconciliation?: ReconciliationMethod;
  /** True to learn how the link is, not to make key: all bits are compared in the open. */
  readonly probe?: boolean;
  /** False only to demonstrate what then happens: nobody checks a tag, and the key must not be used. */
  readonly authenticated?: boolean;
  /** A satellite's pass: loss and background of each stretch of it, instead of the loss of `parameters`. */
  readonly slices?: readonly ChannelSlice[];
}

/** @throws QuantumParameterError naming the first part of the order that is out of range. */
export function validateOrder(order: BlockOrder): void {
  validateParameters(order.parameters);
  validateCondition(order.condition);
  if (order.slices !== undefined) validateSlices(order.slices);
  const { siftedTarget, maxPulses, epsilonSec, epsilonCor, reconciliation = "cascade" } = order;
  if (!reconciliationMethods.includes(reconciliation)) {
    throw new QuantumParameterError(
      "reconciliation",
      reconciliation,
      `one of ${reconciliationMethods.join(", ")}`,
    );
  }
  const [least, most] = siftedTargets;
  if (!(siftedTarget >= least && siftedTarget <= most)) {
    throw new QuantumParameterError("siftedTarget", siftedTarget, `from ${least} to ${most}`);
  }
  if (!(maxPulses >= 1 && maxPulses <= 2 ** 50)) {
    throw new QuantumParameterError("maxPulses", maxPulses, "from 1 to 2^50");
  }
  if (!(epsilonSec >= 1e-30 && epsilonSec < 1)) {
    throw new QuantumParameterError("epsilonSec", epsilonSec, "from 1e-30 to below 1");
  }
  if (!(epsilonCor >= verificationEpsilon(2 ** 23) && epsilonCor < 1)) {
    throw new QuantumParameterError("epsilonCor", epsilonCor, "from 1e-25 to below 1");
  }
}
