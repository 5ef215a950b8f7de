import { VernamError } from "../../shared/errors.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";

export class ReserveError extends VernamError {}

/** Unit in which reserve key is stored and burned, bytes: one durable mark serves many blocks. */
export const segmentBytes = 4096;

export interface ReservePositions {
  /** Key before this position of the link's reserve stream is burned. */
  readonly burnedUntil: number;
  /** Positions of the segments not burned, ascending. */
  readonly segments: readonly number[];
}

/**
 * One site's end of the authentication key of all its links: durable, wrapped, and burned before use. A segment is
 * marked used on disk before its bytes leave; after a crash marked segments are skipped, so no authentication key
 * is ever used twice. The other ends are other reserves; they compare positions only (LinkAuthentication).
 */
export interface AuthenticationReserve {
  readonly site: string;
  positions(link: string): ReservePositions;
  /** Stores one segment of new key; durable when resolved. The caller zeroes `key`. */
  add(link: string, offset: number, key: Uint8Array): Promise<void>;
  /** Burns the segment at `offset` and all before it, durably, then hands it out. @throws ReserveError if absent. */
  open(link: string, offset: number): Promise<SecretBytes>;
  /** Burns everything before `until`. */
  burn(link: string, until: number): Promise<void>;
  /** Gives up one segment that the other end does not have. */
  drop(link: string, offset: number): Promise<void>;
  close(): Promise<void>;
}
