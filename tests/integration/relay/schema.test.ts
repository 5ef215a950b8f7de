import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openRelayStore, type RelayStore } from "../../../lib/relay/start-relay.ts";

const folder = mkdtempSync(join(tmpdir(), "vernam-schema-"));
let store: RelayStore;

beforeAll(async () => {
  store = await openRelayStore({ dataFolder: folder, databaseUrl: undefined });
});

afterAll(async () => {
  await store?.close();
  rmSync(folder, { recursive: true, force: true });
});

const sqlTypes: Readonly<Record<string, string>> = {
  Bytes: "bytea",
  String: "text",
  "String[]": "ARRAY",
  Int: "integer",
  BigInt: "bigint",
  Boolean: "boolean",
  DateTime: "timestamp with time zone",
};

/** Columns that schema.prisma declares: "table.column type null?". */
function declaredColumns(): string[] {
  const schema = readFileSync("prisma/relay/schema.prisma", "utf8");
  const models = [...schema.matchAll(/^model (\w+) \{\n(.*?)^\}/gms)];
  const names = new Set(models.map(([, name]) => name));
  return models.flatMap(([, , body = ""]) => {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1];
    return [...body.matchAll(/^ {2}(\w+)\s+(\w+)(\[\])?(\?)?(.*)$/gm)]
      .filter(([, , type]) => !names.has(type))
      .map(([, field, type = "", list = "", optional, rest = ""]) => {
        const column = /@map\("(\w+)"\)/.exec(rest)?.[1] ?? field;
        const sql = rest.includes("@db.SmallInt") ? "smallint" : sqlTypes[type + list];
        // Prisma's lists are never null; their columns have no constraint that says so.
        return `${table}.${column} ${sql} ${optional === "?" || list === "[]" ? "null" : "not null"}`;
      });
  });
}

it("has in SQL exactly the columns that schema.prisma declares", async () => {
  const columns = await store.database.query<{ line: string }>(
    `SELECT table_name || '.' || column_name || ' ' || data_type || ' ' ||
        CASE is_nullable WHEN 'YES' THEN 'null' ELSE 'not null' END AS line
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'`,
  );
  expect(columns.map((row) => row.line).sort()).toEqual(declaredColumns().sort());
});

it("refuses a second process on its folder and names the holder", async () => {
  await expect(openRelayStore({ dataFolder: folder, databaseUrl: undefined })).rejects.toMatchObject({
    code: "database.folder-locked",
    message: expect.stringContaining(String(process.pid)),
  });
});
