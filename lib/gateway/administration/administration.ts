import type { AffectedView, AlarmView, OverviewView, ServiceView, TrialView } from "../../keys/api-types.ts";
import type { LevelPolicy } from "../../protocol/level-policy.ts";
import type { CommitQueue } from "../../shared/database/commit-queue.ts";
import type { Database } from "../../shared/database/database.ts";
import { GatewayError } from "../gateway-error.ts";
import { findAffected } from "./affected.ts";
import { AlarmBook } from "./alarm-book.ts";
import { readPastDraws } from "./past-draws.ts";
import type { PolicyBook } from "./policy-book.ts";
import { tryPolicy } from "./policy-trial.ts";
import type { Quota } from "./quota.ts";
import { ServiceMeter } from "./service-meter.ts";
import { type Range, reportService } from "./service-report.ts";

export interface AdministrationOptions {
  readonly database: Database;
  readonly queue: CommitQueue;
  readonly policies: PolicyBook;
  readonly overview: () => OverviewView;
  /** Bytes that all links made in a range of whole buckets. */
  readonly generated: (range: Range) => Promise<number>;
  readonly pair: (a: string, b: string) => { readonly availableBytes: number };
  readonly onAlarm: (listener: (alarm: AlarmView) => void) => () => void;
  readonly onRequest: (listener: (request: { answered: boolean; ms: number }) => void) => () => void;
  readonly log: (error: unknown) => void;
  readonly now: () => number;
}

const dayMs = 24 * 60 * 60 * 1000;

/** What administrators see and decide beyond the ledger: alarms and their notes, rules and their trial, the service. */
export class Administration {
  readonly alarms: AlarmBook;
  readonly policies: PolicyBook;
  readonly #options: AdministrationOptions;
  readonly #service: ServiceMeter;
  readonly #ends: (() => unknown)[];

  private constructor(options: AdministrationOptions, alarms: AlarmBook) {
    const { queue, now, log } = options;
    this.#options = options;
    this.alarms = alarms;
    this.policies = options.policies;
    this.#service = new ServiceMeter(queue, now, log);
    this.#ends = [
      options.onAlarm((alarm) => void alarms.note(alarm).catch(log)),
      options.onRequest((request) => this.#service.noteRequest(request)),
      this.#service.start(() => sampleOf(options.overview())),
    ];
  }

  static async open(options: AdministrationOptions): Promise<Administration> {
    return new Administration(options, await AlarmBook.open(options.database, options.queue, options.now));
  }

  /** Who drew keys over the place of this alarm. @throws GatewayError alarm.unknown */
  async affected(id: string): Promise<AffectedView[]> {
    const alarm = await this.alarms.find(id);
    if (alarm === undefined)
      throw new GatewayError("alarm.unknown", "There is no alarm of this identifier.", { status: 404 });
    const hasKey = (a: string, b: string) => this.#options.pair(a, b).availableBytes > 0;
    return findAffected(this.#options.database, alarm, hasKey);
  }

  /** The last day's draws under other rules. */
  async trial(rules: {
    readonly levels: LevelPolicy;
    readonly quotas: readonly Quota[];
  }): Promise<TrialView> {
    const to = this.#options.now();
    const range = { from: to - dayMs, to };
    return tryPolicy(await readPastDraws(this.#options.database, range.from, to), rules, range);
  }

  /** Everything measured until now is part of it. */
  async service(range: Range): Promise<ServiceView> {
    await this.#service.flush(true);
    return reportService(this.#options.database, range, this.#options.generated);
  }

  async close(): Promise<void> {
    for (const end of this.#ends) await end();
  }
}

function sampleOf(overview: OverviewView) {
  const { linksByCondition, pairsWithKey, pairsWaiting, warmUp } = overview;
  return {
    pairs: pairsWithKey + pairsWaiting.length,
    pairsWithKey,
    links: warmUp.links,
    linksUsable: linksByCondition.generating + linksByCondition.standby,
  };
}
