import { VernamError } from "../../shared/errors.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import type { LinkEndCounts, LinkKeyPurpose, PoolEnd, PoolReservation } from "../link-types.ts";
import { leftPool, type MutableCounts } from "./link-counts.ts";
import { PoolRing } from "./pool-ring.ts";

export class PoolError extends VernamError {}

export interface PoolEndOptions {
  readonly linkId: string;
  readonly site: string;
  /** Bytes of memory. */
  readonly size: number;
  /** Bytes kept back for authenticating the link itself. */
  readonly reserveBytes: number;
  /** Position in the key stream at which new key begins: the same at both ends. */
  readonly start: number;
  /** Counts of this end when the last run stopped. What it held then is gone: it is counted as lost here. */
  readonly initial: LinkEndCounts;
}

/**
 * One end's own memory and its own counts; nothing here knows the other end. A reserved range leaves the ring at
 * once and waits in a drawer until it is taken, so a reservation that nobody collects cannot block the pool.
 */
export class PoolEndMemory implements PoolEnd {
  readonly linkId: string;
  readonly site: string;
  /** Bytes that were in memory when the last run stopped. */
  readonly lost: number;
  readonly #ring: PoolRing;
  readonly #reserve: number;
  readonly #counts: MutableCounts;
  readonly #drawer = new Map<number, SecretBytes>();

  constructor({ linkId, site, size, reserveBytes, start, initial }: PoolEndOptions) {
    this.linkId = linkId;
    this.site = site;
    this.lost = initial.generated - leftPool(initial);
    if (this.lost < 0) {
      throw new PoolError("links.counts-impossible", `More key left link ${linkId} than was ever made.`, {
        nextStep: "Verify the ledger of this site.",
      });
    }
    this.#counts = { ...initial, lostAtRestart: initial.lostAtRestart + this.lost, stored: 0 };
    this.#ring = new PoolRing(size, start);
    this.#reserve = reserveBytes;
  }

  get availableBytes(): number {
    return Math.max(0, this.#ring.length - this.#reserve);
  }

  /** Position in the key stream behind the newest byte held. */
  get position(): number {
    return this.#ring.first + this.#ring.length;
  }

  get storedBytes(): number {
    return this.#ring.length;
  }

  /** Ranges reserved and not yet taken. */
  get waiting(): number {
    return this.#drawer.size;
  }

  get room(): number {
    return this.#ring.room;
  }

  counts(): LinkEndCounts {
    return { ...this.#counts, stored: this.#ring.length };
  }

  /** Adds new key, counted as generated. The caller zeroes `key`. */
  append(key: Uint8Array): void {
    this.#ring.append(key);
    this.#counts.generated += key.length;
  }

  /** Moves the oldest bytes to the drawer and counts them; answers where in the stream they were. */
  setAside(bytes: number, purpose: LinkKeyPurpose): PoolReservation {
    const offset = this.#ring.first;
    this.#drawer.set(offset, SecretBytes.own(this.#ring.withdraw(bytes)));
    this.#counts[purpose] += bytes;
    return { offset, bytes };
  }

  take(reservation: PoolReservation): SecretBytes {
    const key = this.#drawer.get(reservation.offset);
    if (key === undefined || key.length !== reservation.bytes) {
      throw new PoolError(
        "links.not-reserved",
        `This range of link ${this.linkId} was taken before or never reserved.`,
      );
    }
    this.#drawer.delete(reservation.offset);
    return key;
  }

  /** Zeroes the ring and every range nobody took. */
  destroy(): void {
    this.#ring.destroy();
    for (const key of this.#drawer.values()) key.destroy();
    this.#drawer.clear();
  }
}
