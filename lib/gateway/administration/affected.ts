import type { AffectedView, AlarmRecordView } from "../../keys/api-types.ts";
import { decodeRowBody } from "../../keys/ledger/ledger-row.ts";
import type { Database } from "../../shared/database/database.ts";

const dayMs = 24 * 60 * 60 * 1000;
const mostRows = 50_000;

/**
 * Pairs of sites whose keys crossed the alarm's place (or were drawn by its site) from a day before it until its end,
 * the latest first: the conversations it may have touched.
 */
export async function findAffected(
  database: Database,
  alarm: AlarmRecordView,
  hasKey: (a: string, b: string) => boolean,
): Promise<AffectedView[]> {
  const until = alarm.clearedAt ?? Number.MAX_SAFE_INTEGER;
  const relays = await database.query<{ at: number; body: Uint8Array }>(
    `SELECT at, body FROM ledger_rows WHERE at >= $1 AND at <= $2 AND kind = 'relay' ORDER BY at DESC LIMIT $3`,
    [alarm.raisedAt - dayMs, until, mostRows],
  );
  const draws = await database.query<{ body: Uint8Array }>(
    `SELECT body FROM ledger_rows WHERE at >= $1 AND kind = 'draw' ORDER BY at DESC LIMIT $2`,
    [alarm.raisedAt - dayMs, mostRows],
  );
  const conversationOf = new Map(
    draws.map(({ body }) => {
      const { detail } = decodeRowBody(body);
      return [String(detail.key), String(detail.conversation)] as const;
    }),
  );
  const pairs = new Map<string, AffectedView & { readonly names: Set<string> }>();
  for (const { at, body } of relays) {
    const { site, detail } = decodeRowBody(body);
    const places = (alarm.place === "link" ? detail.links : [site]) as readonly string[] | undefined;
    if (!places?.includes(alarm.subject)) continue;
    const keys = (detail.keys ?? []) as readonly string[];
    for (const slave of (detail.slaves ?? []) as readonly string[]) {
      const name = `${site} ${slave}`;
      const names = pairs.get(name)?.names ?? new Set<string>();
      for (const key of keys) {
        const conversation = conversationOf.get(key);
        if (conversation !== undefined) names.add(conversation);
      }
      const before = pairs.get(name);
      pairs.set(name, {
        a: site,
        b: slave,
        names,
        conversations: names.size,
        keys: (before?.keys ?? 0) + keys.length,
        lastAt: Math.max(before?.lastAt ?? 0, at),
        hasKey: before?.hasKey ?? hasKey(site, slave),
      });
    }
  }
  return [...pairs.values()]
    .map(({ names: _names, ...view }) => view)
    .sort((one, other) => other.lastAt - one.lastAt);
}
