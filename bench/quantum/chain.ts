import { amplify, drawAmplificationSeed } from "../../lib/quantum/amplification.ts";
import { authenticationBytesNeeded, createBlockJob } from "../../lib/quantum/block-job.ts";
import type { BlockReport } from "../../lib/quantum/block-result.ts";
import { undisturbed } from "../../lib/quantum/condition.ts";
import { detectionLaw } from "../../lib/quantum/detection-law.ts";
import type { LinkParameters } from "../../lib/quantum/link-parameters.ts";
import { presetFor } from "../../lib/quantum/parameters.ts";
import { createSystemRandom } from "../../lib/quantum/random.ts";
import { leastProcessorSeconds, processorSeconds } from "./processor-time.ts";

const random = createSystemRandom();
const authenticationKey = random.bytes(authenticationBytesNeeded(1e6));
const fibre50km = presetFor({ kind: "fibre", lengthKm: 50, lossDb: 10 });

/** The 80 MHz devices over 50 km (10 dB), misaligned so far that the bits have this error rate. */
function linkWithErrors(qber: number): LinkParameters {
  let [low, high] = [0, 0.5];
  for (let step = 0; step < 50; step++) {
    const misalignment = (low + high) / 2;
    if (detectionLaw({ ...fibre50km, misalignment }, undisturbed).qber < qber) low = misalignment;
    else high = misalignment;
  }
  return { ...fibre50km, misalignment: low };
}

function runBlock(parameters: LinkParameters, siftedTarget: number): BlockReport {
  const order = {
    parameters,
    condition: undisturbed,
    siftedTarget,
    maxPulses: 2 ** 50,
    epsilonSec: 1e-15,
    epsilonCor: 1e-15,
  };
  const surroundings = {
    random,
    aliceAuthentication: authenticationKey.slice(),
    bobAuthentication: authenticationKey.slice(),
  };
  const { report } = createBlockJob(order, surroundings).result();
  if (report.aborted !== null) throw new Error(`a block of the benchmark gave no key: ${report.aborted}`);
  return report;
}

/** Sifted Mbit per processor second through every stage at both ends, blocks of 10^6; the best of some blocks. */
export function measurePipeline(metrics: Record<string, number>): void {
  for (const percent of [1, 3, 5]) {
    const parameters = linkWithErrors(percent / 100);
    let best = 0;
    let secret = 0;
    for (let block = 0; block < 16; block++) {
      let report: BlockReport | undefined;
      const seconds = processorSeconds(() => {
        report = runBlock(parameters, 1e6);
      });
      if (report === undefined) continue;
      best = Math.max(best, report.siftedBits / seconds / 1e6);
      secret = report.secretBits / report.siftedBits;
    }
    metrics[`pipeline_sifted_mbit_s_q${percent}`] = best;
    metrics[`pipeline_secret_per_sifted_q${percent}`] = secret;
  }
}

/** Mbit of reconciled key taken in per processor second, for each hash, at half the length out. */
export function measureAmplification(metrics: Record<string, number>): void {
  for (const kind of ["modular", "toeplitz"] as const) {
    for (const log2 of [18, 19, 20, 21, 22]) {
      const choice = { kind, inputBits: 2 ** log2, outputBits: 2 ** (log2 - 1) };
      const key = random.bytes(choice.inputBits / 8);
      const seed = drawAmplificationSeed(random, choice);
      const seconds = leastProcessorSeconds(
        kind === "modular" ? 6 : 2,
        () => void amplify(choice, key, seed),
      );
      metrics[`amplification_${kind}_in_mbit_s_2e${log2}`] = choice.inputBits / seconds / 1e6;
    }
  }
  metrics.amplification_in_mbit_s_2e20 = Math.max(
    metrics.amplification_modular_in_mbit_s_2e20 ?? 0,
    metrics.amplification_toeplitz_in_mbit_s_2e20 ?? 0,
  );
}
