import type { PoolOutlookView } from "../api-types.ts";
import type { LinkNetwork } from "../link-types.ts";
import { RateMeter } from "../links/rate-meter.ts";
import { LinkMeters } from "./link-meters.ts";
import { type KeyPriority, priorityShare, type Ticket, WaitingQueue } from "./waiting-queue.ts";

/** A request for link key, as the policy sees it. */
export interface KeyWish {
  /** The same for every attempt of the same asker at the same recipients. */
  readonly name: string;
  readonly site: string;
  readonly priority: KeyPriority;
  /** Bytes wanted on every link of the way, tags included. */
  readonly links: ReadonlyMap<string, number>;
}

/** Why a request does not get key now. */
export interface Delay {
  /** Until its turn with key, from measured production, ms; undefined where a link makes none. */
  readonly estimateMs: number | undefined;
  /** When to ask again, ms. */
  readonly retryAfterMs: number;
}

const unknownRetryMs = 2000;
const soonestRetryMs = 250;
const latestRetryMs = 30_000;
/** A ticket outlives the moment for which it was told to ask again by this much. */
const graceMs = 15_000;

/**
 * Who gets key first where there is too little of it. Nobody queues while pools have what is asked for; a request that
 * finds too little leaves a ticket on every link of its way, and key that is made goes to tickets in turn, whoever
 * happens to ask when it appears.
 */
export class KeyPolicy {
  readonly #network: LinkNetwork;
  readonly #now: () => number;
  readonly #meters: LinkMeters;
  readonly #queues = new Map<string, WaitingQueue>();
  /** Bytes that priority requests took while others waited. */
  readonly #priorityTaken = new Map<string, RateMeter>();

  constructor(network: LinkNetwork, now: () => number) {
    this.#network = network;
    this.#now = now;
    this.#meters = new LinkMeters(network, now);
  }

  /** Undefined: take the key now, this turn, and tell `served`. Otherwise the wish waits in the queues of its links. */
  admit(wish: KeyWish): Delay | undefined {
    if (this.#queues.size === 0) return undefined;
    this.#expire();
    const short = [...wish.links].some(([link, bytes]) => this.#missing(wish, link, bytes) > 0);
    return short ? this.wait(wish) : undefined;
  }

  /**
   * A wish that cannot be met now, whatever others want. It gets its place where key is short and being made; one that
   * nobody can say when to meet (a link in alarm, a key larger than a pool) holds nothing back from others.
   */
  wait(wish: KeyWish): Delay {
    this.#expire();
    const estimateMs = this.#estimate(wish);
    const retryAfterMs =
      estimateMs === undefined
        ? unknownRetryMs
        : Math.min(latestRetryMs, Math.max(soonestRetryMs, Math.ceil(estimateMs)));
    if (estimateMs === undefined) return { estimateMs, retryAfterMs };
    for (const [link, bytes] of wish.links) {
      if (this.#missing(wish, link, bytes) <= 0) continue;
      const queue = this.#queues.get(link) ?? new WaitingQueue();
      this.#queues.set(link, queue);
      queue.enter(this.#ticket(wish, bytes), this.#now() + retryAfterMs + graceMs);
    }
    return { estimateMs, retryAfterMs };
  }

  /** The wish has its key. */
  served(wish: KeyWish): void {
    if (this.#queues.size === 0) return;
    for (const [link, bytes] of wish.links) {
      this.#queues.get(link)?.noteServed(this.#ticket(wish, bytes), this.#now());
      if (wish.priority === "priority") this.#meterOf(link).add(this.#now(), bytes);
    }
    // Its way may have been another while it waited.
    for (const queue of this.#queues.values()) queue.leave(wish.name);
    this.#expire();
  }

  /** How one link's key stands with those who want it. */
  outlook(link: string): PoolOutlookView {
    this.#expire();
    const rates = this.#meters.rates(link);
    const queue = this.#queues.get(link);
    const waiting = { priority: queue?.count("priority") ?? 0, ordinary: queue?.count("ordinary") ?? 0 };
    const { availableBytes } = this.#network.pool(link);
    const drain = rates === undefined ? 0 : rates.consumed - rates.produced;
    const missing = (queue?.totalBytes ?? 0) - availableBytes;
    const untilPassMs = this.#network.untilPassMs(link);
    const produced = rates?.produced ?? 0;
    const makesItIn = produced > 0 ? Math.max(0, (1000 * missing) / produced) : Number.POSITIVE_INFINITY;
    const timeToKeyMs = untilPassMs ?? makesItIn;
    return {
      link,
      producedBytesPerSecond: rates?.produced ?? null,
      consumedBytesPerSecond: rates?.consumed ?? null,
      timeToEmptyMs: drain > 0 ? Math.round((1000 * availableBytes) / drain) : null,
      waiting,
      timeToKeyMs: queue !== undefined && Number.isFinite(timeToKeyMs) ? Math.round(timeToKeyMs) : null,
    };
  }

  /** Bytes that must still be made on `link` before it is this wish's turn with all it wants. */
  #missing(wish: KeyWish, link: string, bytes: number): number {
    const queue = this.#queues.get(link);
    const ahead = queue?.bytesAhead(this.#ticket(wish, bytes), this.#now()) ?? 0;
    return ahead + bytes - this.#network.pool(link).availableBytes;
  }

  #estimate(wish: KeyWish): number | undefined {
    let latest = 0;
    for (const [link, bytes] of wish.links) {
      const missing = this.#missing(wish, link, bytes);
      if (missing <= 0) continue;
      const { condition, capacityBytes } = this.#network.pool(link);
      if (condition === "alarm" || condition === "down" || bytes > capacityBytes) return undefined;
      latest = Math.max(latest, this.#timeToMake(wish, link, missing));
    }
    return Number.isFinite(latest) ? latest : undefined;
  }

  /** Milliseconds, infinite where nobody can say. How much a pass brings is the sky's to say: its end is when to ask. */
  #timeToMake(wish: KeyWish, link: string, missing: number): number {
    const untilPassMs = this.#network.untilPassMs(link);
    if (untilPassMs !== undefined) return untilPassMs;
    const produced = this.#meters.rates(link)?.produced ?? 0;
    if (produced <= 0) return Number.POSITIVE_INFINITY;
    return (1000 * missing) / (produced - this.#overtaking(wish, link, produced));
  }

  /** Bytes per second that later priority requests will take before an ordinary one: as of the last minute. */
  #overtaking({ priority }: KeyWish, link: string, produced: number): number {
    if (priority === "priority") return 0;
    const taken = this.#priorityTaken.get(link)?.rate(this.#now()) ?? 0;
    return Math.min(taken, produced * priorityShare);
  }

  #ticket({ name, site, priority }: KeyWish, bytes: number): Ticket {
    return { name, site, priority, bytes, since: this.#now() };
  }

  #meterOf(link: string): RateMeter {
    const meter = this.#priorityTaken.get(link) ?? new RateMeter(this.#now());
    this.#priorityTaken.set(link, meter);
    return meter;
  }

  #expire(): void {
    const now = this.#now();
    for (const [link, queue] of this.#queues) {
      queue.expire(now);
      if (queue.size === 0) this.#queues.delete(link);
    }
  }
}
