import { concatBytes } from "../../shared/bytes.ts";
import type { LinkEndCounts, LinkKeyPurpose, LinkPool, PoolEnd, PoolReservation } from "../link-types.ts";
import { leftPool, noCounts } from "../links/link-counts.ts";
import { SimulatedPool, type SimulatedPoolOptions } from "../links/simulated-pool.ts";
import type { SpaceStore, StoredSegment } from "./space-store.ts";

export interface SpacePoolOptions extends Omit<SimulatedPoolOptions, "initial"> {
  /** The ledger's counts of both ends; undefined for a new link. */
  readonly initial: { readonly a: LinkEndCounts; readonly b: LinkEndCounts } | undefined;
  readonly storeA: SpaceStore;
  readonly storeB: SpaceStore;
  /** A mark could not be written: no key leaves. */
  readonly onFault: (error: Error) => void;
}

/** ε ≤ 10^-14: 1e-15 for secrecy and for the agreement of the two ends, and less for the tags. */
const storedEpsilonExponent = 14;

/**
 * The stored key of one satellite and one ground station as the pool of a link. Each end holds its own copy, in
 * memory and durably in its own store. Key is marked used at both ends, on disk, before it leaves the pool, a segment
 * at a time; a restart gives up at most the rest of one segment, which is counted as lost.
 */
export class SpacePool implements LinkPool {
  readonly inner: SimulatedPool;
  /** True where no pass ever gave key: a link just installed. */
  readonly isNew: boolean;
  readonly #storeA: SpaceStore;
  readonly #storeB: SpaceStore;
  readonly #onFault: (error: Error) => void;
  /** On disk and not marked used, oldest first. */
  readonly #waiting: StoredSegment[];
  #next: number;
  /** Bytes at the head of the pool that are marked used already. */
  #marked = 0;

  constructor(options: SpacePoolOptions) {
    const { storeA, storeB, linkId, initial, onFault, ...pool } = options;
    this.#storeA = storeA;
    this.#storeB = storeB;
    this.#onFault = onFault;
    this.isNew = storeA.isNew(linkId) && storeB.isNew(linkId);
    const counts = initial ?? { a: noCounts, b: noCounts };
    const free = Math.min(counts.a.generated - leftPool(counts.a), counts.b.generated - leftPool(counts.b));
    this.#next = nextOffset(linkId, storeA, storeB);
    this.#waiting = bringInStep(linkId, storeA, storeB, Math.min(free, pool.capacityBytes));
    const stored = this.#waiting.reduce((sum, segment) => sum + segment.bytes, 0);
    const without = (end: LinkEndCounts) => ({ ...end, generated: end.generated - stored });
    const kept = { a: without(counts.a), b: without(counts.b) };
    this.inner = new SimulatedPool({ ...pool, linkId, initial: kept });
    if (stored === 0) return;
    const keyA = concatBytes(...this.#waiting.map(({ offset }) => storeA.read(linkId, offset)));
    const keyB = concatBytes(...this.#waiting.map(({ offset }) => storeB.read(linkId, offset)));
    this.inner.append(keyA, keyB, storedEpsilonExponent);
    keyA.fill(0);
    keyB.fill(0);
  }

  get linkId(): string {
    return this.inner.linkId;
  }
  get a(): string {
    return this.inner.a;
  }
  get b(): string {
    return this.inner.b;
  }
  get condition(): LinkPool["condition"] {
    return this.inner.condition;
  }
  get state(): LinkPool["state"] {
    return this.inner.state;
  }
  get usable(): boolean {
    return this.inner.usable;
  }
  get availableBytes(): number {
    return this.inner.availableBytes;
  }
  get capacityBytes(): number {
    return this.inner.capacityBytes;
  }
  get epsilonExponent(): number {
    return this.inner.epsilonExponent;
  }

  reserve(bytes: number, purpose: LinkKeyPurpose): PoolReservation | undefined {
    if (Number.isSafeInteger(bytes) && bytes > 0) {
      const forOthers = purpose === "relayed" || purpose === "supplied";
      if (forOthers && (!this.usable || bytes > this.availableBytes)) return undefined;
      if (bytes > Math.min(this.inner.endA.storedBytes, this.inner.endB.storedBytes)) return undefined;
      try {
        this.#mark(bytes);
      } catch (reason) {
        this.#onFault(reason instanceof Error ? reason : new Error(String(reason)));
        return undefined;
      }
    }
    const reservation = this.inner.reserve(bytes, purpose);
    if (reservation !== undefined) this.#marked -= bytes;
    return reservation;
  }

  end(site: string): PoolEnd {
    return this.inner.end(site);
  }

  counts(): { readonly a: LinkEndCounts; readonly b: LinkEndCounts } {
    return this.inner.counts();
  }

  /** Stores a pass's key at both ends, then offers it. The caller zeroes both. @throws when a disk refuses it. */
  append(keyA: Uint8Array, keyB: Uint8Array, epsilonExponent: number): void {
    this.#storeA.add(this.linkId, this.#next, keyA);
    this.#storeB.add(this.linkId, this.#next, keyB);
    const before = new Set(this.#waiting.map(({ offset }) => offset));
    this.#waiting.push(...this.#storeA.segments(this.linkId).filter(({ offset }) => !before.has(offset)));
    this.#next += keyA.length;
    this.inner.append(keyA, keyB, epsilonExponent);
  }

  destroy(): void {
    this.inner.destroy();
  }

  /** Makes sure that the oldest `bytes` are marked used at both ends. */
  #mark(bytes: number): void {
    let covered = this.#marked;
    let taken = 0;
    while (covered < bytes && taken < this.#waiting.length) covered += this.#waiting[taken++]?.bytes ?? 0;
    const last = this.#waiting[taken - 1];
    if (last === undefined) return;
    const until = last.offset + last.bytes;
    this.#storeA.burn(this.linkId, until);
    this.#storeB.burn(this.linkId, until);
    this.#waiting.splice(0, taken);
    this.#marked = covered;
  }
}

/** Where new key goes: behind everything that either end ever stored or used. */
function nextOffset(link: string, a: SpaceStore, b: SpaceStore): number {
  const ends = [a, b].flatMap((store) => [
    store.burnedUntil(link),
    ...store.segments(link).map(({ offset, bytes }) => offset + bytes),
  ]);
  return Math.max(0, ...ends);
}

/**
 * What both ends hold and neither has marked used, at most `most` bytes; the rest is given up. More key on disk than
 * the ledger knows of means that the ledger is another one: then all of it is given up.
 */
function bringInStep(link: string, a: SpaceStore, b: SpaceStore, most: number): StoredSegment[] {
  const burned = Math.max(a.burnedUntil(link), b.burnedUntil(link));
  for (const store of [a, b]) if (store.burnedUntil(link) < burned) store.burn(link, burned);
  const atB = new Map(b.segments(link).map(({ offset, bytes }) => [offset, bytes]));
  const common = a.segments(link).filter(({ offset, bytes }) => atB.get(offset) === bytes);
  const fits = common.reduce((sum, { bytes }) => sum + bytes, 0) <= most ? common : [];
  const kept = new Set(fits.map(({ offset }) => offset));
  for (const store of [a, b]) {
    for (const { offset } of store.segments(link)) if (!kept.has(offset)) store.drop(link, offset);
  }
  return [...fits];
}
