import { type BlockJob, type BlockSurroundings, createBlockJob } from "../block-job.ts";
import type { BlockOrder } from "../block-order.ts";
import type { BlockResult } from "../block-result.ts";
import type { ChannelCondition } from "../condition.ts";

/** What a block left at the two ends and, for demonstrations, what no end knows: how much of it Eve has. */
export interface AttackedResult extends BlockResult {
  /** Bits of the ends' keys that the attacker holds too. */
  readonly attackerBits: number;
}

/**
 * One block of a link in whatever condition. Eve in the middle has cut fibre and classical line: she is Bob to Alice
 * and Alice to Bob, with sound devices of her own, and runs a perfect block with each. She lacks one thing, the key
 * that authenticates messages; she guesses one.
 */
export function computeBlock(order: BlockOrder, surroundings: BlockSurroundings): AttackedResult {
  if (order.condition.attack.model !== "man-in-the-middle") {
    return { ...createBlockJob(order, surroundings).result(), attackerBits: 0 };
  }
  return joined(manInTheMiddle(order, surroundings));
}

/** The block that Alice runs with Eve, and the one that Eve runs with Bob. */
function manInTheMiddle(order: BlockOrder, surroundings: BlockSurroundings): readonly [BlockJob, BlockJob] {
  const { random, aliceAuthentication, bobAuthentication } = surroundings;
  const condition: ChannelCondition = { ...order.condition, attack: { model: "none", fraction: 0 } };
  const quiet = { ...order, condition };
  const guess = (length: number) => random.bytes(length);
  return [
    createBlockJob(quiet, {
      random,
      aliceAuthentication,
      bobAuthentication: guess(aliceAuthentication.length),
    }),
    createBlockJob(quiet, {
      random,
      aliceAuthentication: guess(bobAuthentication.length),
      bobAuthentication,
    }),
  ];
}

/** Alice's report with what each true end has. Eve's two copies are counted and zeroed: nobody here needs them. */
function joined([withAlice, withBob]: readonly [BlockJob, BlockJob]): AttackedResult {
  const alice = withAlice.result();
  const bob = withBob.result();
  const hers = [alice.bobKey, bob.aliceKey];
  const attackerBits = hers.reduce((bits, key) => bits + 8 * (key?.length ?? 0), 0);
  for (const key of hers) key?.fill(0);
  const aborted = alice.aborted ?? bob.aborted;
  if (aborted !== null) {
    alice.aliceKey?.fill(0);
    bob.bobKey?.fill(0);
    const report = { ...alice.report, aborted, secretBits: 0 };
    return { report, aliceKey: undefined, bobKey: undefined, aborted, attackerBits: 0 };
  }
  return { report: alice.report, aliceKey: alice.aliceKey, bobKey: bob.bobKey, aborted, attackerBits };
}
