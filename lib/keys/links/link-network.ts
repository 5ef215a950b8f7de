import type { AlarmView, LinkFaults, LinkStatus } from "../api-types.ts";
import type { LinkEndCounts, LinkPool } from "../link-types.ts";
import { AlarmLog } from "./alarm-log.ts";
import { BlockRunner } from "./block-runner.ts";
import type { BlockWorkers } from "./block-workers.ts";
import { type Choice, chooseLink } from "./choose-link.ts";
import type { Emitter } from "./emitter.ts";
import { emptyPool } from "./empty-pool.ts";
import type { AttackSetting } from "./link-disturbance.ts";
import { LinkError, unknownLink } from "./link-error.ts";
import type { LinkEvents, LinkLedger, SimulatedLinkNetwork } from "./link-network-types.ts";
import type { AuthenticationStore } from "./open-authentication.ts";
import type { SimulatedLink } from "./simulated-link.ts";

/** One block should not hold a worker longer, ms: probes and alarms wait behind it. */
const longestBlockMs = 600;
const largestBlock = 1e6;
const retryAfterMs = 2000;

export interface LinkNetworkRunnerOptions {
  readonly links: readonly SimulatedLink[];
  readonly workers: BlockWorkers;
  /** Blocks under way at once: one more than workers, so that none waits while a result is stored. */
  readonly depth: number;
  readonly ledger: LinkLedger;
  readonly now: () => number;
  readonly store: AuthenticationStore;
  readonly emitter: Emitter<LinkEvents & { change: string }>;
}

/** The one scheduler of all links: decides whose block comes next and keeps their pools, alarms and status. */
export class LinkNetworkRunner implements SimulatedLinkNetwork {
  readonly #options: LinkNetworkRunnerOptions;
  readonly #links: ReadonlyMap<string, SimulatedLink>;
  readonly #list: readonly SimulatedLink[];
  readonly #runner: BlockRunner;
  readonly #alarms = new AlarmLog();
  readonly #underWay = new Set<Promise<void>>();
  #preferred: ReadonlySet<string> = new Set();
  /** Time per sifted bit of recent blocks, ms. */
  #cost = longestBlockMs / largestBlock;
  #pumping = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LinkNetworkRunnerOptions) {
    const { links, workers, ledger, now, emitter } = options;
    this.#options = options;
    this.#list = links;
    this.#links = new Map(links.map((link) => [link.id, link]));
    this.#runner = new BlockRunner({
      workers,
      ledger,
      now,
      onBlock: (row) => emitter.emit("block", row),
      isClosed: () => this.#closed,
    });
    emitter.on("reserved", ({ link }) => this.#noticeDemand(link));
    this.#pumpSoon();
  }

  get busyMs(): number {
    return this.#options.workers.busyMs;
  }

  pools(): readonly LinkPool[] {
    return this.#list.map((link) => link.pool);
  }

  pool(linkId: string): LinkPool {
    return this.#find(linkId).pool;
  }

  counts(linkId: string): { readonly a: LinkEndCounts; readonly b: LinkEndCounts } {
    return this.#find(linkId).pool.counts();
  }

  onChange(listener: (linkId: string) => void): () => void {
    return this.#options.emitter.on("change", listener);
  }

  untilPassMs(): undefined {
    return undefined;
  }

  on<Name extends keyof LinkEvents>(event: Name, listener: (value: LinkEvents[Name]) => void): () => void {
    return this.#options.emitter.on(
      event,
      listener as (value: (LinkEvents & { change: string })[Name]) => void,
    );
  }

  prefer(linkIds: readonly string[]): void {
    this.#preferred = new Set(linkIds);
    this.#pumpSoon();
  }

  status(linkId: string): LinkStatus {
    return this.#find(linkId).status(this.#options.now());
  }

  statuses(): readonly LinkStatus[] {
    const now = this.#options.now();
    return this.#list.map((link) => link.status(now));
  }

  alarms(): readonly AlarmView[] {
    return this.#alarms.all();
  }

  setAttack(linkId: string, attack: AttackSetting): void {
    const { disturbance } = this.#find(linkId).monitor;
    if (!(attack.fraction >= 0 && attack.fraction <= 1)) {
      throw new LinkError("links.attack-fraction", "The attacked share of the pulses is from 0 to 1.", {
        nextStep: "Choose a share from 0 to 100 per cent.",
      });
    }
    disturbance.attack = { model: attack.model, fraction: attack.model === "none" ? 0 : attack.fraction };
    this.#disturbed(linkId);
  }

  setCut(linkId: string, cut: boolean): void {
    this.#find(linkId).monitor.disturbance.cut = cut;
    this.#disturbed(linkId);
  }

  setFault(linkId: string, fault: keyof LinkFaults, level: number): void {
    this.#find(linkId).monitor.disturbance.setFault(fault, level, this.#options.now());
    this.#disturbed(linkId);
  }

  setAuthenticated(linkId: string, authenticated: boolean): void {
    const link = this.#find(linkId);
    link.monitor.disturbance.authenticated = authenticated;
    link.quarantined(null);
    // At once, not after the next block: from now on the link supplies nothing.
    link.refreshCondition();
    this.#disturbed(linkId);
  }

  empty(linkId: string): Promise<number> {
    return emptyPool(this.#find(linkId).pool, this.#options.ledger, this.#options.now());
  }

  resetAll(): void {
    for (const { id, monitor } of this.#list) {
      if (!monitor.disturbance.present) continue;
      monitor.disturbance.end();
      this.#disturbed(id);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#options.workers.close();
    await Promise.all(this.#underWay);
    for (const link of this.#list) link.pool.destroy();
    await this.#options.store.close();
  }

  #find(linkId: string): SimulatedLink {
    const link = this.#links.get(linkId);
    if (link === undefined) throw unknownLink(linkId);
    return link;
  }

  #disturbed(linkId: string): void {
    this.#find(linkId).monitor.disturbed(this.#options.now());
    this.#options.emitter.emit("change", linkId);
    this.#pumpSoon();
  }

  #noticeDemand(linkId: string): void {
    if (this.#find(linkId).noticeDemand(this.#options.now())) this.#pumpSoon();
  }

  /** Once per turn however many reasons there are. */
  #pumpSoon(): void {
    if (this.#pumping || this.#closed) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#closed) return;
    while (this.#underWay.size < this.#options.depth) {
      const choice = chooseLink(this.#list, {
        now: this.#options.now(),
        mostSifted: longestBlockMs / this.#cost,
        preferred: this.#preferred,
      });
      if (choice === undefined) break;
      this.#start(choice);
    }
    this.#wakeWhenDue();
  }

  #start(choice: Choice): void {
    choice.link.running = true;
    const work = this.#work(choice).finally(() => {
      choice.link.running = false;
      this.#underWay.delete(work);
      this.#pumpSoon();
    });
    this.#underWay.add(work);
  }

  async #work({ link, planned }: Choice): Promise<void> {
    const { now, emitter } = this.#options;
    try {
      await this.#runner.topUp(link);
      const done = await this.#runner.run(link, planned);
      if (this.#closed) return;
      if (done === undefined) link.monitor.raise("authentication-key-low", now());
      else if (done.siftedBits >= 50_000) this.#learnCost(done.computedMs / done.siftedBits);
      link.refreshCondition();
    } catch (error) {
      if (this.#closed) return;
      link.retryAt = now() + retryAfterMs;
      emitter.emit("fault", {
        link: link.id,
        error: error instanceof Error ? error : new Error(String(error)),
      });
    }
    this.#noteAlarm(link);
    emitter.emit("change", link.id);
  }

  #learnCost(msPerBit: number): void {
    this.#cost += 0.2 * (msPerBit - this.#cost);
  }

  #noteAlarm(link: SimulatedLink): void {
    const cause = link.monitor.alarm ?? link.monitor.warning;
    const at = this.#options.now();
    const changed = cause === null ? this.#alarms.clear(link.id, at) : this.#alarms.raise(link.id, cause, at);
    for (const view of changed) this.#options.emitter.emit("alarm", view);
  }

  /** Probes and retries fall due by time alone. */
  #wakeWhenDue(): void {
    clearTimeout(this.#timer);
    const now = this.#options.now();
    let next = Number.POSITIVE_INFINITY;
    for (const link of this.#list) {
      const at = link.wakeAt;
      if (at !== undefined && at > now) next = Math.min(next, at);
    }
    if (next === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#pump(), next - now);
    this.#timer.unref();
  }
}
