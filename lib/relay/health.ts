import { z } from "zod";
import type { Database } from "../shared/database/database.ts";
import { toHex } from "../shared/hex.ts";
import type { AgentDesk } from "./socket/agent-sockets.ts";

export interface ComponentHealth {
  readonly ok: boolean;
  readonly detail?: string;
}

/** Two posts in different countries that have no key for each other yet. */
export interface WaitingPair {
  readonly a: string;
  readonly b: string;
  readonly reason: string;
}

export interface HealthView {
  /** "ok" only when a first message could cross a border now. */
  readonly status: "ok" | "starting" | "failed";
  readonly version: string;
  readonly components: {
    readonly database: ComponentHealth;
    readonly gateways: ComponentHealth;
    /** `ready` counts the pairs of posts across a border that have key; `warmUp` is the key world's own report. */
    readonly keys: ComponentHealth & {
      readonly ready: number;
      readonly waiting: readonly WaitingPair[];
      readonly warmUp?: unknown;
    };
    /** The programs of the demonstration that hold posts; absent where none run. Nothing depends on them. */
    readonly agents?: ComponentHealth & { readonly connected: number; readonly expected: number };
  };
}

/** What is read of the gateways' own answer; everything else in it is theirs. */
const gatewayAnswer = z.object({
  status: z.string(),
  gateways: z.number().default(0),
  pairs: z
    .object({
      withKey: z.number(),
      waiting: z.array(z.object({ a: z.string(), b: z.string(), reason: z.string() })),
    })
    .default({ withKey: 0, waiting: [] }),
  warmUp: z.unknown().optional(),
});

export interface HealthSources {
  readonly database: Database;
  readonly agents?: Pick<AgentDesk, "posts" | "isConnected">;
  readonly gatewayOrigin: string;
  readonly version: string;
}

type Keys = HealthView["components"]["keys"];

/** Whether this installation can carry a message now, and what it waits for. */
export async function readHealth(sources: HealthSources): Promise<HealthView> {
  const [database, { gateways, keys }] = await Promise.all([
    checkDatabase(sources.database),
    askGateways(sources.gatewayOrigin),
  ]);
  const healthy = database.ok && gateways.ok && keys.ok;
  return {
    status: healthy ? "ok" : database.ok ? "starting" : "failed",
    version: sources.version,
    components: { database, gateways, keys, ...viewAgents(sources.agents) },
  };
}

function viewAgents(desk: HealthSources["agents"]): Pick<HealthView["components"], "agents"> {
  if (desk === undefined || desk.posts.length === 0) return {};
  const expected = desk.posts.length;
  const connected = desk.posts.filter(({ user }) => desk.isConnected(toHex(user))).length;
  return { agents: { ok: connected === expected, connected, expected } };
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

/** The gateways answer 503 with a reason while key is being made: that is an answer. */
async function askGateways(origin: string): Promise<{ gateways: ComponentHealth; keys: Keys }> {
  try {
    const response = await fetch(`${origin}/health`, { signal: AbortSignal.timeout(3_000) });
    const answer = gatewayAnswer.parse(await response.json());
    const { withKey: ready, waiting } = answer.pairs;
    const works = answer.status !== "failed" && answer.gateways > 0;
    return {
      gateways: works ? { ok: true } : { ok: false, detail: `the gateways report "${answer.status}"` },
      keys: { ok: ready > 0, ready, waiting, warmUp: answer.warmUp },
    };
  } catch (error) {
    const unreadable = error instanceof z.ZodError || error instanceof SyntaxError;
    const detail = unreadable ? "the gateways' answer is unreadable" : "the gateways do not answer";
    return { gateways: { ok: false, detail }, keys: { ok: false, ready: 0, waiting: [] } };
  }
}
