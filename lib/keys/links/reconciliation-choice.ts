import type { BlockReport } from "../../quantum/block-result.ts";
import { binaryEntropy } from "../../quantum/entropy.ts";
import type { ReconciliationView } from "../api-types.ts";

/** Light in fibre, km per second: classical messages run beside the quantum channel. */
const kilometresPerSecond = 2e5;
/** Weight of a new block in what is known of a method. */
const weight = 0.25;
/** A method that was left out for so many blocks is believed to be as usual again: its last time may have been bad. */
const forgetAfter = 50;

type Method = ReconciliationView["methods"][number]["method"];

interface Cost {
  /** Bits told over Shannon's limit. */
  readonly efficiency: number;
  /** Both ends' computation, ms for 10^6 sifted bits. */
  readonly msPerMegabit: number;
  readonly roundTrips: number;
}

/** What benchmarks found, until a link has blocks of its own: rounded to the slow side for time. */
const usual: Readonly<Record<Method, Cost>> = {
  cascade: { efficiency: 1.05, msPerMegabit: 60, roundTrips: 250 },
  ldpc: { efficiency: 1.3, msPerMegabit: 3000, roundTrips: 5 },
};
const methods = ["cascade", "ldpc"] as const;

interface Known {
  cost: Cost;
  blocks: number;
  unusedFor: number;
}

/**
 * Chooses how a link reconciles: by the method that makes most secret bits per second of the real devices, as measured
 * in its recent blocks. A block takes as long as its light or, where that is longer, its reconciliation: the
 * computation, and every round trip's time on the way. So leak decides while the devices are slower, and on long
 * links with fast devices the round trips.
 */
export class ReconciliationChoice {
  readonly #roundTripSeconds: number;
  readonly #known: Record<Method, Known> = { cascade: asUsual("cascade"), ldpc: asUsual("ldpc") };
  #block: { sifted: number; seconds: number; secretAndLeaked: number; limit: number } | undefined;

  constructor(lengthKm: number) {
    this.#roundTripSeconds = (2 * lengthKm) / kilometresPerSecond;
  }

  /** Cascade, which leaks least, until a block has told how fast the link is. */
  get method(): Method {
    return this.#rate("ldpc") > this.#rate("cascade") ? "ldpc" : "cascade";
  }

  /** Learns from a block that gave key; others say nothing about what a method costs. */
  learn(report: BlockReport): void {
    const { siftedBits, secretBits, leakedBits, qber, reconciliationMs, reconciliation } = report;
    if (report.aborted !== null || reconciliation === "cascade-original" || siftedBits === 0) return;
    for (const method of methods) {
      const known = this.#known[method];
      if (method === reconciliation) known.unusedFor = 0;
      else if (++known.unusedFor >= forgetAfter) this.#known[method] = asUsual(method);
    }
    const known = this.#known[reconciliation];
    const seen: Cost = {
      efficiency: report.reconciliationEfficiency,
      msPerMegabit:
        reconciliationMs === null ? known.cost.msPerMegabit : (1e6 * reconciliationMs) / siftedBits,
      roundTrips: report.roundTrips,
    };
    known.cost = known.blocks === 0 ? seen : mixed(known.cost, seen);
    known.blocks++;
    this.#block = {
      sifted: siftedBits,
      seconds: report.simulatedSeconds,
      secretAndLeaked: secretBits + leakedBits,
      limit: siftedBits * binaryEntropy(qber),
    };
  }

  view(): ReconciliationView {
    const chosen = this.method;
    return {
      roundTripMs: 1000 * this.#roundTripSeconds,
      methods: methods.map((method) => ({
        method,
        chosen: method === chosen,
        ...this.#costOf(method),
        measuredBlocks: this.#known[method].blocks,
        secretBitsPerSecond: this.#block === undefined ? null : this.#rate(method),
      })),
    };
  }

  /** As measured; without a measurement as usual, on a machine as slow or busy as the other method's blocks found it. */
  #costOf(method: Method): Cost {
    const { cost, blocks } = this.#known[method];
    const other = method === "cascade" ? "ldpc" : "cascade";
    if (blocks > 0 || this.#known[other].blocks === 0) return cost;
    const slowness = this.#known[other].cost.msPerMegabit / usual[other].msPerMegabit;
    return { ...cost, msPerMegabit: cost.msPerMegabit * slowness };
  }

  /** Secret bits per second of the last block if it had been reconciled so. */
  #rate(method: Method): number {
    if (this.#block === undefined) return method === "cascade" ? 1 : 0;
    const { sifted, seconds, secretAndLeaked, limit } = this.#block;
    const { efficiency, msPerMegabit, roundTrips } = this.#costOf(method);
    const distilling = (msPerMegabit * sifted) / 1e9 + roundTrips * this.#roundTripSeconds;
    return Math.max(0, secretAndLeaked - efficiency * limit) / Math.max(seconds, distilling);
  }
}

function asUsual(method: Method): Known {
  return { cost: usual[method], blocks: 0, unusedFor: 0 };
}

function mixed(old: Cost, seen: Cost): Cost {
  const of = (name: keyof Cost): number => old[name] + weight * (seen[name] - old[name]);
  return {
    efficiency: of("efficiency"),
    msPerMegabit: of("msPerMegabit"),
    roundTrips: of("roundTrips"),
  };
}
