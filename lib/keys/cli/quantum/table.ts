type Cell = number | string | boolean | null | undefined;

/** Prints a title and aligned rows; numbers with six significant digits. */
export function printTable(
  print: (line: string) => void,
  title: string,
  rows: Readonly<Record<string, Cell>>,
): void {
  const width = Math.max(...Object.keys(rows).map((name) => name.length));
  print(title);
  for (const [name, value] of Object.entries(rows)) print(`  ${name.padEnd(width)}  ${shown(value)}`);
}

function shown(value: Cell): string {
  if (typeof value !== "number") return String(value ?? "none");
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}
