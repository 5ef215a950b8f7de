import type { Link } from "../../network/topology.ts";
import type { BlockReport } from "../../quantum/block-result.ts";
import type { LinkParameters } from "../../quantum/link-parameters.ts";
import type { BlockView, LinkEvidence, LinkStatus, QuarantineView } from "../api-types.ts";
import type { LinkCondition } from "../link-types.ts";
import { type BlockSize, type BlockSizes, blockSizesFor, chooseBlock } from "./block-plan.ts";
import { type BlockPurpose, blockViewOf } from "./block-view.ts";
import type { LinkAuthentication } from "./link-authentication.ts";
import { LinkMonitor } from "./link-monitor.ts";
import { RateMeter } from "./rate-meter.ts";
import { ReconciliationChoice } from "./reconciliation-choice.ts";
import type { SimulatedPool } from "./simulated-pool.ts";

/** Below this share of its target a pool that was full is filled again. */
const refillBelow = 0.7;

export interface PlannedBlock {
  readonly purpose: BlockPurpose;
  readonly size: BlockSize;
}

export interface SimulatedLinkOptions {
  readonly link: Link;
  readonly parameters: LinkParameters;
  readonly pool: SimulatedPool;
  readonly authentication: LinkAuthentication;
  /** ms UTC */
  readonly startedAt: number;
}

/** One link's devices: what they should do next and what they last measured. Its key is in its pool. */
export class SimulatedLink {
  readonly id: string;
  readonly parameters: LinkParameters;
  readonly pool: SimulatedPool;
  readonly authentication: LinkAuthentication;
  readonly monitor: LinkMonitor;
  readonly reconciliation: ReconciliationChoice;
  /** A block is being computed. */
  running = false;
  /** After a block could not be computed at all: not before this time. */
  retryAt = 0;
  blocks = 0;
  aborts = 0;
  readonly #sizes: BlockSizes;
  readonly #meter: RateMeter;
  #filling = true;
  #deviceFrom: number;
  #lastBlock: BlockView | null = null;
  #evidence: LinkEvidence | null = null;
  #quarantine: QuarantineView | null = null;
  #qber: number | null = null;
  #secretRate: number | null = null;
  #clockFactor: number | null = null;

  constructor({ link, parameters, pool, authentication, startedAt }: SimulatedLinkOptions) {
    this.id = link.id;
    this.monitor = new LinkMonitor(phaseOf(link.id));
    this.parameters = parameters;
    this.reconciliation = new ReconciliationChoice(parameters.lengthKm);
    this.pool = pool;
    this.authentication = authentication;
    this.#sizes = blockSizesFor(parameters);
    this.#meter = new RateMeter(startedAt);
    this.#deviceFrom = startedAt;
  }

  /** Share of the target that is in the pool, 0..1. */
  get fill(): number {
    return 1 - this.pool.room / this.pool.capacityBytes;
  }

  /** Key left the pool: starts the devices again once it is low enough. True when that just happened. */
  noticeDemand(now: number): boolean {
    if (this.#filling || this.fill > refillBelow) return false;
    this.#filling = true;
    this.#deviceFrom = now;
    this.refreshCondition();
    return true;
  }

  /** The block to compute now, if any. @param mostSifted bits that fit into the time one block may take. */
  plan(now: number, mostSifted: number): PlannedBlock | undefined {
    if (this.running || now < this.retryAt) return undefined;
    const { alarm, probeAt, wantsKeyBlock, disturbance } = this.monitor;
    const due = probeAt !== undefined && now >= probeAt;
    if (!disturbance.authenticated) return due ? this.#planQuarantine() : undefined;
    if (due && !wantsKeyBlock) return { purpose: "probe", size: this.#sizes.probe };
    if (alarm !== null && !due) return undefined;
    return this.#planKey(mostSifted) ?? (due ? { purpose: "probe", size: this.#sizes.probe } : undefined);
  }

  /** When `plan` may answer something else although nothing happened, ms UTC; undefined = never. */
  get wakeAt(): number | undefined {
    const { probeAt } = this.monitor;
    if (this.running) return undefined;
    return probeAt === undefined ? this.#retryWake : Math.max(probeAt, this.retryAt);
  }

  /** Notes what a block measured; `report.aborted` tells whether it gave key. */
  record(
    planned: PlannedBlock,
    report: BlockReport,
    secretBytes: number,
    now: number,
    changes: number,
  ): void {
    const view = blockViewOf(report, now, planned.purpose);
    this.#lastBlock = view;
    this.#evidence = report.evidence;
    this.#qber = report.aborted === "no-light" ? null : report.qber;
    this.#clockFactor = report.simulatedSeconds / Math.max(0.001, (now - this.#deviceFrom) / 1000);
    this.#deviceFrom = now;
    if (view.aborted !== null) this.aborts++;
    if (planned.purpose !== "key") this.monitor.probed(report, now, changes);
    else {
      this.monitor.finished(report, now, changes);
      this.reconciliation.learn(report);
      this.#secretRate = report.secretBits / Math.max(1e-9, report.simulatedSeconds);
      this.#meter.add(now, 8 * secretBytes);
      if (report.aborted === null) this.blocks++;
    }
    this.refreshCondition();
  }

  /** What a block made that nobody authenticated: numbers only, its key is gone. */
  quarantined(view: QuarantineView | null): void {
    this.#quarantine = view;
  }

  refreshCondition(): void {
    this.pool.setCondition(this.#conditionNow());
  }

  status(now: number): LinkStatus {
    const { alarm, alarmSince, warning, disturbance } = this.monitor;
    const { attack, cut, faults, authenticated } = disturbance;
    return {
      id: this.id,
      condition: this.pool.condition,
      pool: this.pool.state,
      alarm,
      alarmSince,
      warning,
      qber: this.#qber,
      secretBitsPerSimulatedSecond: this.#secretRate,
      secretBitsPerSecond: this.#meter.rate(now),
      clockFactor: this.#clockFactor,
      availableBytes: this.pool.availableBytes,
      capacityBytes: this.pool.capacityBytes,
      authenticationBytes: this.authentication.remaining,
      attack,
      cut,
      faults,
      authenticated,
      quarantine: authenticated ? null : this.#quarantine,
      blocks: this.blocks,
      aborts: this.aborts,
      lastBlock: this.#lastBlock,
      evidence: this.#evidence,
      reconciliation: this.reconciliation.view(),
    };
  }

  get #retryWake(): number | undefined {
    return this.retryAt > 0 ? this.retryAt : undefined;
  }

  #planKey(mostSifted: number): PlannedBlock | undefined {
    if (!this.#filling) return undefined;
    const size = chooseBlock(this.#sizes, { first: this.blocks === 0, room: this.pool.room, mostSifted });
    if (size !== undefined) return { purpose: "key", size };
    this.#filling = false;
    this.refreshCondition();
    return undefined;
  }

  #planQuarantine(): PlannedBlock {
    return { purpose: "quarantine", size: this.#sizes.key[0] ?? this.#sizes.probe };
  }

  #conditionNow(): LinkCondition {
    const { alarm, disturbance } = this.monitor;
    if (alarm === "no-light") return "down";
    if (alarm !== null) return "alarm";
    if (!disturbance.authenticated) return "quarantined";
    if (!this.#filling) return "standby";
    return this.blocks === 0 ? "starting" : "generating";
  }
}

/** A number of its own for each link, 0..1: links do not drift alike. */
function phaseOf(id: string): number {
  let hash = 0;
  for (const letter of id) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) >>> 0;
  return hash / 2 ** 32;
}
