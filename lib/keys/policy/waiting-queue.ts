export type KeyPriority = "priority" | "ordinary";

/** Somebody's unmet request on one link. */
export interface Ticket {
  readonly name: string;
  /** Who asks: the quota is by site. */
  readonly site: string;
  readonly priority: KeyPriority;
  /** Link key wanted, tags included. */
  readonly bytes: number;
  /** When this was first asked for, ms. */
  readonly since: number;
}

/** Of the key made under starvation priority requests get four parts in five, ordinary ones one. */
const weights: Readonly<Record<KeyPriority, number>> = { priority: 4, ordinary: 1 };
/** The most that priority requests get while others wait, 0..1. */
export const priorityShare = weights.priority / (weights.priority + weights.ordinary);
/** An ordinary request that waited so long counts as a priority one, ms. */
export const agingMs = 120_000;

/**
 * Who waits for key of one link, in which order. Between the classes by weight, so that ordinary requests keep their
 * share; within a class by site, the one that got least first; within a site by age. What was served counts from the
 * first ticket until nobody waits any more.
 */
export class WaitingQueue {
  readonly #tickets = new Map<string, Ticket & { readonly expiresAt: number }>();
  #served: Record<KeyPriority, number> = { priority: 0, ordinary: 0 };
  readonly #servedSites = new Map<string, number>();

  /** Enters a request, or renews it with its first time kept. `expiresAt`: given up unless renewed before, ms. */
  enter(ticket: Ticket, expiresAt: number): void {
    const since = this.#tickets.get(ticket.name)?.since ?? ticket.since;
    this.#tickets.set(ticket.name, { ...ticket, since, expiresAt });
  }

  leave(name: string): void {
    this.#tickets.delete(name);
    this.#forgetWhenEmpty();
  }

  expire(now: number): void {
    for (const [name, { expiresAt }] of this.#tickets) if (expiresAt <= now) this.#tickets.delete(name);
    this.#forgetWhenEmpty();
  }

  get size(): number {
    return this.#tickets.size;
  }

  get totalBytes(): number {
    let sum = 0;
    for (const { bytes } of this.#tickets.values()) sum += bytes;
    return sum;
  }

  count(priority: KeyPriority): number {
    let count = 0;
    for (const ticket of this.#tickets.values()) if (ticket.priority === priority) count++;
    return count;
  }

  /** Key that was given to `ticket`, while or after it waited. */
  noteServed({ site, priority, bytes, since }: Ticket, now: number): void {
    if (this.#tickets.size === 0) return;
    const turn = turnOf({ priority, since }, now);
    this.#served[turn] += bytes / weights[turn];
    this.#servedSites.set(site, (this.#servedSites.get(site) ?? 0) + bytes);
  }

  /** Bytes that others get before `ticket`, which need not have been entered yet. */
  bytesAhead(ticket: Ticket, now: number): number {
    const entered = this.#tickets.get(ticket.name);
    const own = { ...ticket, since: entered?.since ?? ticket.since };
    const left = [...this.#tickets.values()].filter(({ name }) => name !== ticket.name);
    const waiting: Ticket[] = [...left, own];
    const served = this.#levelled(waiting, now);
    const sites = new Map(this.#servedSites);
    let ahead = 0;
    for (;;) {
      const next = chooseNext(waiting, served, sites, now);
      if (next === own) return ahead;
      ahead += next.bytes;
      const turn = turnOf(next, now);
      served[turn] += next.bytes / weights[turn];
      sites.set(next.site, (sites.get(next.site) ?? 0) + next.bytes);
      waiting.splice(waiting.indexOf(next), 1);
    }
  }

  /** A class that nobody waited in saves nothing up for later. */
  #levelled(waiting: readonly Ticket[], now: number): Record<KeyPriority, number> {
    const turns = new Set(waiting.map((ticket) => turnOf(ticket, now)));
    if (turns.size === 2) return { ...this.#served };
    const most = Math.max(this.#served.priority, this.#served.ordinary);
    this.#served = { priority: most, ordinary: most };
    return { ...this.#served };
  }

  #forgetWhenEmpty(): void {
    if (this.#tickets.size > 0) return;
    this.#served = { priority: 0, ordinary: 0 };
    this.#servedSites.clear();
  }
}

/** The class a request counts in now. */
function turnOf({ priority, since }: Pick<Ticket, "priority" | "since">, now: number): KeyPriority {
  return priority === "priority" || now - since >= agingMs ? "priority" : "ordinary";
}

/** @param waiting at least one. */
function chooseNext(
  waiting: readonly Ticket[],
  served: Readonly<Record<KeyPriority, number>>,
  sites: ReadonlyMap<string, number>,
  now: number,
): Ticket {
  let best: Ticket | undefined;
  let bestRank: readonly number[] = [];
  for (const ticket of waiting) {
    const turn = turnOf(ticket, now);
    const rank = [served[turn], turn === "priority" ? 0 : 1, sites.get(ticket.site) ?? 0, ticket.since];
    if (best !== undefined && !isBefore(rank, bestRank, ticket.name < best.name)) continue;
    best = ticket;
    bestRank = rank;
  }
  return best as Ticket;
}

/** @param otherwise decides a tie, the same way whoever looks: two who each let the other go first would wait for ever. */
function isBefore(one: readonly number[], other: readonly number[], otherwise: boolean): boolean {
  for (const [i, value] of one.entries()) {
    const against = other[i] as number;
    if (value !== against) return value < against;
  }
  return otherwise;
}
