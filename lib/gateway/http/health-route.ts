import type { FastifyInstance } from "fastify";
import type { OverviewView } from "../../keys/api-types.ts";
import type { Database } from "../../shared/database/database.ts";

export interface HealthSources {
  readonly database: Database;
  readonly overview: () => OverviewView;
  readonly gateways: () => number;
  /** Commits to the ledger that failed since the start. */
  readonly ledgerFailures: () => number;
  readonly now: () => number;
}

/** GET /health: for anybody, and therefore counts and reasons only. */
interface HealthAnswer {
  readonly status: "ok" | "starting" | "failed";
  readonly gateways: number;
  readonly database: boolean;
  readonly ledger: boolean;
  readonly pairs: {
    readonly withKey: number;
    readonly waiting: readonly { readonly a: string; readonly b: string; readonly reason: string }[];
  };
  readonly warmUp: OverviewView["warmUp"];
}

const answerAgeMs = 1000;
const databaseMs = 2000;

/** "ok": a message could cross a border now; "starting": everything runs, key is still being made (503). */
export function installHealthRoute(server: FastifyInstance, sources: HealthSources): void {
  let known: { readonly at: number; readonly answer: Promise<HealthAnswer> } | undefined;
  let failuresBefore = 0;
  async function look(): Promise<HealthAnswer> {
    const failures = sources.ledgerFailures();
    const ledger = failures === failuresBefore;
    failuresBefore = failures;
    const database = await answers(sources.database);
    const { pairsWithKey, pairsWaiting, warmUp } = sources.overview();
    const works = database && ledger;
    return {
      status: !works ? "failed" : pairsWithKey > 0 ? "ok" : "starting",
      gateways: sources.gateways(),
      database,
      ledger,
      pairs: { withKey: pairsWithKey, waiting: pairsWaiting },
      warmUp,
    };
  }
  server.get("/health", async (_request, reply) => {
    if (known === undefined || sources.now() - known.at >= answerAgeMs)
      known = { at: sources.now(), answer: look() };
    const answer = await known.answer;
    return reply.code(answer.status === "ok" ? 200 : 503).send(answer);
  });
}

async function answers(database: Database): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), databaseMs);
  });
  const query = database.query("SELECT 1").then(
    () => true,
    () => false,
  );
  return Promise.race([query, late]).finally(() => clearTimeout(timer));
}
