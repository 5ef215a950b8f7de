import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PGlite, types } from "@electric-sql/pglite";
import { PrismaPGlite } from "pglite-prisma-adapter";
import { copyBytes } from "../bytes.ts";
import { createPgliteFolder } from "./create-pglite.ts";
import type { Database, SqlClient, SqlValue } from "./database.ts";
import { DatabaseError } from "./database-error.ts";
import { PgliteStatements } from "./pglite-statements.ts";

/** PGlite writes and reads bytea one byte at a time; Node's own hex is 1.6 times as fast in and 20 times out. */
const asHex = {
  serializers: {
    [types.BYTEA]: (bytes: Uint8Array) =>
      `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`,
  },
  parsers: { [types.BYTEA]: (text: string) => copyBytes(Buffer.from(text.slice(2), "hex")) },
};

/**
 * Nobody gathers statistics here (PGlite has no background processes), so the planner knows nothing of how tables grow:
 * it is held to indexes, which every join of ours has. The counters that would feed those processes cost and serve nobody.
 */
const settings = `
  SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
  SET track_counts = off; SET track_activities = off; SET jit = off`;

/**
 * Opens the PGlite database in `folder`, creating it when the folder is absent or empty. One process only: lock the
 * folder above it first (folder-lock.ts). A folder that holds anything PGlite cannot open is left exactly as it is.
 * @throws DatabaseError "database.folder-corrupt", "database.create-failed".
 */
export async function openPglite(folder: string): Promise<Database> {
  const entries = existsSync(folder) ? readdirSync(folder) : [];
  if (entries.length === 0) await createPgliteFolder(folder);
  // PGlite would create a new database over the files of one that lost its version file.
  else if (!existsSync(join(folder, "PG_VERSION"))) throw corrupt(folder, "PG_VERSION is missing");
  // The one file that PGlite writes before it finds that it cannot open the others.
  const pidFile = join(folder, "postmaster.pid");
  const hadPidFile = existsSync(pidFile);
  let pglite: PGlite;
  try {
    pglite = await PGlite.create(folder, asHex);
    await pglite.exec(settings);
  } catch (cause) {
    if (!hadPidFile) rmSync(pidFile, { force: true });
    throw corrupt(folder, cause);
  }
  return new PgliteDatabase(pglite);
}

function corrupt(folder: string, cause: unknown): DatabaseError {
  return new DatabaseError("database.folder-corrupt", `The database in ${folder} cannot be opened.`, {
    cause,
    nextStep: `Nothing was changed. Restore ${folder} from a copy, or move it away to start with an empty database.`,
  });
}

class PgliteDatabase implements Database {
  readonly kind = "pglite";
  readonly #pglite: PGlite;
  readonly #statements: PgliteStatements;
  #closing: Promise<void> | undefined;

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
    this.#statements = new PgliteStatements(pglite);
  }

  async query<Row extends object>(sql: string, params: readonly SqlValue[] = []): Promise<Row[]> {
    await this.#pglite._checkReady();
    return this.#pglite._runExclusiveTransaction(() => this.#statements.run<Row>(sql, params));
  }

  async exec(sql: string): Promise<void> {
    await this.#pglite.exec(sql);
  }

  async transaction<T>(work: (client: SqlClient) => Promise<T>): Promise<T> {
    await this.#pglite._checkReady();
    return this.#pglite._runExclusiveTransaction(() => this.#transact(work));
  }

  prismaAdapter(): PrismaPGlite {
    return new PrismaPGlite(this.#pglite);
  }

  close(): Promise<void> {
    this.#closing ??= this.#pglite.close();
    return this.#closing;
  }

  /**
   * BEGIN goes with the first statement, in the same call. PGlite's own queries wait for the lock of transactions, which
   * the caller holds: its lock of queries is not needed.
   */
  async #transact<T>(work: (client: SqlClient) => Promise<T>): Promise<T> {
    let begun = false;
    let open = true;
    const first = (): string | undefined => {
      if (!open) throw new DatabaseError("database.transaction-over", "The transaction has ended.");
      const begin = begun ? undefined : "BEGIN";
      begun = true;
      return begin;
    };
    try {
      const result = await work({
        query: async (sql, params = []) => this.#statements.run(sql, params, first()),
        exec: async (sql) => {
          const begin = first();
          if (begin !== undefined) await this.#statements.command(begin);
          await this.#statements.command(sql);
        },
      });
      open = false;
      if (begun && (await this.#statements.command("COMMIT")) !== "COMMIT")
        throw new DatabaseError("database.rolled-back", "The transaction was rolled back, not committed.");
      return result;
    } catch (error) {
      open = false;
      // The error that led here is the one to tell.
      if (begun) await this.#statements.command("ROLLBACK").catch(() => undefined);
      throw error;
    }
  }
}
