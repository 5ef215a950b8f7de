import { Authenticator, authenticationBytesPerBlock } from "../../../lib/quantum/authentication.ts";
import { createBlockJob } from "../../../lib/quantum/block-job.ts";
import { undisturbed } from "../../../lib/quantum/condition.ts";
import { detectionLaw } from "../../../lib/quantum/detection-law.ts";
import { expectedBlock } from "../../../lib/quantum/expected-block.ts";
import { presetFor } from "../../../lib/quantum/parameters.ts";
import { createSeededRandom } from "../../../lib/quantum/random.ts";

/** A mean over many simulated blocks beside the analytic value. */
export interface Experiment {
  readonly quantity: string;
  readonly analytic: number;
  readonly measured: number;
  /** Standard deviation of the measured value. */
  readonly sigma: number;
}

const blocks = 8;
const sifted = 1e5;

function runBlock(lossDb: number, seed: number) {
  const random = createSeededRandom(Uint8Array.of(lossDb, seed, 7));
  const key = random.bytes(authenticationBytesPerBlock);
  const parameters = presetFor({ kind: "fibre", lengthKm: 5 * lossDb, lossDb });
  return createBlockJob(
    {
      parameters,
      condition: undisturbed,
      siftedTarget: sifted,
      maxPulses: 1e13,
      epsilonSec: 1e-15,
      epsilonCor: 1e-15,
    },
    { random, aliceAuthentication: key.slice(), bobAuthentication: key.slice() },
  ).result();
}

/** Whole blocks of links of three losses against the law and the expected counts. */
export function blockExperiments(): { readonly rows: readonly Experiment[]; readonly equalKeys: boolean } {
  let equalKeys = true;
  const rows = [6, 12, 18].flatMap((lossDb) => {
    const parameters = presetFor({ kind: "fibre", lengthKm: 5 * lossDb, lossDb });
    const law = detectionLaw(parameters, undisturbed);
    const results = Array.from({ length: blocks }, (_, seed) => runBlock(lossDb, seed));
    for (const { aliceKey, bobKey, aborted } of results)
      equalKeys &&=
        aborted !== null || Buffer.compare(aliceKey ?? Buffer.of(0), bobKey ?? Buffer.of(1)) === 0;
    const sum = (of: (report: (typeof results)[number]["report"]) => number): number =>
      results.reduce((total, { report }) => total + of(report), 0);
    const [bits, test, gates] = [
      sum((r) => r.siftedBits),
      sum((r) => r.testBits),
      sum((r) => r.pulses) * law.liveFraction,
    ];
    const expected = expectedBlock(parameters, {
      siftedBits: bits / blocks,
      epsilonSec: 1e-15,
      epsilonCor: 1e-15,
      reconciliationEfficiency: 1,
    });
    const testMean = gates * (1 - parameters.keyBasisProbability) ** 2 * law.meanGain;
    const detections = gates * law.meanGain;
    return [
      {
        quantity: `${lossDb} dB: clicks of all blocks`,
        analytic: detections,
        measured: sum((r) => r.detections),
        sigma: Math.sqrt(detections),
      },
      {
        quantity: `${lossDb} dB: error rate of the key basis`,
        analytic: law.qber,
        measured: sum((r) => r.qber * r.siftedBits) / bits,
        sigma: Math.sqrt((law.qber * (1 - law.qber)) / bits),
      },
      {
        quantity: `${lossDb} dB: test bits of all blocks`,
        analytic: testMean,
        measured: test,
        sigma: Math.sqrt(testMean),
      },
      {
        quantity: `${lossDb} dB: share of pulses that give a key bit`,
        analytic: expected.counts.key.reduce((a, b) => a + b, 0) / expected.pulses,
        measured: bits / sum((r) => r.pulses),
        sigma: Math.sqrt(bits) / sum((r) => r.pulses),
      },
    ];
  });
  return { rows, equalKeys };
}

/** Forged messages that pass a tag cut to so many bits, out of `tries`: the expected share is 2^-bits. */
export function forgeryExperiments(): readonly Experiment[] {
  const random = createSeededRandom(Uint8Array.of(4));
  return [8, 16].map((bits) => {
    const tries = bits === 8 ? 20_000 : 200_000;
    const message = random.bytes(48);
    const forged = message.map((byte, i) => (i === 20 ? byte ^ 1 : byte));
    let passed = 0;
    for (let i = 0; i < tries; i++) {
      const key = random.bytes(authenticationBytesPerBlock);
      const tagOf = (body: Uint8Array): Uint8Array => {
        const end = new Authenticator(key, bits / 8);
        end.note("alice", 1, body);
        return end.tag("alice");
      };
      const [right, guess] = [tagOf(forged), tagOf(message)];
      if (right.every((byte, k) => byte === guess[k])) passed++;
    }
    const share = 2 ** -bits;
    return {
      quantity: `forgeries that pass a tag of ${bits} bits (${tries} tries)`,
      analytic: tries * share,
      measured: passed,
      sigma: Math.sqrt(tries * share),
    };
  });
}
