import type { AlarmView, BlockView, LinkFaults, LinkStatus } from "../api-types.ts";
import type { LinkEndCounts, LinkKeyPurpose, LinkNetwork, PoolReservation } from "../link-types.ts";
import type { AttackSetting } from "./link-disturbance.ts";

/** A block that is about to enter a pool: bytes at each end, as each end counts them itself. */
export interface GeneratedRow {
  readonly link: string;
  readonly at: number;
  /** Position of the block's first byte in the link's key stream. */
  readonly offset: number;
  readonly bytes: { readonly a: number; readonly b: number };
  readonly report: BlockView;
}

/** Key that left a pool. */
export interface UseRow {
  readonly link: string;
  readonly at: number;
  readonly purpose: LinkKeyPurpose;
  readonly offset: number;
  readonly bytes: number;
}

/** Key that was in memory when the last run stopped: gone at both ends. */
export interface LostRow {
  readonly link: string;
  readonly at: number;
  readonly bytes: { readonly a: number; readonly b: number };
}

/**
 * What the links ask of the ledger. At any moment the durable rows show generated ≥ used, whatever is killed:
 * a block enters its pool only after `acceptBlock` resolved, and key that the links use themselves (authentication,
 * surplus) is used only after `acceptUse` resolved. Uses for relay and supply are made durable by the KME that
 * reserved the key, before it answers.
 */
export interface LinkLedger {
  /** Both ends' totals by rows when the last run stopped; `stored` is ignored. Undefined for a new link. */
  initialCounts(link: string): { readonly a: LinkEndCounts; readonly b: LinkEndCounts } | undefined;
  acceptBlock(row: GeneratedRow): Promise<void>;
  acceptUse(row: UseRow): Promise<void>;
  /** Once per start, for all links that lost key; awaited before the first block. */
  acceptLosses(rows: readonly LostRow[]): Promise<void>;
}

export interface LinkEvents {
  /** A block's key enters the pool in this turn; nobody could reserve any of it before. */
  block: GeneratedRow;
  /** Key left the pool, for any purpose. */
  reserved: {
    readonly link: string;
    readonly purpose: LinkKeyPurpose;
    readonly reservation: PoolReservation;
  };
  /** Raised, or cleared when `clearedAt` is set. */
  alarm: AlarmView;
  /** A block could not be computed or recorded; the link tries again by itself. */
  fault: { readonly link: string; readonly error: Error };
}

/** The built-in network of simulated links: what the KMEs use, and what the operations face and the stage steer. */
export interface SimulatedLinkNetwork extends LinkNetwork {
  /** Links whose pools are filled before the others, until the next call; those a waiting request needs. */
  prefer(linkIds: readonly string[]): void;
  status(linkId: string): LinkStatus;
  statuses(): readonly LinkStatus[];
  /** Alarms now standing, then past ones, newest first. */
  alarms(): readonly AlarmView[];
  /** @throws LinkError for an unknown link or a fraction outside 0..1. */
  setAttack(linkId: string, attack: AttackSetting): void;
  setCut(linkId: string, cut: boolean): void;
  /** Breaks or mends one part of a link. @throws LinkError when the level is out of the fault's range. */
  setFault(linkId: string, fault: keyof LinkFaults, level: number): void;
  /** Off, for demonstrations: nobody checks the link's messages, it supplies nothing, its blocks are thrown away. */
  setAuthenticated(linkId: string, authenticated: boolean): void;
  /** Throws away the key that a link has for others, at both ends and in the ledger; the bytes gone. */
  empty(link: string): Promise<number>;
  /** Ends every attack, mends every fault, switches every authentication on. */
  resetAll(): void;
  on<Name extends keyof LinkEvents>(event: Name, listener: (value: LinkEvents[Name]) => void): () => void;
  /** Processor time the workers spent on blocks since the start, ms. */
  readonly busyMs: number;
  /** Stops the workers, zeroes all pools. */
  close(): Promise<void>;
}
