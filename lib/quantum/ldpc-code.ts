import { createXoshiro } from "./xoshiro.ts";

/**
 * A quasi-cyclic low-density code: a base graph whose every edge stands for a circulant of `lift` rows. Check z of
 * base row r meets, for each of the row's edges, bit column·lift + (z + shift) mod lift.
 */
export interface LdpcCode {
  readonly lift: number;
  readonly baseRows: number;
  readonly baseColumns: number;
  /** Edges of row r: from rowStart[r] to rowStart[r + 1]. */
  readonly rowStart: Uint32Array;
  readonly columnOf: Uint32Array;
  readonly shiftOf: Uint32Array;
}

/** Share of the columns by number of edges. */
export interface ColumnDegree {
  readonly degree: number;
  readonly share: number;
}

const shiftTries = 200;

/**
 * Builds a code by progressive edge growth on the base graph (Hu, Eleftheriou, Arnold 2005: every new edge goes to the
 * farthest check, of those to the one with fewest edges) and draws shifts so that no two bits share two checks. Both
 * ends build the same code from the same seed: it is public.
 */
export function buildLdpcCode(
  baseRows: number,
  baseColumns: number,
  lift: number,
  degrees: readonly ColumnDegree[],
  seed: number,
): LdpcCode {
  const next = createXoshiro(seed);
  const rows: { column: number; shift: number }[][] = Array.from({ length: baseRows }, () => []);
  const columns: { row: number; shift: number }[][] = Array.from({ length: baseColumns }, () => []);
  const used = new Set<number>();
  for (const [column, degree] of columnDegrees(baseColumns, degrees).entries()) {
    for (let edge = 0; edge < Math.min(degree, baseRows); edge++) {
      const row = farthestRow(column, rows, columns, next);
      const mine = columns[column] ?? [];
      const shift = freeShift(row, mine, { used, lift, baseRows, next });
      mine.push({ row, shift });
      rows[row]?.push({ column, shift });
    }
  }
  const edges = rows.flat();
  const rowStart = new Uint32Array(baseRows + 1);
  rows.forEach((row, r) => {
    rowStart[r + 1] = (rowStart[r] as number) + row.length;
  });
  return {
    lift,
    baseRows,
    baseColumns,
    rowStart,
    columnOf: Uint32Array.from(edges, ({ column }) => column),
    shiftOf: Uint32Array.from(edges, ({ shift }) => shift),
  };
}

/** Degrees of all columns, fewest edges first. */
function columnDegrees(columns: number, degrees: readonly ColumnDegree[]): Uint32Array {
  const sorted = [...degrees].sort((a, b) => a.degree - b.degree);
  const all = new Uint32Array(columns);
  let share = 0;
  let at = 0;
  for (const entry of sorted) {
    share += entry.share;
    const end = Math.min(columns, Math.round(share * columns));
    all.fill(entry.degree, at, end);
    at = end;
  }
  all.fill(sorted.at(-1)?.degree ?? 3, at);
  return all;
}

type Adjacency = readonly (readonly { readonly row?: number; readonly column?: number }[])[];

/** The check farthest from a column in the graph so far: one out of reach if there is any. */
function farthestRow(column: number, rows: Adjacency, columns: Adjacency, next: () => number): number {
  const distance = new Int32Array(rows.length).fill(-1);
  const seen = new Uint8Array(columns.length);
  let front = [column];
  seen[column] = 1;
  for (let depth = 0; front.length > 0; depth++) {
    const beyond: number[] = [];
    for (const from of front) {
      for (const { row = 0 } of columns[from] ?? []) {
        if (distance[row] !== -1) continue;
        distance[row] = depth;
        for (const { column: other = 0 } of rows[row] ?? []) {
          if (seen[other] === 1) continue;
          seen[other] = 1;
          beyond.push(other);
        }
      }
    }
    front = beyond;
  }
  const reach = distance.includes(-1) ? -1 : Math.max(...distance);
  let fewest = Number.POSITIVE_INFINITY;
  let candidates: number[] = [];
  distance.forEach((far, row) => {
    const edges = rows[row]?.length ?? 0;
    if (far !== reach || edges > fewest) return;
    if (edges < fewest) candidates = [];
    fewest = edges;
    candidates.push(row);
  });
  return candidates[next() % candidates.length] ?? 0;
}

interface ShiftSearch {
  /** Differences of shifts that columns already have between two rows. */
  readonly used: Set<number>;
  readonly lift: number;
  readonly baseRows: number;
  readonly next: () => number;
}

/** A shift that closes no cycle of four, if one is found. */
function freeShift(
  row: number,
  mine: readonly { readonly row: number; readonly shift: number }[],
  { used, lift, baseRows, next }: ShiftSearch,
): number {
  const nameOf = (shift: number, other: { readonly row: number; readonly shift: number }): number => {
    const [low, high, difference] =
      row < other.row ? [row, other.row, shift - other.shift] : [other.row, row, other.shift - shift];
    return (low * baseRows + high) * lift + ((difference + lift) % lift);
  };
  let shift = next() % lift;
  for (let tries = 0; tries < shiftTries; tries++) {
    if (mine.every((other) => !used.has(nameOf(shift, other)))) break;
    shift = next() % lift;
  }
  for (const other of mine) used.add(nameOf(shift, other));
  return shift;
}
