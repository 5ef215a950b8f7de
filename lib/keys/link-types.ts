import type { SecretBytes } from "../shared/secret-bytes.ts";

/** Why key left a pool; the ledger keeps one count for each. */
export type LinkKeyPurpose = "relayed" | "supplied" | "authentication" | "expired" | "discarded";

export type PoolState = "empty" | "charging" | "warning" | "ready";

/**
 * starting: no block yet; standby: pool full, device idles; down: fibre cut; alarm: key withheld; quarantined: nobody
 * checks the link's messages (a demonstration), so it neither stores nor supplies key.
 */
export type LinkCondition = "starting" | "generating" | "standby" | "alarm" | "down" | "quarantined";

export interface PoolReservation {
  /** Byte offset in the link's key stream since the link was created, the same at both ends. */
  readonly offset: number;
  readonly bytes: number;
}

/**
 * One end of a link's key, held by one site. The two ends are separate memories. A reservation is made at both ends
 * in one step by the link's allocator; each end then takes its own copy once.
 */
export interface PoolEnd {
  readonly linkId: string;
  readonly site: string;
  /** Bytes available above the reserve kept for authentication. */
  readonly availableBytes: number;
  /** Takes this end's copy of a reserved range and zeroes it in the pool. @throws when taken before or unknown. */
  take(reservation: PoolReservation): SecretBytes;
}

export interface LinkPool {
  readonly linkId: string;
  readonly a: string;
  readonly b: string;
  readonly condition: LinkCondition;
  readonly state: PoolState;
  /** Usable by routing: condition is not alarm/down/quarantined and there is key above the reserve. */
  readonly usable: boolean;
  readonly availableBytes: number;
  readonly capacityBytes: number;
  /** Highest ε per block of the key now in the pool, as a power of ten: ε ≤ 10^-epsilonExponent. */
  readonly epsilonExponent: number;
  /**
   * Reserves a range at both ends in one step and counts it, at each end separately, under `purpose`.
   * Returns undefined when there is not enough key above the reserve or the link is not usable.
   */
  reserve(bytes: number, purpose: LinkKeyPurpose): PoolReservation | undefined;
  end(site: string): PoolEnd;
}

/** Counts of one end, in bytes of key stream, each counted by that end itself and never as a remainder. */
export interface LinkEndCounts {
  readonly generated: number;
  readonly relayed: number;
  readonly supplied: number;
  readonly authentication: number;
  readonly expired: number;
  readonly discarded: number;
  readonly lostAtRestart: number;
  readonly stored: number;
}

export interface LinkNetwork {
  pools(): readonly LinkPool[];
  pool(linkId: string): LinkPool;
  counts(linkId: string): { readonly a: LinkEndCounts; readonly b: LinkEndCounts };
  /** Fires when any pool gained key, changed state or condition. Returns the function that unsubscribes. */
  onChange(listener: (linkId: string) => void): () => void;
  /**
   * Of a link that makes key by passes: until the next one ends that may bring some, ms of wall time, infinite where none
   * is foreseen. Undefined: this link makes key all the time, at the rate that was measured.
   */
  untilPassMs(linkId: string): number | undefined;
}
