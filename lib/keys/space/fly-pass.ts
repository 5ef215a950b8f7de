import type { PlannedPass } from "../../network/pass-plan.ts";
import type { Sky } from "../../network/weather.ts";
import { authenticationBytesNeeded } from "../../quantum/block-job.ts";
import type { LinkParameters } from "../../quantum/link-parameters.ts";
import { copyBytes } from "../../shared/bytes.ts";
import type { PassOutcome } from "../api-types.ts";
import { segmentBytes } from "../links/authentication-reserve.ts";
import { blockEpsilon } from "../links/block-plan.ts";
import { blockViewOf } from "../links/block-view.ts";
import type { BlockAnswer, BlockWorkers } from "../links/block-workers.ts";
import type { GeneratedRow, LinkLedger } from "../links/link-network-types.ts";
import type { SpaceLink } from "./space-link.ts";

export interface FlightDeck {
  readonly devices: LinkParameters;
  readonly workers: BlockWorkers;
  readonly ledger: LinkLedger;
  readonly now: () => number;
  readonly onBlock: (row: GeneratedRow) => void;
  readonly isClosed: () => boolean;
}

export interface FlownPass {
  readonly outcome: PassOutcome;
  readonly secretBits: number;
}

/** Loss of a cloud that no light gets through, dB. */
const cloudDb = 40;
/** Expected secret bits from which a clear pass without key is no chance: the finite-key terms vary by far less. */
const surelySomeBits = 20_000;
const mostSifted = 6e6;
const leastSifted = 1000;
const topUpBelow = 3 * segmentBytes;

/**
 * One pass from its pulses to stored key at both ends. By day, with full stores, or while the link's messages are not
 * checked, nobody opens the dome; through cloud the pass is flown and shows no light.
 * @throws LinkError when the worker failed; what the ledger or the disk throws.
 */
export async function flyPass(
  link: SpaceLink,
  pass: PlannedPass,
  sky: Sky,
  deck: FlightDeck,
): Promise<FlownPass> {
  const { disturbance } = link.monitor;
  const refusal = refusalOf(link, pass);
  if (refusal !== undefined) return { outcome: refusal, secretBits: 0 };
  const condition = disturbance.channelAt(deck.now());
  const clouded = sky === "cloudy" ? { addedLossDb: condition.addedLossDb + cloudDb } : {};
  const draw = await link.authentication.draw(authenticationBytesNeeded(mostSifted));
  if (draw === undefined) {
    link.monitor.raise("authentication-key-low", deck.now());
    return { outcome: "no-key", secretBits: 0 };
  }
  const target = Math.round(1.5 * pass.expected.siftedBits);
  const answer = await deck.workers.run({
    order: {
      parameters: deck.devices,
      condition: { ...condition, ...clouded },
      siftedTarget: Math.min(mostSifted, Math.max(leastSifted, target)),
      maxPulses: pass.slices.reduce((sum, slice) => sum + slice.pulses, 0),
      slices: pass.slices,
      ...blockEpsilon,
    },
    aliceAuthentication: draw.a.consume(copyBytes),
    bobAuthentication: draw.b.consume(copyBytes),
  });
  try {
    if (deck.isClosed()) return { outcome: "no-key", secretBits: 0 };
    const bytes = await store(link, answer, deck);
    link.record(answer.report, bytes, deck.now(), tellsOfTheLink(answer, pass, sky));
    if (bytes > 0) await topUp(link, deck);
    return { outcome: outcomeOf(answer, sky), secretBits: 8 * bytes };
  } finally {
    answer.aliceKey?.fill(0);
    answer.bobKey?.fill(0);
  }
}

function refusalOf(link: SpaceLink, pass: PlannedPass): PassOutcome | undefined {
  if (pass.expected.secretBits === 0) return pass.light === "night" ? "too-low" : "daylight";
  if (!link.monitor.disturbance.authenticated) return "no-key";
  return link.pool.inner.room < segmentBytes ? "full" : undefined;
}

/** A cloud explains a block without key, and so does chance where a pass near the horizon promised little. */
function tellsOfTheLink({ report }: BlockAnswer, pass: PlannedPass, sky: Sky): boolean {
  if (sky !== "clear") return false;
  return report.aborted !== "no-key-in-block" || pass.expected.secretBits >= surelySomeBits;
}

function outcomeOf({ report }: BlockAnswer, sky: Sky): PassOutcome {
  if (report.aborted === null) return "key";
  if (sky === "cloudy") return "cloud";
  return report.aborted === "no-key-in-block" ? "no-key" : "alarm";
}

/** The ledger first, then both ends' disks, then the pool: whatever is killed, nothing is used that is not counted. */
async function store(
  link: SpaceLink,
  { report, aliceKey, bobKey }: BlockAnswer,
  deck: FlightDeck,
): Promise<number> {
  const { pool } = link;
  if (aliceKey === undefined || bobKey === undefined) return 0;
  // Light comes down: the satellite, end `b`, is the sender.
  const keyA = bobKey.subarray(0, pool.inner.room);
  const keyB = aliceKey.subarray(0, pool.inner.room);
  const at = deck.now();
  const row: GeneratedRow = {
    link: link.id,
    at,
    offset: pool.inner.endA.position,
    bytes: { a: keyA.length, b: keyB.length },
    report: blockViewOf(report, at, "key"),
  };
  await deck.ledger.acceptBlock(row);
  if (deck.isClosed()) return 0;
  deck.onBlock(row);
  pool.append(keyA, keyB, report.epsilonExponent);
  return keyA.length;
}

/** Moves key from the store to the reserve that authenticates the link's own messages. */
async function topUp(link: SpaceLink, deck: FlightDeck): Promise<void> {
  const { pool, authentication } = link;
  while (authentication.remaining < topUpBelow && !deck.isClosed()) {
    const reservation = pool.reserve(segmentBytes, "authentication");
    if (reservation === undefined) return;
    const a = pool.end(pool.a).take(reservation);
    const b = pool.end(pool.b).take(reservation);
    try {
      await deck.ledger.acceptUse({
        link: link.id,
        at: deck.now(),
        purpose: "authentication",
        ...reservation,
      });
      await authentication.topUp(a, b);
    } finally {
      a.destroy();
      b.destroy();
    }
  }
}
