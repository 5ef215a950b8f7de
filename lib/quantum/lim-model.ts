import { type DecoyEstimate, estimateDecoy, type SiftedCounts, secretLength } from "./decoy-estimation.ts";
import { binaryEntropy } from "./entropy.ts";
import type { DeviationBound, Triple } from "./link-parameters.ts";

/** The link of Lim et al. 2014, section "Evaluation". */
export interface LimLink {
  readonly lengthKm: number;
  readonly lossDbPerKm: number;
  readonly receiverEfficiency: number;
  /** p_dc of one detector. */
  readonly darkCountProbability: number;
  /** p_ap; in that paper an afterpulse belongs to the pulse itself. */
  readonly afterpulseProbability: number;
  /** e_mis */
  readonly misalignment: number;
  readonly reconciliationEfficiency: number;
  readonly keyBasisProbability: number;
  readonly intensities: Triple;
  readonly intensityProbabilities: Triple;
  /** n_X */
  readonly keyBits: number;
  readonly epsilonSec: number;
  readonly epsilonCor: number;
  readonly deviation: DeviationBound;
}

export interface LimResult {
  readonly estimate: DecoyEstimate;
  readonly leakedBits: number;
  /** ℓ before rounding down. */
  readonly secretBits: number;
}

/**
 * The evaluation of Lim 2014 with expected counts: D_k = 1 − (1 − 2p_dc)e^(−ηk), R_k = D_k(1 + p_ap),
 * e_k = p_dc + e_mis(1 − e^(−ηk)) + p_ap·D_k/2, with η of the whole system and λ_EC = f·n_X·h(e_obs). It validates
 * the bounds against the published figures; the simulated links use detectionLaw instead.
 */
export function evaluateLim(link: LimLink): LimResult {
  const eta = link.receiverEfficiency * 10 ** ((-link.lossDbPerKm * link.lengthKm) / 10);
  const rates = map(link.intensities, (mean) => {
    const detected = 1 - (1 - 2 * link.darkCountProbability) * Math.exp(-eta * mean);
    return {
      clicks: detected * (1 + link.afterpulseProbability),
      errors:
        link.darkCountProbability -
        link.misalignment * Math.expm1(-eta * mean) +
        (link.afterpulseProbability * detected) / 2,
    };
  });
  const p = link.intensityProbabilities;
  const weighted = (of: "clicks" | "errors"): Triple => [
    p[0] * rates[0][of],
    p[1] * rates[1][of],
    p[2] * rates[2][of],
  ];
  const clicks = weighted("clicks");
  const errors = weighted("errors");
  const keyShare = link.keyBasisProbability ** 2;
  const testShare = (1 - link.keyBasisProbability) ** 2;
  const pulses = link.keyBits / (keyShare * total(clicks));
  const counts: SiftedCounts = {
    key: map(clicks, (rate) => pulses * keyShare * rate),
    test: map(clicks, (rate) => pulses * testShare * rate),
    testErrors: map(errors, (rate) => pulses * testShare * rate),
  };
  const estimate = estimateDecoy({ ...link, counts });
  const observedError = total(errors) / total(clicks);
  const leakedBits = link.reconciliationEfficiency * link.keyBits * binaryEntropy(observedError);
  return {
    estimate,
    leakedBits,
    secretBits: secretLength(estimate, leakedBits, link.epsilonSec, Math.log2(2 / link.epsilonCor)),
  };
}

function map<T>(values: Triple, to: (value: number) => T): readonly [T, T, T] {
  return [to(values[0]), to(values[1]), to(values[2])];
}

function total(values: Triple): number {
  return values[0] + values[1] + values[2];
}
