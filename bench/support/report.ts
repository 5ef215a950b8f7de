import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeMachine } from "./machine.ts";

export type Metrics = Readonly<Record<string, number>>;

/** The figures with at most four significant digits: more would pretend. */
function rounded(metrics: Metrics): Record<string, number> {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [name, Number(value.toPrecision(4))]),
  );
}

function table(name: string, metrics: Metrics, date: string): string {
  const machine = describeMachine();
  const rows = Object.entries(metrics).map(([metric, value]) => `| ${metric} | ${value} |`);
  return [
    `## ${name}`,
    "",
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Node ${machine.node}, ${date}. \`npm run bench -- ${name}\``,
    "",
    "| measure | value |",
    "|---|---|",
    ...rows,
    "",
  ].join("\n");
}

/** Puts a benchmark's table in docs/BENCHMARKS.md in place of its earlier one. */
function writeSection(root: string, name: string, text: string): void {
  const path = join(root, "docs", "BENCHMARKS.md");
  const sections = readFileSync(path, "utf8").split(/(?=^## )/m);
  const at = sections.findIndex((section) => section.startsWith(`## ${name}\n`));
  if (at === -1) sections.push(`\n${text}`);
  else sections[at] = `${text}${at === sections.length - 1 ? "" : "\n"}`;
  writeFileSync(path, sections.join(""));
}

/**
 * Ends a benchmark: JSON to bench/results and, by argument, to standard output (`--json`, nothing else) or as the
 * section of docs/BENCHMARKS.md (`--docs`); a table otherwise.
 */
export function report(bench: string, measured: Metrics): void {
  const root = process.cwd();
  const metrics = rounded(measured);
  const result = JSON.stringify({ bench, machine: describeMachine(), metrics });
  mkdirSync(join(root, "bench", "results"), { recursive: true });
  writeFileSync(join(root, "bench", "results", `${bench}.json`), `${result}\n`);
  const text = table(bench, metrics, new Date().toISOString().slice(0, 10));
  if (process.argv.includes("--docs")) writeSection(root, bench, text);
  process.stdout.write(process.argv.includes("--json") ? `${result}\n` : `${text}\n`);
}
