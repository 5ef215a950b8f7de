import type { PrismaPg } from "@prisma/adapter-pg";
import type { PrismaPGlite } from "pglite-prisma-adapter";

/** A value of one parameter. Uint8Array for bytea; arrays go to array types ("unnest($1::bytea[])"). */
export type SqlValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly (string | number | bigint | boolean | null | Uint8Array)[];

/** A row as the driver gives it: bytea as Uint8Array, int8 as number (values stay below 2^53), json parsed. */
export type SqlRow = Record<string, unknown>;

export interface SqlClient {
  /** Runs one statement with parameters $1, $2 … and returns its rows. */
  query<Row extends object = SqlRow>(sql: string, params?: readonly SqlValue[]): Promise<Row[]>;
  /** Runs any number of statements without parameters. */
  exec(sql: string): Promise<void>;
}

/**
 * One open database behind either driver. Inside `transaction` use only the client passed in: PGlite has a single
 * connection, and a query on the outer one would wait for the transaction that is waiting for it.
 */
export interface Database extends SqlClient {
  readonly kind: "pglite" | "postgresql";
  /** Commits when `work` resolves, rolls back and rethrows when it rejects. */
  transaction<T>(work: (client: SqlClient) => Promise<T>): Promise<T>;
  /** For `new PrismaClient({ adapter: database.prismaAdapter() })`; shares this database's connection on PGlite. */
  prismaAdapter(): PrismaPg | PrismaPGlite;
  close(): Promise<void>;
}
