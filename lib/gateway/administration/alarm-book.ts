import type { AlarmRecordView, AlarmView } from "../../keys/api-types.ts";
import type { CommitQueue } from "../../shared/database/commit-queue.ts";
import type { Database } from "../../shared/database/database.ts";
import { GatewayError } from "../gateway-error.ts";

interface StoredAlarm {
  readonly id: string;
  readonly place: "link" | "site";
  readonly subject: string;
  readonly cause: AlarmRecordView["cause"];
  readonly severity: AlarmRecordView["severity"];
  readonly raised_at: number;
  readonly cleared_at: number | null;
  readonly acknowledged_at: number | null;
  readonly acknowledged_by: string | null;
  readonly note: string | null;
}

export type AlarmState = "all" | "standing" | "open";

/** Every alarm that was ever raised, and who looked at it. Links keep the newest in memory; this keeps them all. */
export class AlarmBook {
  readonly #database: Database;
  readonly #queue: CommitQueue;
  /** Rows of the ledger about key managers are entered up to here. */
  #enteredTo = 0;

  private constructor(database: Database, queue: CommitQueue) {
    this.#database = database;
    this.#queue = queue;
  }

  /** Links start anew with the process: what stood before is over, or raised again. */
  static async open(database: Database, queue: CommitQueue, now: () => number): Promise<AlarmBook> {
    const book = new AlarmBook(database, queue);
    await queue.run((client) =>
      client.query(
        `UPDATE alarm_records SET cleared_at = greatest(raised_at, $1::int8) WHERE cleared_at IS NULL AND place = 'link'`,
        [now()],
      ),
    );
    return book;
  }

  /** An alarm of a link as it is now; the same `id` raised, then cleared. */
  async note(alarm: AlarmView): Promise<void> {
    await this.#queue.run((client) =>
      client.query(
        `INSERT INTO alarm_records (id, place, subject, cause, severity, raised_at, cleared_at)
         VALUES ($1, 'link', $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET cleared_at = EXCLUDED.cleared_at`,
        [alarm.id, alarm.link, alarm.cause, alarm.severity, alarm.raisedAt, alarm.clearedAt],
      ),
    );
  }

  /**
   * Newest first. `open`: standing, or happened and acknowledged by nobody.
   * @param before only alarms raised before this moment, ms UTC.
   */
  async list(query: {
    readonly state: AlarmState;
    readonly before?: number;
    readonly limit: number;
  }): Promise<AlarmRecordView[]> {
    await this.#enterRepeatedKeys();
    const wanted = {
      all: "TRUE",
      standing: "cleared_at IS NULL",
      open: "(cleared_at IS NULL OR acknowledged_at IS NULL)",
    }[query.state];
    const rows = await this.#database.query<StoredAlarm>(
      `SELECT * FROM alarm_records WHERE ${wanted} AND raised_at < $1 ORDER BY raised_at DESC, id LIMIT $2`,
      [query.before ?? Number.MAX_SAFE_INTEGER, query.limit],
    );
    return rows.map(viewOf);
  }

  async find(id: string): Promise<AlarmRecordView | undefined> {
    await this.#enterRepeatedKeys();
    const [row] = await this.#database.query<StoredAlarm>(`SELECT * FROM alarm_records WHERE id = $1`, [id]);
    return row === undefined ? undefined : viewOf(row);
  }

  /** @throws GatewayError alarm.acknowledged when somebody did before. */
  async acknowledge(id: string, by: string, note: string, at: number): Promise<void> {
    const changed = await this.#queue.run((client) =>
      client.query(
        `UPDATE alarm_records SET acknowledged_at = $2, acknowledged_by = $3, note = $4
         WHERE id = $1 AND acknowledged_at IS NULL RETURNING 1`,
        [id, at, by, note],
      ),
    );
    if (changed.length === 0)
      throw new GatewayError("alarm.acknowledged", "Somebody acknowledged this alarm before.", {
        status: 409,
        nextStep: "Read the note beside it.",
      });
  }

  /** Gateways enter repeated keys of outside key managers in the ledger, in the commit that refuses them. */
  async #enterRepeatedKeys(): Promise<void> {
    const [newest] = await this.#database.query<{ at: number | null }>(
      "SELECT max(at) AS at FROM ledger_rows",
    );
    await this.#queue.run((client) =>
      client.query(
        `INSERT INTO alarm_records (id, place, subject, cause, severity, raised_at, cleared_at)
         SELECT site || ':' || "index", 'site', site, 'key-repeated', 'alarm', at, at FROM ledger_rows
         WHERE at >= $1 AND kind = 'alarm' ON CONFLICT DO NOTHING`,
        [this.#enteredTo],
      ),
    );
    // Rows of other sites with the same or a slightly older time may still be on their way.
    this.#enteredTo = Math.max(0, (newest?.at ?? 0) - 60_000);
  }
}

function viewOf(row: StoredAlarm): AlarmRecordView {
  return {
    id: row.id,
    place: row.place,
    subject: row.subject,
    cause: row.cause,
    severity: row.severity,
    raisedAt: row.raised_at,
    clearedAt: row.cleared_at,
    acknowledged:
      row.acknowledged_at === null
        ? null
        : { at: row.acknowledged_at, by: row.acknowledged_by ?? "", note: row.note ?? "" },
  };
}
