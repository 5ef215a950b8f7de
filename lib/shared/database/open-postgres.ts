import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import type { Database, SqlClient, SqlValue } from "./database.ts";
import { DatabaseError } from "./database-error.ts";

const int8 = 20;
const defaultConnections = 8;

/**
 * Opens a PostgreSQL by URL with a pool of connections.
 * @throws DatabaseError "database.unreachable"; the URL, which may hold a password, is not in the message.
 */
export async function openPostgres(url: string, connections = defaultConnections): Promise<Database> {
  const pool = new pg.Pool({ connectionString: url, max: connections, types: { getTypeParser } });
  pool.on("error", () => {
    // An idle connection was lost; the next query opens another and reports its own failure.
  });
  try {
    await pool.query("SELECT 1");
  } catch (cause) {
    await pool.end();
    throw new DatabaseError(
      "database.unreachable",
      "The PostgreSQL server of this process does not answer.",
      {
        cause,
        nextStep: "Check the database URL in the environment and that the server runs.",
      },
    );
  }
  return new PostgresDatabase(pool, url, connections);
}

const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: unknown) => {
  if (oid === int8 && format !== "binary") return Number;
  return pg.types.getTypeParser(oid, format as "text");
};

class PostgresDatabase implements Database {
  readonly kind = "postgresql";
  readonly #pool: pg.Pool;
  readonly #url: string;
  readonly #connections: number;
  #closing: Promise<void> | undefined;

  constructor(pool: pg.Pool, url: string, connections: number) {
    this.#pool = pool;
    this.#url = url;
    this.#connections = connections;
  }

  query<Row extends object>(sql: string, params: readonly SqlValue[] = []): Promise<Row[]> {
    return run<Row>(this.#pool, sql, params);
  }

  async exec(sql: string): Promise<void> {
    await this.#pool.query(sql);
  }

  async transaction<T>(work: (client: SqlClient) => Promise<T>): Promise<T> {
    const connection = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await connection.query("BEGIN");
      const result = await work({
        query: (sql, params = []) => run(connection, sql, params),
        exec: async (sql) => {
          await connection.query(sql);
        },
      });
      await connection.query("COMMIT");
      return result;
    } catch (error) {
      await connection.query("ROLLBACK").catch((failure: Error) => {
        broken = failure;
      });
      throw error;
    } finally {
      connection.release(broken);
    }
  }

  prismaAdapter(): PrismaPg {
    return new PrismaPg({ connectionString: this.#url, max: this.#connections });
  }

  close(): Promise<void> {
    this.#closing ??= this.#pool.end();
    return this.#closing;
  }
}

async function run<Row extends object>(
  on: pg.Pool | pg.PoolClient,
  sql: string,
  params: readonly SqlValue[],
): Promise<Row[]> {
  const name = nameOf(sql);
  const values = params.map(forPg);
  const result = await on.query<Row & pg.QueryResultRow>(
    name === undefined ? { text: sql, values } : { name, text: sql, values },
  );
  return result.rows;
}

/** Statements are parsed and planned once on each connection, under these names. */
const names = new Map<string, string>();
const mostNames = 500;

function nameOf(sql: string): string | undefined {
  const known = names.get(sql);
  if (known !== undefined || names.size >= mostNames) return known;
  const name = `vernam-${names.size}`;
  names.set(sql, name);
  return name;
}

/** pg writes a plain Uint8Array as JSON, so byte strings become Buffers over the same memory. */
function forPg(value: SqlValue): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) return value.map((item: SqlValue) => forPg(item));
  return value;
}
