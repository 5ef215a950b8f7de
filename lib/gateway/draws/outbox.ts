import { macRecord } from "../../protocol/draw-record.ts";
import { type Bytes, copyBytes } from "../../shared/bytes.ts";
import type { Database } from "../../shared/database/database.ts";
import type { OutboxRow } from "../store/draw-writes.ts";
import type { GatewayWrites } from "../store/gateway-writes.ts";
import { voidMessage } from "./notice-messages.ts";
import { macOf, type PairKeys } from "./pair-keys.ts";
import type { NoticeResult, PeerNotice, PeerTransport } from "./peer-transport.ts";

export interface OutboxOptions {
  readonly site: string;
  readonly database: Database;
  readonly writes: GatewayWrites;
  readonly pairKeys: PairKeys;
  readonly transport: PeerTransport;
  /** The site's newest signed list of revoked devices. */
  readonly revocationList: () => Promise<Bytes>;
  readonly now: () => number;
  /** Told when a peer refuses a notice for good, or it expires undelivered. */
  readonly onLost: (notice: OutboxRow, code: string) => void;
}

interface Lane {
  readonly peer: string;
  rows: OutboxRow[];
  running: boolean;
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

const noticesPerDelivery = 128;
const firstRetryMs = 200;
const longestRetryMs = 30_000;
let lastId = 0;

/** Rising ids for outbox rows: microseconds of the wall clock, never the same twice in one process. */
export function nextNoticeId(now: number): number {
  lastId = Math.max(lastId + 1, now * 1000);
  return lastId;
}

/**
 * Brings one gateway's notices to the others: rows are durable before they are pushed here, each peer has its own
 * lane in order, and a notice stays until its peer accepts it, refuses it for good, or it expires.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #lanes = new Map<string, Lane>();
  #closed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Takes up what earlier starts left undelivered. */
  async load(): Promise<void> {
    const rows = await this.#options.database.query<OutboxRow>(
      `SELECT o."site", o."id", o."peer", o."kind", o."subject", COALESCE(o."body", r."record") AS "body", o."expiry"
       FROM "gateway_outbox" AS o
       LEFT JOIN "gateway_record" AS r ON o."kind" = 'record' AND r."site" = o."site" AND r."record_hash" = o."subject"
       WHERE o."site" = $1 ORDER BY o."id"`,
      [this.#options.site],
    );
    this.push(rows.map((row) => ({ ...row, id: Number(row.id), expiry: Number(row.expiry) })));
  }

  /** Delivers rows that are already committed. */
  push(rows: readonly OutboxRow[]): void {
    for (const row of rows) {
      let lane = this.#lanes.get(row.peer);
      if (lane === undefined) {
        lane = { peer: row.peer, rows: [], running: false, failures: 0, timer: undefined };
        this.#lanes.set(row.peer, lane);
      }
      lane.rows.push(row);
      if (lane.timer === undefined) this.#start(lane);
    }
  }

  /** How many notices wait. */
  get waiting(): number {
    let count = 0;
    for (const lane of this.#lanes.values()) count += lane.rows.length;
    return count;
  }

  close(): void {
    this.#closed = true;
    for (const lane of this.#lanes.values()) clearTimeout(lane.timer);
  }

  #start(lane: Lane): void {
    if (lane.running || this.#closed) return;
    lane.running = true;
    void this.#run(lane).finally(() => {
      lane.running = false;
      if (lane.rows.length === 0 || this.#closed) return;
      const wait = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(lane.failures, 8));
      lane.timer = setTimeout(() => {
        lane.timer = undefined;
        this.#start(lane);
      }, wait);
      lane.timer.unref();
    });
  }

  /** Delivers until the lane is empty or a whole delivery brought nothing forward. */
  async #run(lane: Lane): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (lane.rows.length > 0 && !this.#closed) {
      const batch = lane.rows.splice(0, noticesPerDelivery);
      const results = await this.#deliver(lane.peer, batch);
      const again = batch.filter((row, index) => !this.#settle(row, results[index]));
      lane.rows.unshift(...again);
      lane.failures = again.length === batch.length ? lane.failures + 1 : 0;
      if (again.length > 0) return;
    }
  }

  /** True when the row is done with. */
  #settle(row: OutboxRow, result: NoticeResult | undefined): boolean {
    const expired = row.expiry <= this.#options.now();
    if (!expired && (result === undefined || result.outcome === "retry")) return false;
    if (result?.outcome === "refused") this.#options.onLost(row, result.code);
    else if (result?.outcome !== "accepted") this.#options.onLost(row, "notice.expired");
    // Should this write fail, the notice is delivered once more after a restart, which the peer recognises.
    this.#options.writes.deleteNotice({ site: row.site, id: row.id }).catch(() => undefined);
    return true;
  }

  async #deliver(peer: string, rows: readonly OutboxRow[]): Promise<readonly NoticeResult[]> {
    try {
      const notices = await Promise.all(rows.map((row) => this.#notice(peer, row)));
      const results = await this.#options.transport.deliver(this.#options.site, peer, notices);
      results.forEach((result, index) => {
        const notice = notices[index];
        // The peer lost this key between collecting and storing it.
        if (
          result.outcome === "retry" &&
          result.code === "notice.mac-key-lost" &&
          notice?.kind !== "revocation"
        )
          this.#options.pairKeys.renew(peer, notice?.macKeyId ?? new Uint8Array());
      });
      return results;
    } catch {
      return rows.map(() => ({ outcome: "retry", code: "notice.unreachable" }));
    }
  }

  async #notice(peer: string, row: OutboxRow): Promise<PeerNotice> {
    const subject = copyBytes(row.subject);
    const { site, pairKeys, revocationList } = this.#options;
    if (row.kind === "revocation") return { kind: "revocation", list: await revocationList() };
    const { keyId, key } = await pairKeys.outgoing(peer);
    if (row.kind === "void") {
      const mac = macOf(key, voidMessage(site, peer, subject));
      return { kind: "void", recordHash: subject, expiry: row.expiry, macKeyId: keyId, mac };
    }
    const record = copyBytes(row.body ?? new Uint8Array());
    return { kind: "record", record, macKeyId: keyId, mac: macRecord(key, record) };
  }
}
