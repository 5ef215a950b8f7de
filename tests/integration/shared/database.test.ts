import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CommitQueue } from "../../../lib/shared/database/commit-queue.ts";
import type { Database } from "../../../lib/shared/database/database.ts";
import { migrate } from "../../../lib/shared/database/migrate.ts";
import { openPglite } from "../../../lib/shared/database/open-pglite.ts";

let root: string;
let database: Database;
const migrations = () => join(root, "migrations");
const addMigration = (name: string, sql: string) => {
  mkdirSync(join(migrations(), name), { recursive: true });
  writeFileSync(join(migrations(), name, "migration.sql"), sql);
};

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "vernam-db-"));
  database = await openPglite(join(root, "db"));
}, 60_000);
afterAll(async () => {
  await database.close();
  rmSync(root, { recursive: true, force: true });
});

describe("the PGlite folder", () => {
  it("is made whole, with nothing left beside it", () => {
    expect(readdirSync(root).filter((name) => name.includes(".new-"))).toEqual([]);
    expect(existsSync(join(root, "db", "PG_VERSION"))).toBe(true);
  });

  it("is left as it is when it cannot be opened", async () => {
    const broken = join(root, "broken");
    cpSync(join(root, "db"), broken, { recursive: true });
    rmSync(join(broken, "PG_VERSION"));
    const before = readdirSync(broken, { recursive: true }).length;
    await expect(openPglite(broken)).rejects.toMatchObject({ code: "database.folder-corrupt" });
    expect(readdirSync(broken, { recursive: true }).length).toBe(before);
    cpSync(join(root, "db"), broken, { recursive: true });
    truncateSync(join(broken, "global", "pg_control"), 100);
    await expect(openPglite(broken)).rejects.toMatchObject({ code: "database.folder-corrupt" });
  });

  it("takes byte strings and arrays of them both ways", async () => {
    const [row] = await database.query<{ one: Uint8Array; many: Uint8Array[]; count: number }>(
      "SELECT $1::bytea AS one, $2::bytea[] AS many, $3::int8 AS count",
      [Uint8Array.of(0, 255), [Uint8Array.of(1), Uint8Array.of(2, 3)], 2 ** 40],
    );
    expect(row?.one).toEqual(Uint8Array.of(0, 255));
    expect(row?.many.map((bytes) => [...bytes])).toEqual([[1], [2, 3]]);
    expect(row?.count).toBe(2 ** 40);
  });
});

describe("migrations", () => {
  it("are applied once, in order, with the record Prisma keeps", async () => {
    addMigration("0001_first", "CREATE TABLE things (id int PRIMARY KEY); INSERT INTO things VALUES (1);");
    addMigration("0002_second", "ALTER TABLE things ADD COLUMN name text;");
    expect(await migrate(database, migrations())).toEqual(["0001_first", "0002_second"]);
    expect(await migrate(database, migrations())).toEqual([]);
    const rows = await database.query<{ checksum: string; applied_steps_count: number }>(
      `SELECT checksum, applied_steps_count FROM "_prisma_migrations" ORDER BY migration_name`,
    );
    const expected = createHash("sha256").update("ALTER TABLE things ADD COLUMN name text;").digest("hex");
    expect(rows[1]).toEqual({ checksum: expected, applied_steps_count: 1 });
  });

  it("change nothing when one of them fails", async () => {
    addMigration("0003_good", "CREATE TABLE more (id int);");
    addMigration("0004_bad", "CREATE TABLE broken (;");
    await expect(migrate(database, migrations())).rejects.toMatchObject({
      code: "database.migration-failed",
    });
    await expect(database.query("SELECT * FROM more")).rejects.toThrow();
    rmSync(join(migrations(), "0004_bad"), { recursive: true });
    expect(await migrate(database, migrations())).toEqual(["0003_good"]);
  });

  it("refuse a file that changed after it was applied, and a database newer than the program", async () => {
    addMigration("0002_second", "ALTER TABLE things ADD COLUMN other text;");
    await expect(migrate(database, migrations())).rejects.toMatchObject({
      code: "database.migration-changed",
    });
    rmSync(join(migrations(), "0002_second"), { recursive: true });
    await expect(migrate(database, migrations())).rejects.toMatchObject({
      code: "database.migration-unknown",
    });
  });
});

describe("the commit queue", () => {
  it("gives concurrent work one commit and each caller its own outcome", async () => {
    await database.exec("CREATE TABLE numbers (n int PRIMARY KEY)");
    const queue = new CommitQueue(database);
    const batches: number[] = [];
    const insert = queue.kind<number, number>(async (client, items) => {
      batches.push(items.length);
      const rows = await client.query<{ n: number }>(
        "INSERT INTO numbers SELECT * FROM unnest($1::int[]) ON CONFLICT DO NOTHING RETURNING n",
        [items],
      );
      const inserted = new Set(rows.map((row) => row.n));
      return items.map((n) => (inserted.has(n) ? { value: n } : { error: new Error("twice") }));
    });
    await insert(0);
    const results = await Promise.allSettled([0, 1, 2, 3].map((n) => insert(n)));
    expect(results.map((result) => result.status)).toEqual([
      "rejected",
      "fulfilled",
      "fulfilled",
      "fulfilled",
    ]);
    expect(batches).toEqual([1, 4]);
  });

  it("fails only the work that fails, and tells the participants", async () => {
    const queue = new CommitQueue(database);
    const settled: boolean[] = [];
    queue.join({ settled: (committed) => settled.push(committed) });
    const works = [
      "INSERT INTO numbers VALUES (10)",
      "INSERT INTO numbers VALUES (0)",
      "INSERT INTO numbers VALUES (11)",
    ];
    const results = await Promise.allSettled(works.map((sql) => queue.run((client) => client.query(sql))));
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(settled).toEqual([false, true, false, true]);
    const rows = await database.query<{ n: number }>("SELECT n FROM numbers WHERE n >= 10 ORDER BY n");
    expect(rows.map((row) => row.n)).toEqual([10, 11]);
    await queue.close();
    await expect(queue.run((client) => client.query("SELECT 1"))).rejects.toMatchObject({
      code: "database.closed",
    });
  });
});
