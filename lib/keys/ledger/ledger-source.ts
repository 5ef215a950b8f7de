import type { Database } from "../../shared/database/database.ts";
import type { LedgerRow } from "./ledger-row.ts";

/** Where the rows of ledgers are read from: the database, or a file that was exported from one. */
export interface LedgerSource {
  sites(): Promise<readonly string[]>;
  /** One chain's rows in order. */
  rows(site: string): AsyncIterable<LedgerRow>;
}

const pageRows = 2000;

export function databaseSource(database: Database): LedgerSource {
  return {
    async sites() {
      const chains = await database.query<{ site: string }>(
        "SELECT DISTINCT site FROM ledger_rows ORDER BY site",
      );
      return chains.map(({ site }) => site);
    },
    async *rows(site) {
      for (let next = 0; ; ) {
        const page = await database.query<LedgerRow>(
          `SELECT site, "index", at, kind, body, hash FROM ledger_rows
           WHERE site = $1 AND "index" >= $2 ORDER BY "index" LIMIT $3`,
          [site, next, pageRows],
        );
        yield* page;
        if (page.length < pageRows) return;
        next = (page.at(-1) as LedgerRow).index + 1;
      }
    },
  };
}
