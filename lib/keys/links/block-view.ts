import type { BlockReport } from "../../quantum/block-result.ts";
import type { BlockView } from "../api-types.ts";

/** Quarantine: a block nobody authenticates, whose key is shown as a number and thrown away. */
export type BlockPurpose = "key" | "probe" | "quarantine";

/** What the operations face shows of a block. A quiet probe is no failure although so few bits never yield key. */
export function blockViewOf(report: BlockReport, at: number, purpose: BlockPurpose): BlockView {
  const quiet =
    purpose === "probe" && (report.aborted === "no-key-in-block" || report.aborted === "verification-failed");
  return {
    at,
    pulses: report.pulses,
    detections: report.detections,
    siftedBits: report.siftedBits,
    qber: report.qber,
    phaseErrorBound: report.phaseErrorBound,
    leakedBits: report.leakedBits,
    reconciliation: report.reconciliation,
    reconciliationEfficiency: report.reconciliationEfficiency,
    roundTrips: report.roundTrips,
    secretBits: purpose === "key" ? report.secretBits : 0,
    authenticationBits: report.authenticationBits,
    epsilonExponent: report.epsilonExponent,
    amplification: report.amplification,
    aborted: quiet ? null : report.aborted,
  };
}
