import { z } from "zod";
import type { Database } from "../shared/database/database.ts";

export interface ComponentHealth {
  readonly ok: boolean;
  readonly detail?: string;
}

export interface PairHealth {
  readonly a: string;
  readonly b: string;
  readonly ready: boolean;
}

export interface HealthView {
  /** "ok" only when a first message could cross a border now. */
  readonly status: "ok" | "starting" | "failed";
  readonly version: string;
  readonly components: {
    readonly database: ComponentHealth;
    readonly gateways: ComponentHealth;
    readonly keys: ComponentHealth & { readonly ready: number; readonly waiting: readonly string[] };
  };
}

/** What is read of the gateways' own answer; everything else in it is theirs. */
const gatewayAnswer = z.object({
  status: z.string(),
  pairs: z.array(z.object({ a: z.string(), b: z.string(), ready: z.boolean() })).default([]),
});

export interface HealthSources {
  readonly database: Database;
  readonly gatewayOrigin: string;
  readonly version: string;
  /** Country of a site, for "in different countries". */
  readonly countryOf: (site: string) => string | undefined;
}

/** Whether this installation can carry a message now, and what it waits for. */
export async function readHealth(sources: HealthSources): Promise<HealthView> {
  const [database, gateways] = await Promise.all([
    checkDatabase(sources.database),
    askGateways(sources.gatewayOrigin),
  ]);
  const pairs = gateways.pairs.filter(({ a, b }) => sources.countryOf(a) !== sources.countryOf(b));
  const ready = pairs.filter((pair) => pair.ready).length;
  const waiting = pairs.filter((pair) => !pair.ready).map(({ a, b }) => `${a}~${b}`);
  const healthy = database.ok && gateways.health.ok && ready > 0;
  return {
    status: healthy ? "ok" : database.ok ? "starting" : "failed",
    version: sources.version,
    components: { database, gateways: gateways.health, keys: { ok: ready > 0, ready, waiting } },
  };
}

/** Commits a row, because a database that only reads is of no use here. */
async function checkDatabase(database: Database): Promise<ComponentHealth> {
  try {
    await database.query(
      `INSERT INTO health (id, checked_at) VALUES (1, now()) ON CONFLICT (id) DO UPDATE SET checked_at = now()`,
    );
    return { ok: true };
  } catch {
    return { ok: false, detail: "the relay's database does not commit" };
  }
}

async function askGateways(
  origin: string,
): Promise<{ health: ComponentHealth; pairs: readonly PairHealth[] }> {
  try {
    const response = await fetch(`${origin}/health`, { signal: AbortSignal.timeout(2_000) });
    const answer = gatewayAnswer.safeParse(await response.json());
    if (!answer.success)
      return { health: { ok: false, detail: "the gateways' answer is unreadable" }, pairs: [] };
    const health = response.ok
      ? { ok: true }
      : { ok: false, detail: `the gateways report "${answer.data.status}"` };
    return { health, pairs: answer.data.pairs };
  } catch {
    return { health: { ok: false, detail: "the gateways do not answer" }, pairs: [] };
  }
}
