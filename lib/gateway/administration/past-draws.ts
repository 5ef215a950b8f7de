import { decodeRowBody } from "../../keys/ledger/ledger-row.ts";
import { knownSuites } from "../../protocol/suites.ts";
import type { Database } from "../../shared/database/database.ts";
import type { PastDraw } from "./policy-trial.ts";

interface Row {
  readonly at: number;
  readonly site: string;
  readonly level: number;
  readonly suite: number;
  readonly bits: number;
  readonly keys: number;
  readonly body: Uint8Array;
}

const mostDraws = 200_000;

/**
 * Draws of devices from `from` to before `to`, in order of time, with what the ledger says of their cost. Keys of one
 * relay, suite and level are one draw: a pad may be made of several keys.
 */
export async function readPastDraws(database: Database, from: number, to: number): Promise<PastDraw[]> {
  const rows = await database.query<Row>(
    `SELECT k.requested_at AS at, k.master_site AS site, k.level, k.suite, sum(k.bits)::int8 AS bits,
            count(*)::int8 AS keys, l.body
     FROM key_lives k JOIN ledger_rows l ON l.site = k.master_site AND l."index" = k.ledger_index
     WHERE k.requested_at >= $1 AND k.requested_at < $2 AND k.level IS NOT NULL AND k.suite IS NOT NULL
     GROUP BY k.requested_at, k.master_site, k.ledger_index, k.level, k.suite, l.body
     ORDER BY k.requested_at LIMIT $3`,
    [from, to, mostDraws],
  );
  return rows.flatMap((row) => {
    const suite = knownSuites.find((one) => one === row.suite);
    return suite === undefined ? [] : [drawOf(row, suite)];
  });
}

function drawOf({ at, site, level, bits, keys, body }: Row, suite: PastDraw["suite"]): PastDraw {
  const { detail } = decodeRowBody(body);
  const carried = ((detail.keys ?? []) as readonly string[]).length;
  const burned = ((detail.bytes ?? []) as readonly number[]).reduce((sum, bytes) => sum + bytes, 0);
  const routes = ((detail.routes ?? []) as readonly string[]).length;
  const networkBytes = carried === 0 ? 0 : Math.ceil((burned * keys) / carried);
  return { at, site, level, suite, bytes: bits / 8, networkBytes, routes };
}
