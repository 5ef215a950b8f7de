import type { OrbitClock } from "../../network/clock.ts";
import type { PassPlan, PlannedPass } from "../../network/pass-plan.ts";
import type { Sky, SteeredWeather } from "../../network/weather.ts";
import type { AlarmView, LinkFaults, LinkStatus, PassView, SpaceView } from "../api-types.ts";
import type { LinkEndCounts, LinkPool } from "../link-types.ts";
import { AlarmLog } from "../links/alarm-log.ts";
import type { BlockWorkers } from "../links/block-workers.ts";
import type { Emitter } from "../links/emitter.ts";
import { emptyPool } from "../links/empty-pool.ts";
import type { AttackSetting } from "../links/link-disturbance.ts";
import { LinkError, unknownLink } from "../links/link-error.ts";
import type { LinkEvents, LinkLedger, SimulatedLinkNetwork } from "../links/link-network-types.ts";
import { type FlightDeck, type FlownPass, flyPass } from "./fly-pass.ts";
import { OneTelescope } from "./one-telescope.ts";
import type { SpaceLink } from "./space-link.ts";
import { passViewOf, spaceViewOf } from "./space-view.ts";
import { Timetable } from "./timetable.ts";

export interface SpaceNetworkOptions {
  readonly links: readonly SpaceLink[];
  readonly plan: PassPlan;
  readonly weather: SteeredWeather;
  readonly clock: OrbitClock;
  readonly workers: BlockWorkers;
  readonly ledger: LinkLedger;
  readonly now: () => number;
  readonly emitter: Emitter<LinkEvents & { change: string }>;
  /** Key that a new link is given from passes before the first start, bytes at least; 0: none. */
  readonly firstStoreBytes: number;
  readonly closeStores: () => Promise<void>;
}

const dayMs = 86_400_000;
const forecastMs = 2 * dayMs;
/** Days before the first start whose passes may fill a new link's store. */
const daysBefore = 14;
const keptFlown = 200;
/** A timer further ahead would overflow; it looks again then. */
const longestWaitMs = 3_600_000;

/**
 * The space segment: one satellite clock, the passes that fall due by it, one flown at a time, and the key they
 * leave at both ends. Key is offered to routing as any link's; the XOR that relays it over the satellite is no
 * secret and is assumed to reach it at any time by its operator's ordinary radio.
 */
export class SpaceNetwork implements SimulatedLinkNetwork {
  readonly #options: SpaceNetworkOptions;
  readonly #links: ReadonlyMap<string, SpaceLink>;
  readonly #timetable: Timetable;
  readonly #alarms = new AlarmLog();
  readonly #deck: FlightDeck;
  readonly #telescope = new OneTelescope();
  #flown: PassView[] = [];
  #due: number;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void>;
  #closed = false;

  constructor(options: SpaceNetworkOptions) {
    const { links, plan, workers, ledger, now, emitter, clock } = options;
    this.#options = options;
    this.#links = new Map(links.map((link) => [link.id, link]));
    this.#timetable = new Timetable(plan);
    this.#deck = {
      devices: plan.devices,
      workers,
      ledger,
      now,
      onBlock: (row) => emitter.emit("block", row),
      isClosed: () => this.#closed,
    };
    this.#due = clock.now();
    for (const link of links) link.refreshCondition();
    this.#work = this.#fillNewStores().then(() => {
      for (const link of links) {
        link.filling = false;
        this.#changed(link);
      }
      this.#wait();
    });
  }

  get busyMs(): number {
    return this.#options.workers.busyMs;
  }

  /** Resolves once the stores of new links are filled, or no pass of the days before could. */
  get filled(): Promise<void> {
    return this.#work;
  }

  pools(): readonly LinkPool[] {
    return this.#options.links.map((link) => link.pool);
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

  untilPassMs(linkId: string): number {
    const { clock } = this.#options;
    const now = clock.now();
    const pass = this.#timetable
      .known(now, now + dayMs)
      .filter(({ link, expected }) => link === linkId && expected.secretBits > 0)
      .reduce((first, { set }) => Math.min(first, set), Number.POSITIVE_INFINITY);
    return (pass - now) / clock.rate;
  }

  on<Name extends keyof LinkEvents>(event: Name, listener: (value: LinkEvents[Name]) => void): () => void {
    return this.#options.emitter.on(
      event,
      listener as (value: (LinkEvents & { change: string })[Name]) => void,
    );
  }

  /** Passes come when they come. */
  prefer(): void {}

  status(linkId: string): LinkStatus {
    return this.#find(linkId).status(this.#options.now());
  }

  statuses(): readonly LinkStatus[] {
    const now = this.#options.now();
    return this.#options.links.map((link) => link.status(now));
  }

  alarms(): readonly AlarmView[] {
    return this.#alarms.all();
  }

  setAttack(linkId: string, attack: AttackSetting): void {
    if (!(attack.fraction >= 0 && attack.fraction <= 1)) {
      throw new LinkError("links.attack-fraction", "The attacked share of the pulses is from 0 to 1.", {
        nextStep: "Choose a share from 0 to 100 per cent.",
      });
    }
    const { disturbance } = this.#find(linkId).monitor;
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
    this.#find(linkId).monitor.disturbance.authenticated = authenticated;
    this.#disturbed(linkId);
  }

  empty(linkId: string): Promise<number> {
    return emptyPool(this.#find(linkId).pool, this.#options.ledger, this.#options.now());
  }

  resetAll(): void {
    for (const { id, monitor } of this.#options.links) {
      if (!monitor.disturbance.present) continue;
      monitor.disturbance.end();
      this.#disturbed(id);
    }
  }

  /** How fast the satellites' time runs. @throws LinkError space.clock-rate when out of range. */
  setRate(rate: number): void {
    try {
      this.#options.clock.setRate(rate);
    } catch (reason) {
      const message = reason instanceof Error ? reason.message : "the rate is out of range";
      throw new LinkError("space.clock-rate", `The satellites' ${message}.`, {
        nextStep: "Choose a rate from 1 to 120.",
      });
    }
    this.#wait();
  }

  /** How fast it runs now. */
  get rate(): number {
    return this.#options.clock.rate;
  }

  /** Ground stations, by site. */
  get stations(): readonly string[] {
    return this.#options.links.map(({ station }) => station);
  }

  /** Another sky than the forecast's over a station, until null. */
  setSky(station: string, sky: Sky | null): void {
    this.#options.weather.steer(station, sky);
  }

  view(): SpaceView {
    const { plan, weather, clock, links } = this.#options;
    const now = clock.now();
    const ahead = this.#timetable.known(now, now + forecastMs);
    return spaceViewOf({ plan, weather, clock, links, ahead, flown: this.#flown });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#options.workers.close();
    await this.#work;
    for (const link of this.#options.links) link.pool.destroy();
    await this.#options.closeStores();
  }

  #find(linkId: string): SpaceLink {
    const link = this.#links.get(linkId);
    if (link === undefined) throw unknownLink(linkId);
    return link;
  }

  /** A real station would see the end of an attack at its next pass; a demonstration's ends with its command. */
  #disturbed(linkId: string): void {
    const link = this.#find(linkId);
    const now = this.#options.now();
    link.monitor.disturbed(now);
    if (!link.monitor.disturbance.present) {
      link.monitor.finished({ aborted: null, warning: null }, now, link.monitor.changes);
    }
    this.#changed(link);
  }

  /** Waits for the next pass to end, then flies it. */
  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const { clock } = this.#options;
    this.#noteContacts();
    const next = this.#timetable.nextToSet(this.#due);
    const edge = this.#nextEdge(clock.now());
    const wait = (Math.min(next?.set ?? Number.POSITIVE_INFINITY, edge) - clock.now()) / clock.rate;
    this.#timer = setTimeout(
      () => {
        this.#work = this.#work.then(() => this.#flyDue()).then(() => this.#wait());
      },
      Math.max(0, Math.min(longestWaitMs, wait)),
    );
    this.#timer.unref();
  }

  /** When contact with a station begins next. */
  #nextEdge(now: number): number {
    const rises = this.#timetable.known(now, now + dayMs).map((pass) => pass.rise);
    return Math.min(Number.POSITIVE_INFINITY, ...rises.filter((rise) => rise > now));
  }

  async #flyDue(): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      const pass = this.#timetable.nextToSet(this.#due);
      if (this.#closed || pass === undefined || pass.set > clock.now()) break;
      this.#due = pass.set;
      const near = this.#timetable.known(pass.rise, pass.set);
      await this.#fly(pass, near, false);
    }
    await this.#timetable.prepare(clock.now(), clock.now() + forecastMs);
  }

  async #fly(pass: PlannedPass, near: readonly PlannedPass[], beforeStart: boolean): Promise<void> {
    const link = this.#find(pass.link);
    const sky = this.#options.weather.skyAt(pass.station, pass.culmination);
    try {
      const worth = (one: PlannedPass) => this.#worth(one);
      const elsewhere = worth(pass) > 0 && !this.#telescope.takes(pass, near, worth);
      const flown: FlownPass = elsewhere
        ? { outcome: "other-station", secretBits: 0 }
        : await flyPass(link, pass, sky, this.#deck);
      const clear = sky === "clear" ? 1 : 0;
      this.#flown = [passViewOf(pass, clear, flown, beforeStart), ...this.#flown].slice(0, keptFlown);
    } catch (reason) {
      if (this.#closed) return;
      const error = reason instanceof Error ? reason : new Error(String(reason));
      this.#options.emitter.emit("fault", { link: link.id, error });
    }
    this.#changed(link);
  }

  /** Key that a pass would give now, the more the emptier its store: what overlapping stations compete by. */
  #worth(pass: PlannedPass): number {
    const { pool } = this.#find(pass.link);
    if (this.#options.weather.skyAt(pass.station, pass.culmination) !== "clear") return 0;
    return (pass.expected.secretBits * pool.inner.room) / pool.capacityBytes;
  }

  /**
   * A link just installed would wait for a clear night. For the demonstration its store is filled from the passes of
   * the days before, flown through the same chain under the weather of their time, the newest first.
   */
  async #fillNewStores(): Promise<void> {
    const { clock, links, plan, weather, firstStoreBytes } = this.#options;
    const now = clock.now();
    const wants = (station: string) =>
      links.some(
        (link) => link.station === station && link.pool.isNew && link.pool.availableBytes < firstStoreBytes,
      );
    for (let back = 0; back < daysBefore * 4 && links.some(({ station }) => wants(station)); back++) {
      const until = now - (back * dayMs) / 4;
      const passes = plan
        .passes(
          until - dayMs / 4,
          until,
          ({ station, culmination }) => wants(station) && weather.skyAt(station, culmination) === "clear",
        )
        .filter(({ set, expected }) => set < now && expected.secretBits > 0);
      for (const pass of passes.reverse()) {
        if (this.#closed) return;
        if (wants(pass.station)) await this.#fly(pass, passes, true);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    await this.#timetable.prepare(now, now + forecastMs);
  }

  #noteContacts(): void {
    const now = this.#options.clock.now();
    const over = new Set(
      this.#timetable.known(now, now + 1).flatMap((pass) => (pass.rise <= now ? [pass.link] : [])),
    );
    for (const link of this.#options.links) {
      if (link.inContact === over.has(link.id)) continue;
      link.inContact = over.has(link.id);
      this.#changed(link);
    }
  }

  #changed(link: SpaceLink): void {
    link.refreshCondition();
    const cause = link.monitor.alarm ?? link.monitor.warning;
    const at = this.#options.now();
    const views = cause === null ? this.#alarms.clear(link.id, at) : this.#alarms.raise(link.id, cause, at);
    for (const view of views) this.#options.emitter.emit("alarm", view);
    this.#options.emitter.emit("change", link.id);
  }
}
