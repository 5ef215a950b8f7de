import type { CommitParticipant, CommitQueue } from "../../shared/database/commit-queue.ts";
import type { Database, SqlClient, SqlValue } from "../../shared/database/database.ts";
import { chainHash, chainStart, encodeRowBody, type LedgerDetail, type LedgerRow } from "./ledger-row.ts";
import { type LedgerColumn, LinkAccounts, upsertCounts } from "./link-accounts.ts";

export interface ChainHead {
  readonly length: number;
  readonly hash: Uint8Array;
}

/** Bytes of link key that were generated or left a pool other than into an end-to-end key. */
export interface LinkLedgerRow {
  readonly link: string;
  /** The site whose chain holds the row: the link's end `a`. */
  readonly site: string;
  readonly at: number;
  /** "block" for a distilled block, or another word for what happened. */
  readonly kind: string;
  readonly bytes: Readonly<Partial<Record<LedgerColumn, number>>>;
  readonly detail?: LedgerDetail;
}

/** @param first number of the statement's first parameter. */
function insertRows(first: number): string {
  const types = ["text[]", "int8[]", "int8[]", "text[]", "bytea[]", "bytea[]"];
  const params = types.map((type, i) => `$${first + i}::${type}`).join(", ");
  return `INSERT INTO ledger_rows (site, "index", at, kind, body, hash) SELECT * FROM unnest(${params})`;
}

/**
 * The append-only logs of all sites of this process, and the links' accounts. Rows are appended inside a commit of the
 * queue and the chains move on only when that commit is durable.
 */
export class Ledger implements CommitParticipant {
  readonly accounts = new LinkAccounts();
  /** Amounts as they were when this process opened the ledger. */
  readonly recordGenerated: (rows: readonly LinkLedgerRow[]) => Promise<void>;
  #heads = new Map<string, ChainHead>();
  #movedHeads = new Map<string, ChainHead>();
  #rows: LedgerRow[] = [];
  #inCommit = false;
  #writeFailures = 0;

  private constructor(queue: CommitQueue) {
    queue.join(this);
    this.recordGenerated = queue.kind(async (_client, batches: readonly (readonly LinkLedgerRow[])[]) => {
      for (const batch of batches) for (const row of batch) this.#appendLinkRow(row);
      return batches.map(() => ({ value: undefined }));
    });
  }

  static async open(database: Database, queue: CommitQueue): Promise<Ledger> {
    const ledger = new Ledger(queue);
    const heads = await database.query<{ site: string; index: number; hash: Uint8Array }>(
      `SELECT DISTINCT ON (site) site, "index", hash FROM ledger_rows ORDER BY site, "index" DESC`,
    );
    for (const { site, index, hash } of heads) ledger.#heads.set(site, { length: index + 1, hash });
    await ledger.accounts.load(database);
    return ledger;
  }

  /** Commits that failed since the start, each of which supplied nothing. */
  get writeFailures(): number {
    return this.#writeFailures;
  }

  head(site: string): ChainHead {
    return this.#heads.get(site) ?? { length: 0, hash: chainStart };
  }

  heads(): ReadonlyMap<string, ChainHead> {
    return this.#heads;
  }

  /**
   * Adds a row to a site's chain in the commit under way and returns its index.
   * @throws Error outside a commit.
   */
  append(site: string, at: number, kind: string, detail: LedgerDetail): number {
    if (!this.#inCommit) throw new Error("ledger rows are appended inside a commit");
    const head = this.#movedHeads.get(site) ?? this.head(site);
    const index = head.length;
    const body = encodeRowBody({ site, index, at, kind }, detail);
    const hash = chainHash(head.hash, body);
    this.#rows.push({ site, index, at, kind, body, hash });
    this.#movedHeads.set(site, { length: index + 1, hash });
    return index;
  }

  begin(): void {
    this.#inCommit = true;
    this.#rows = [];
    this.#movedHeads = new Map();
    this.accounts.begin();
  }

  async finish(client: SqlClient): Promise<void> {
    const posted = this.accounts.takePosted();
    const rows = this.#rows;
    if (rows.length === 0) {
      if (posted !== undefined) await client.query(upsertCounts, posted);
      return;
    }
    const values: SqlValue[] = [
      rows.map((row) => row.site),
      rows.map((row) => row.index),
      rows.map((row) => row.at),
      rows.map((row) => row.kind),
      rows.map((row) => row.body),
      rows.map((row) => row.hash),
    ];
    if (posted === undefined) await client.query(insertRows(1), values);
    else
      await client.query(`WITH counted AS (${upsertCounts}) ${insertRows(posted.length + 1)}`, [
        ...posted,
        ...values,
      ]);
  }

  settled(committed: boolean): void {
    this.#inCommit = false;
    if (committed) for (const [site, head] of this.#movedHeads) this.#heads.set(site, head);
    else this.#writeFailures++;
    this.accounts.settled(committed);
  }

  #appendLinkRow(row: LinkLedgerRow): void {
    for (const [column, bytes] of Object.entries(row.bytes)) {
      this.accounts.post(row.link, column as LedgerColumn, bytes ?? 0);
    }
    this.append(row.site, row.at, row.kind, { link: row.link, ...row.bytes, ...row.detail });
  }
}
