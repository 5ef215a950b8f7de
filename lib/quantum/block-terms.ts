import type { AmplificationKind } from "./block-result.ts";
import { type DecoyEstimate, estimateDecoy, type SiftedCounts, secretLength } from "./decoy-estimation.ts";
import { binaryEntropy } from "./entropy.ts";
import type { LinkParameters, Triple } from "./link-parameters.ts";
import type { ReconciliationMethod, ReconciliationTerms } from "./reconciliation.ts";
import { verificationBits } from "./verification-hash.ts";

/** What both ends agreed on before the block: public. */
export interface BlockTerms {
  readonly parameters: LinkParameters;
  readonly epsilonSec: number;
  readonly amplification: AmplificationKind;
  readonly reconciliation: ReconciliationMethod;
}

/** What both ends conclude from the counts, each for itself. */
export interface Estimation {
  readonly counts: SiftedCounts;
  readonly bounds: DecoyEstimate;
  readonly keyBits: number;
  readonly testBits: number;
  /** Error rate of the test basis. */
  readonly testQber: number;
}

export function estimateFrom(terms: BlockTerms, counts: SiftedCounts): Estimation {
  const testBits = total(counts.test);
  return {
    counts,
    bounds: estimateDecoy({ ...terms.parameters, counts, epsilonSec: terms.epsilonSec }),
    keyBits: total(counts.key),
    testBits,
    testQber: testBits === 0 ? 0.5 : total(counts.testErrors) / testBits,
  };
}

/** The bounds once the errors of the key basis are known, which one-decoy bounds need. */
export function withKeyErrors(
  terms: BlockTerms,
  estimation: Estimation,
  corrections: number,
  decoyCorrections: number,
): Estimation {
  if (terms.parameters.decoyStates !== 1) return estimation;
  const keyErrors = [corrections - decoyCorrections, decoyCorrections, 0] as const;
  return estimateFrom(terms, { ...estimation.counts, keyErrors });
}

export function reconciliationTerms(
  terms: BlockTerms,
  { keyBits, testQber }: Estimation,
  seed: number,
): ReconciliationTerms {
  return { method: terms.reconciliation, length: keyBits, errorRate: testQber, seed };
}

/** Whole bytes of secret key after `leakedBits` of reconciliation, in bits; 0 when there is none. */
export function keyLength(terms: BlockTerms, { bounds }: Estimation, leakedBits: number): number {
  const bits = secretLength(bounds, leakedBits, terms.epsilonSec, verificationBits);
  return bits >= 8 ? Math.floor(bits / 8) * 8 : 0;
}

/** True when not even reconciliation at Shannon's limit would leave a key. */
export function isHopeless(terms: BlockTerms, estimation: Estimation): boolean {
  return keyLength(terms, estimation, estimation.keyBits * binaryEntropy(estimation.testQber)) === 0;
}

function total(counts: Triple): number {
  return counts[0] + counts[1] + counts[2];
}
