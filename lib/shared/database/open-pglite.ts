import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PGlite, type Transaction, types } from "@electric-sql/pglite";
import { PrismaPGlite } from "pglite-prisma-adapter";
import { copyBytes } from "../bytes.ts";
import { createPgliteFolder } from "./create-pglite.ts";
import type { Database, SqlClient, SqlValue } from "./database.ts";
import { DatabaseError } from "./database-error.ts";

/** PGlite writes and reads bytea one byte at a time; Node's own hex is 1.6 times as fast in and 20 times out. */
const asHex = {
  serializers: {
    [types.BYTEA]: (bytes: Uint8Array) =>
      `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`,
  },
  parsers: { [types.BYTEA]: (text: string) => copyBytes(Buffer.from(text.slice(2), "hex")) },
};

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
    await pglite.query("SELECT 1");
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
  #closing: Promise<void> | undefined;

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  async query<Row extends object>(sql: string, params: readonly SqlValue[] = []): Promise<Row[]> {
    return (await this.#pglite.query<Row>(sql, [...params])).rows;
  }

  async exec(sql: string): Promise<void> {
    await this.#pglite.exec(sql);
  }

  transaction<T>(work: (client: SqlClient) => Promise<T>): Promise<T> {
    return this.#pglite.transaction((transaction) => work(clientOf(transaction)));
  }

  prismaAdapter(): PrismaPGlite {
    return new PrismaPGlite(this.#pglite);
  }

  close(): Promise<void> {
    this.#closing ??= this.#pglite.close();
    return this.#closing;
  }
}

function clientOf(transaction: Transaction): SqlClient {
  return {
    query: async <Row extends object>(sql: string, params: readonly SqlValue[] = []) =>
      (await transaction.query<Row>(sql, [...params])).rows,
    exec: async (sql) => {
      await transaction.exec(sql);
    },
  };
}
