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

describe("values", () => {
  it("go in and come out as they were, of every type in use", async () => {
    const sql = `SELECT $1::bool AS flag, $2::int2 AS small, $3::int4 AS middle, $4::int8 AS large, $5::float8 AS real,
      $6::text AS text, $7::bytea AS bytes, $8::timestamptz AS at, $9::text AS missing, $10::int8 AS huge`;
    const at = "2026-07-01T10:00:00.123Z";
    for (let i = 0; i < 40; i++) {
      const params = [
        true,
        -3,
        -(2 ** 31),
        -(2 ** 52),
        0.1,
        "Évora \u{1f511}",
        Uint8Array.of(),
        at,
        null,
        2n ** 62n,
      ];
      const [row] = await database.query(sql, params);
      expect(row).toEqual({
        flag: true,
        small: -3,
        middle: -(2 ** 31),
        large: -(2 ** 52),
        real: 0.1,
        text: "Évora \u{1f511}",
        bytes: Uint8Array.of(),
        at: new Date(at),
        missing: null,
        huge: 2n ** 62n,
      });
    }
  });

  it("go in as arrays, empty and with gaps", async () => {
    const sql = `SELECT * FROM unnest($1::bytea[], $2::text[], $3::int2[], $4::int4[], $5::int8[], $6::bool[], $7::float8[])
      AS row (a, b, c, d, e, f, g)`;
    const rows = await database.query(sql, [
      [Uint8Array.of(1), null],
      ["", null],
      [1, null],
      [2, null],
      [2 ** 40, null],
      [false, null],
      [1.5, null],
    ]);
    const nothing = { a: null, b: null, c: null, d: null, e: null, f: null, g: null };
    expect(rows).toEqual([{ a: Uint8Array.of(1), b: "", c: 1, d: 2, e: 2 ** 40, f: false, g: 1.5 }, nothing]);
    expect(await database.query(sql, [[], [], [], [], [], [], []])).toEqual([]);
    expect(await database.query("SELECT ARRAY['a', NULL] AS list")).toEqual([{ list: ["a", null] }]);
  });

  it("that do not fit their type are refused, and the database goes on", async () => {
    for (const bad of [7.5, 2 ** 31, "x"])
      await expect(database.query("SELECT $1::int4 AS n", [bad])).rejects.toThrow(RangeError);
    await expect(database.query("SELECT $1::bytea AS b", ["text"])).rejects.toThrow(TypeError);
    await expect(database.query("SELECT 1 / $1::int4 AS n", [0])).rejects.toMatchObject({ code: "22012" });
    await expect(database.query("SELECT nothing FROM nowhere")).rejects.toMatchObject({ code: "42P01" });
    expect(await database.query("SELECT 1 AS n")).toEqual([{ n: 1 }]);
  });
});

describe("transactions and statements", () => {
  it("roll back whole, from the first statement on, and refuse a client that outlives them", async () => {
    await database.exec("CREATE TABLE kept (id int PRIMARY KEY)");
    let outlived: { query(sql: string): Promise<object[]> } | undefined;
    const failing = database.transaction(async (client) => {
      outlived = client;
      await client.query("INSERT INTO kept VALUES ($1)", [1]);
      await client.query("INSERT INTO kept VALUES ($1)", [1]);
    });
    await expect(failing).rejects.toMatchObject({ code: "23505", constraint: "kept_pkey" });
    await expect(outlived?.query("SELECT 1")).rejects.toMatchObject({ code: "database.transaction-over" });
    expect(await database.query("SELECT * FROM kept")).toEqual([]);
    const swallowed = database.transaction(async (client) => {
      await client.query("INSERT INTO kept VALUES ($1)", [2]);
      await client.query("SELECT 1 / 0").catch(() => undefined);
    });
    await expect(swallowed).rejects.toMatchObject({ code: "database.rolled-back" });
    expect(await database.transaction(async () => 5)).toBe(5);
    await database.transaction(async (client) => {
      await client.exec("INSERT INTO kept VALUES (3); INSERT INTO kept VALUES (4)");
    });
    expect(await database.query("SELECT id FROM kept ORDER BY id")).toEqual([{ id: 3 }, { id: 4 }]);
  });

  it("are parsed again when their table has changed", async () => {
    const read = () => database.query("SELECT * FROM kept WHERE id = $1", [3]);
    for (let i = 0; i < 20; i++) expect(await read()).toEqual([{ id: 3 }]);
    await database.exec("ALTER TABLE kept ADD COLUMN name text DEFAULT 'three'");
    await read().catch(() => undefined);
    expect(await read()).toEqual([{ id: 3, name: "three" }]);
  });

  it("may be more than are kept", async () => {
    for (let i = 0; i < 600; i++) expect(await database.query(`SELECT ${i} AS n`)).toEqual([{ n: i }]);
    expect(await database.query("SELECT 0 AS n")).toEqual([{ n: 0 }]);
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

  it("has patient work share the commit of other work, and write alone when none comes", async () => {
    const queue = new CommitQueue(database);
    let commits = 0;
    queue.join({ settled: () => commits++ });
    const seen: string[] = [];
    const note = async (_client: unknown, items: readonly string[]) => {
      seen.push(`${items.join(" ")} in commit ${commits}`);
      return items.map(() => ({ value: undefined }));
    };
    const patient = queue.kind<string, undefined>(note, { patient: true });
    const urgent = queue.kind<string, undefined>(note);
    const waiting = patient("patient");
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([waiting, urgent("urgent")]);
    await patient("alone");
    const last = patient("closing");
    await Promise.all([queue.close(), last]);
    expect(seen).toEqual([
      "patient in commit 0",
      "urgent in commit 0",
      "alone in commit 1",
      "closing in commit 2",
    ]);
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
