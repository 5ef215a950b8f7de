export type Cell = string | number | null | Uint8Array;

/** Turns rows into one array per column, for `unnest($1::bytea[], …)`. */
export function columnsOf(rows: readonly (readonly Cell[])[]): Cell[][] {
  const width = rows[0]?.length ?? 0;
  return Array.from({ length: width }, (_, column) => rows.map((row) => row[column] ?? null));
}
