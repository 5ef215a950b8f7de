import { binaryEntropy } from "../../lib/quantum/entropy.ts";
import { createSystemRandom } from "../../lib/quantum/random.ts";
import {
  createCorrector,
  createResponder,
  type ReconciliationMethod,
} from "../../lib/quantum/reconciliation.ts";
import { equalBytes } from "../../lib/shared/bytes.ts";
import { processorSeconds } from "./processor-time.ts";

const random = createSystemRandom();

function noisyPair(length: number, rate: number) {
  const alice = random.bytes((length + 7) >> 3);
  const bob = alice.slice();
  let errors = 0;
  for (let i = 0; i < length; i++) {
    if (random.double() >= rate) continue;
    bob[i >> 3] = (bob[i >> 3] as number) ^ (0x80 >> (i & 7));
    errors++;
  }
  return { alice, bob, errors };
}

/** Leak over n·h(observed error rate), share of blocks left with errors, round trips per block. */
function measure(method: ReconciliationMethod, length: number, percent: number, blocks: number) {
  let leaked = 0;
  let limit = 0;
  let failed = 0;
  let trips = 0;
  let seconds = 0;
  for (let block = 0; block < blocks; block++) {
    const { alice, bob, errors } = noisyPair(length, percent / 100);
    const terms = { method, length, errorRate: percent / 100, seed: random.uint32() };
    seconds += processorSeconds(() => {
      const responder = createResponder(alice, terms);
      const corrector = createCorrector(bob, terms);
      const talk = corrector.correct();
      for (let turn = talk.next(); turn.done !== true; ) turn = talk.next(responder.answer(turn.value));
      leaked += responder.leakedBits;
      trips += corrector.roundTrips;
    });
    limit += length * binaryEntropy(errors / length);
    if (!equalBytes(alice, bob)) failed++;
  }
  return { f: leaked / limit, fer: failed / blocks, trips: trips / blocks, seconds: seconds / blocks };
}

export function measureReconciliation(metrics: Record<string, number>): void {
  for (const [name, length, blocks] of [
    ["1e4", 1e4, 300],
    ["1e5", 1e5, 20],
    ["1e6", 1e6, 3],
  ] as const) {
    for (const percent of [1, 3, 5, 8]) {
      const { f, fer, trips, seconds } = measure("cascade", length, percent, blocks);
      metrics[`cascade_f_${name}_q${percent}`] = f;
      metrics[`cascade_fer_${name}_q${percent}`] = fer;
      metrics[`cascade_round_trips_${name}_q${percent}`] = trips;
      metrics[`cascade_mbit_s_${name}_q${percent}`] = length / seconds / 1e6;
    }
  }
  metrics.cascade_fer_1e4_q3 = measure("cascade", 1e4, 3, 3000).fer;
  const original = measure("cascade-original", 1e5, 3, 5);
  metrics.cascade_original_f_1e5_q3 = original.f;
  metrics.cascade_original_round_trips_1e5_q3 = original.trips;
  // The code is built once and kept: not part of the rate.
  measure("ldpc", 1e6, 3, 1);
  const ldpc = measure("ldpc", 1e6, 3, 2);
  metrics.ldpc_f_q3 = ldpc.f;
  metrics.ldpc_fer_q3 = ldpc.fer;
  metrics.ldpc_mbit_s_q3 = 1 / ldpc.seconds;
  metrics.ldpc_round_trips_q3 = ldpc.trips;
}
