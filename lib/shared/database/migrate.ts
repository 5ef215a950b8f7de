import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Database, SqlClient } from "./database.ts";
import { DatabaseError } from "./database-error.ts";

/** The table as Prisma's own migrate engine creates it, so that `prisma migrate deploy` goes on from our record. */
const migrationsTable = `
CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

/** Any number, the same in every process: two processes starting together apply the migrations once. */
const advisoryLock = 0x76_65_72_6e;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

interface AppliedRow {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: unknown;
}

/**
 * Applies the reviewed SQL folders `<folder>/<name>/migration.sql`, in order of name, that were not applied yet, all
 * in one transaction with their records. Returns the names applied now.
 * @throws DatabaseError "database.migration-changed" when an applied file has changed since,
 *   "database.migration-unknown" when the database is newer than the program, "database.migration-failed".
 */
export async function migrate(database: Database, folder: string): Promise<string[]> {
  const migrations = readMigrations(folder);
  return database.transaction(async (client) => {
    await client.query("SELECT pg_advisory_xact_lock($1::int8)", [advisoryLock]);
    await client.exec(migrationsTable);
    const applied = await client.query<AppliedRow>(
      `SELECT migration_name, checksum, finished_at FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`,
    );
    const waiting = findWaiting(migrations, applied);
    for (const migration of waiting) await apply(client, migration);
    return waiting.map((migration) => migration.name);
  });
}

function readMigrations(folder: string): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "migration.sql")))
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(folder, name, "migration.sql"));
      return {
        name,
        sql: bytes.toString("utf8"),
        checksum: createHash("sha256").update(bytes).digest("hex"),
      };
    });
}

function findWaiting(migrations: readonly Migration[], applied: readonly AppliedRow[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  const done = new Set<string>();
  for (const row of applied) {
    const migration = known.get(row.migration_name);
    if (migration === undefined) {
      throw new DatabaseError(
        "database.migration-unknown",
        `The database already has migration ${row.migration_name}, which this program does not know.`,
        { nextStep: "Start the newer version of the program on this data." },
      );
    }
    if (migration.checksum !== row.checksum) {
      throw new DatabaseError(
        "database.migration-changed",
        `Migration ${row.migration_name} was applied from a different text.`,
        { nextStep: "Put the original file back and add a new migration for the change." },
      );
    }
    if (row.finished_at === null)
      throw failed(row.migration_name, "it was begun elsewhere and never finished");
    done.add(row.migration_name);
  }
  return migrations.filter((migration) => !done.has(migration.name));
}

async function apply(client: SqlClient, migration: Migration): Promise<void> {
  try {
    await client.exec(migration.sql);
  } catch (cause) {
    throw failed(migration.name, cause);
  }
  await client.query(
    `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, now(), 1)`,
    [randomUUID(), migration.checksum, migration.name],
  );
}

function failed(name: string, cause: unknown): DatabaseError {
  return new DatabaseError(
    "database.migration-failed",
    `Migration ${name} could not be applied; nothing was changed.`,
    {
      cause,
    },
  );
}
