import type { SqlClient, SqlValue } from "../../shared/database/database.ts";
import type { LinkEndCounts } from "../link-types.ts";

/** What the ledger counts of a link by its rows; `stored` is counted where it is stored, in the pools. */
export type LedgerCounts = Omit<LinkEndCounts, "stored">;
export type LedgerColumn = keyof LedgerCounts;

const columns = [
  "generated",
  "relayed",
  "supplied",
  "authentication",
  "expired",
  "discarded",
  "lostAtRestart",
] as const satisfies readonly LedgerColumn[];

const nothing: LedgerCounts = {
  generated: 0,
  relayed: 0,
  supplied: 0,
  authentication: 0,
  expired: 0,
  discarded: 0,
  lostAtRestart: 0,
};

type Deltas = Map<string, Record<LedgerColumn, number>>;

/**
 * The ledger's count of every link, in bytes. Posted amounts belong to the commit in progress and count once it is
 * durable. Amounts announced as pending were reserved in the pools and wait for their commit.
 */
export class LinkAccounts {
  readonly #durable: Deltas = new Map();
  readonly #pending: Deltas = new Map();
  #posted: Deltas = new Map();

  async load(client: SqlClient): Promise<void> {
    const rows = await client.query<{ link: string } & LedgerCounts>(
      `SELECT link, generated, relayed, supplied, authentication, expired, discarded,
              lost_at_restart AS "lostAtRestart" FROM link_counts`,
    );
    for (const { link, ...counts } of rows) this.#durable.set(link, { ...counts });
  }

  links(): readonly string[] {
    return [...this.#durable.keys()];
  }

  /** Durable counts. */
  counts(link: string): LedgerCounts {
    return { ...(this.#durable.get(link) ?? nothing) };
  }

  /** Durable counts and what is on its way into them: what the pools' own counts must equal at any moment. */
  countsWithPending(link: string): LedgerCounts {
    const sum = { ...(this.#durable.get(link) ?? nothing) };
    const pending = this.#pending.get(link);
    if (pending !== undefined) for (const column of columns) sum[column] += pending[column];
    return sum;
  }

  /** `bytes` were reserved and will be posted (positive), or have been posted or given up (negative). */
  announce(link: string, column: LedgerColumn, bytes: number): void {
    add(this.#pending, link, column, bytes);
  }

  /** Only between begin() and finish() of a commit. */
  post(link: string, column: LedgerColumn, bytes: number): void {
    add(this.#posted, link, column, bytes);
  }

  begin(): void {
    this.#posted = new Map();
  }

  /** Parameters of `upsertCounts`, or undefined when nothing was posted. */
  takePosted(): readonly SqlValue[] | undefined {
    if (this.#posted.size === 0) return undefined;
    // In one order always, so that two processes on one PostgreSQL cannot wait for each other.
    const links = [...this.#posted.keys()].sort();
    return [links, ...columns.map((column) => links.map((link) => this.#posted.get(link)?.[column] ?? 0))];
  }

  settled(committed: boolean): void {
    if (!committed) return;
    for (const [link, deltas] of this.#posted) {
      for (const column of columns) add(this.#durable, link, column, deltas[column]);
    }
    this.#posted = new Map();
  }
}

/** Adds posted amounts to the links' rows; eight parameters. */
export const upsertCounts = `
  INSERT INTO link_counts AS held
    (link, generated, relayed, supplied, authentication, expired, discarded, lost_at_restart)
  SELECT * FROM unnest($1::text[], $2::int8[], $3::int8[], $4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::int8[])
  ON CONFLICT (link) DO UPDATE SET
    generated = held.generated + EXCLUDED.generated,
    relayed = held.relayed + EXCLUDED.relayed,
    supplied = held.supplied + EXCLUDED.supplied,
    authentication = held.authentication + EXCLUDED.authentication,
    expired = held.expired + EXCLUDED.expired,
    discarded = held.discarded + EXCLUDED.discarded,
    lost_at_restart = held.lost_at_restart + EXCLUDED.lost_at_restart`;

/** Everything that was generated and is in none of the other columns. */
export function unaccounted(counts: LedgerCounts): number {
  const { generated, relayed, supplied, authentication, expired, discarded, lostAtRestart } = counts;
  return generated - relayed - supplied - authentication - expired - discarded - lostAtRestart;
}

function add(to: Deltas, link: string, column: LedgerColumn, bytes: number): void {
  const found = to.get(link);
  if (found !== undefined) found[column] += bytes;
  else to.set(link, { ...nothing, [column]: bytes });
}
