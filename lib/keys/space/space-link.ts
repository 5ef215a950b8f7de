import type { BlockReport } from "../../quantum/block-result.ts";
import type { LinkStatus } from "../api-types.ts";
import type { LinkCondition } from "../link-types.ts";
import { blockViewOf } from "../links/block-view.ts";
import type { LinkAuthentication } from "../links/link-authentication.ts";
import { LinkMonitor } from "../links/link-monitor.ts";
import { RateMeter } from "../links/rate-meter.ts";
import type { SpacePool } from "./space-pool.ts";

/** One ground station's link to a satellite: its stored key, what its passes measured, what is done to it. */
export class SpaceLink {
  readonly id: string;
  readonly station: string;
  readonly pool: SpacePool;
  readonly authentication: LinkAuthentication;
  readonly monitor = new LinkMonitor();
  /** The satellite is over the station. */
  inContact = false;
  /** Its store may still be given key from the days before the first start. */
  filling = true;
  blocks = 0;
  aborts = 0;
  readonly #meter: RateMeter;
  #lastReport: BlockReport | undefined;
  #lastAt = 0;

  constructor(station: string, pool: SpacePool, authentication: LinkAuthentication, startedAt: number) {
    this.id = pool.linkId;
    this.station = station;
    this.pool = pool;
    this.authentication = authentication;
    this.#meter = new RateMeter(startedAt);
  }

  /**
   * Notes what a pass measured. @param expected false where cloud explains what it measured: then it raises nothing.
   */
  record(report: BlockReport, secretBytes: number, now: number, expected: boolean): void {
    this.#lastReport = report;
    this.#lastAt = now;
    if (report.aborted === null) this.blocks++;
    else this.aborts++;
    if (expected) this.monitor.finished(report, now, this.monitor.changes);
    this.#meter.add(now, 8 * secretBytes);
    this.refreshCondition();
  }

  refreshCondition(): void {
    this.pool.inner.setCondition(this.#conditionNow());
  }

  status(now: number): LinkStatus {
    const { alarm, alarmSince, warning, disturbance } = this.monitor;
    const { attack, cut, faults, authenticated } = disturbance;
    const report = this.#lastReport;
    return {
      id: this.id,
      condition: this.pool.condition,
      pool: this.pool.state,
      alarm,
      alarmSince,
      warning,
      qber: report === undefined || report.aborted === "no-light" ? null : report.qber,
      secretBitsPerSimulatedSecond:
        report === undefined ? null : report.secretBits / Math.max(1e-9, report.simulatedSeconds),
      secretBitsPerSecond: this.#meter.rate(now),
      clockFactor: null,
      availableBytes: this.pool.availableBytes,
      capacityBytes: this.pool.capacityBytes,
      authenticationBytes: this.authentication.remaining,
      attack,
      cut,
      faults,
      authenticated,
      quarantine: null,
      blocks: this.blocks,
      aborts: this.aborts,
      reconciliation: null,
      lastBlock: report === undefined ? null : blockViewOf(report, this.#lastAt, "key"),
      evidence: report?.evidence ?? null,
    };
  }

  #conditionNow(): LinkCondition {
    const { alarm, disturbance } = this.monitor;
    if (alarm === "no-light") return "down";
    if (alarm !== null) return "alarm";
    if (!disturbance.authenticated) return "quarantined";
    if (this.inContact) return "generating";
    return this.filling && this.pool.availableBytes === 0 ? "starting" : "standby";
  }
}
