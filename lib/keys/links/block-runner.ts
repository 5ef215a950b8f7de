import { authenticationBytesNeeded, type BlockOrder } from "../../quantum/block-job.ts";
import type { BlockReport } from "../../quantum/block-result.ts";
import { copyBytes, equalBytes } from "../../shared/bytes.ts";
import type { QuarantineView } from "../api-types.ts";
import type { LinkPool } from "../link-types.ts";
import { segmentBytes } from "./authentication-reserve.ts";
import { blockEpsilon } from "./block-plan.ts";
import { blockViewOf } from "./block-view.ts";
import type { BlockAnswer, BlockWorkers } from "./block-workers.ts";
import type { GeneratedRow, LinkLedger } from "./link-network-types.ts";
import type { PlannedBlock, SimulatedLink } from "./simulated-link.ts";

/** Reserves are topped up from generated key as soon as they fall below this many segments. */
const topUpBelow = 3 * segmentBytes;
/** A pool that has this share of its target and so many bytes can wait for more. */
const enoughFill = 0.5;
const enoughBytes = 100_000;

export interface BlockRunnerOptions {
  readonly workers: BlockWorkers;
  readonly ledger: LinkLedger;
  readonly now: () => number;
  readonly onBlock: (row: GeneratedRow) => void;
  readonly isClosed: () => boolean;
}

export interface ComputedBlock {
  readonly siftedBits: number;
  /** Processor time of the worker, ms. */
  readonly computedMs: number;
}

/** Runs one block of one link from its authentication key to its pool. */
export class BlockRunner {
  readonly #options: BlockRunnerOptions;

  constructor(options: BlockRunnerOptions) {
    this.#options = options;
  }

  /**
   * Computes the planned block and puts its key into the pool once the ledger has it. Answers its size and time,
   * or undefined when the link had not the key to authenticate it. Buffers that hold key are zeroed whatever happens.
   * @throws LinkError when the worker failed; what the ledger throws.
   */
  async run(link: SimulatedLink, planned: PlannedBlock): Promise<ComputedBlock | undefined> {
    const { changes } = link.monitor;
    const answer = await this.#compute(link, planned);
    if (answer === undefined) return undefined;
    try {
      const { computedMs } = answer;
      const { siftedBits } = answer.report;
      if (this.#options.isClosed()) return { siftedBits, computedMs };
      const stored = planned.purpose === "key" ? await this.#store(link, answer) : 0;
      if (planned.purpose === "quarantine") link.quarantined(quarantineOf(answer, this.#options.now()));
      link.record(planned, answer.report, stored, this.#options.now(), changes);
      return { siftedBits, computedMs };
    } finally {
      answer.aliceKey?.fill(0);
      answer.bobKey?.fill(0);
    }
  }

  /** Moves key from the pool to the authentication reserve while that is low and there is key to move. */
  async topUp(link: SimulatedLink): Promise<void> {
    const { pool, authentication } = link;
    while (authentication.remaining < topUpBelow && !this.#options.isClosed()) {
      const reservation = pool.reserve(segmentBytes, "authentication");
      if (reservation === undefined) return;
      const a = pool.end(pool.a).take(reservation);
      const b = pool.end(pool.b).take(reservation);
      try {
        const row = {
          link: link.id,
          at: this.#options.now(),
          purpose: "authentication" as const,
          ...reservation,
        };
        await this.#options.ledger.acceptUse(row);
        await authentication.topUp(a, b);
      } finally {
        a.destroy();
        b.destroy();
      }
    }
  }

  async #compute(link: SimulatedLink, planned: PlannedBlock): Promise<BlockAnswer | undefined> {
    const { siftedTarget, maxPulses } = planned.size;
    const { parameters, monitor } = link;
    const order: BlockOrder = {
      parameters,
      condition: monitor.disturbance.channelAt(this.#options.now()),
      probe: planned.purpose === "probe",
      authenticated: planned.purpose !== "quarantine",
      reconciliation: link.reconciliation.method,
      siftedTarget,
      maxPulses,
      ...blockEpsilon,
    };
    if (planned.purpose === "quarantine") return this.#computeUnauthenticated(order);
    const draw = await link.authentication.draw(authenticationBytesNeeded(siftedTarget));
    if (draw === undefined) return undefined;
    return this.#options.workers.run({
      order,
      aliceAuthentication: draw.a.consume(copyBytes),
      bobAuthentication: draw.b.consume(copyBytes),
      patient: planned.purpose === "key" && hasEnough(link),
    });
  }

  /** No authentication key is spent where nobody looks at tags: the ends get zeros in its place. */
  #computeUnauthenticated(order: BlockOrder): Promise<BlockAnswer> {
    const none = () => new Uint8Array(authenticationBytesNeeded(order.siftedTarget));
    return this.#options.workers.run({ order, aliceAuthentication: none(), bobAuthentication: none() });
  }

  /** Answers how many bytes entered the pool. What there is no room for is cut off before anybody counts it. */
  async #store(link: SimulatedLink, { report, aliceKey, bobKey }: BlockAnswer): Promise<number> {
    const { pool } = link;
    if (aliceKey === undefined || bobKey === undefined || !report.authenticated) return 0;
    const keyA = aliceKey.subarray(0, pool.room);
    const keyB = bobKey.subarray(0, pool.room);
    if (keyA.length === 0) return 0;
    const row = rowOf(pool, pool.endA.position, keyA.length, keyB.length, report, this.#options.now());
    await this.#options.ledger.acceptBlock(row);
    if (this.#options.isClosed()) return 0;
    this.#options.onBlock(row);
    pool.append(keyA, keyB, report.epsilonExponent);
    return keyA.length;
  }
}

function hasEnough({ fill, pool }: SimulatedLink): boolean {
  return fill >= enoughFill && pool.availableBytes >= enoughBytes;
}

/** Numbers about a key that nobody may use; the key itself is zeroed by who called the worker. */
function quarantineOf({ aliceKey, bobKey, attackerBits }: BlockAnswer, at: number): QuarantineView | null {
  if (aliceKey === undefined || bobKey === undefined) return null;
  return { at, bits: 8 * aliceKey.length, endsAgree: equalBytes(aliceKey, bobKey), attackerBits };
}

function rowOf(
  pool: LinkPool,
  offset: number,
  a: number,
  b: number,
  report: BlockReport,
  at: number,
): GeneratedRow {
  return { link: pool.linkId, at, offset, bytes: { a, b }, report: blockViewOf(report, at, "key") };
}
