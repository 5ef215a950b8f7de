import { CascadeResponder } from "../../lib/quantum/cascade-alice.ts";
import { CascadeCorrector } from "../../lib/quantum/cascade-bob.ts";
import { cascadeSchedule } from "../../lib/quantum/cascade-schedule.ts";
import { binaryEntropy } from "../../lib/quantum/entropy.ts";
import { createSystemRandom } from "../../lib/quantum/random.ts";
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
function measureCascade(length: number, percent: number, blocks: number) {
  let leaked = 0;
  let limit = 0;
  let failed = 0;
  let trips = 0;
  let seconds = 0;
  for (let block = 0; block < blocks; block++) {
    const { alice, bob, errors } = noisyPair(length, percent / 100);
    const schedule = cascadeSchedule(length, percent / 100);
    const seed = random.uint32();
    seconds += processorSeconds(() => {
      const responder = new CascadeResponder(alice, length, schedule, seed);
      const corrector = new CascadeCorrector(bob, length, schedule, seed);
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
      const { f, fer, trips, seconds } = measureCascade(length, percent, blocks);
      metrics[`cascade_f_${name}_q${percent}`] = f;
      metrics[`cascade_fer_${name}_q${percent}`] = fer;
      metrics[`cascade_round_trips_${name}_q${percent}`] = trips;
      metrics[`cascade_mbit_s_${name}_q${percent}`] = length / seconds / 1e6;
    }
  }
  const many = measureCascade(1e4, 3, 3000);
  metrics.cascade_fer_1e4_q3 = many.fer;
}
