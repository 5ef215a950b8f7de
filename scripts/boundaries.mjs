import { readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

/**
 * Checks that the zones know each other in one direction only. Usage: boundaries.mjs [folder of a checkout].
 * A cruise that saw fewer modules than there are source files proves nothing and fails too.
 */
const require = createRequire(import.meta.url);
// dependency-cruiser has swc read every file as plain TypeScript; screens are TSX.
const swc = require("@swc/core");
const parseFileSync = swc.parseFileSync;
swc.parseFileSync = (file, how) => parseFileSync.call(swc, file, { ...how, tsx: file.endsWith(".tsx") });
const { cruise } = await import("dependency-cruiser");
const { default: extractTSConfig } = await import("dependency-cruiser/config-utl/extract-ts-config");

const folder = resolve(process.argv[2] ?? ".");
process.chdir(folder);
const { forbidden, options } = require(join(folder, ".dependency-cruiser.cjs"));
const entries = ["lib", "app", "start.ts", "server.ts", "qkdn.ts", "kme.ts", "agents.ts", "proxy.ts"];

function sources(path) {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry === undefined) return [];
  if (entry.isFile()) return /\.tsx?$/.test(path) && !path.endsWith(".d.ts") ? [path] : [];
  return readdirSync(path).flatMap((name) => sources(join(path, name)));
}

const expected = entries.flatMap(sources);
const result = await cruise(
  entries.filter((entry) => sources(entry).length > 0),
  { ...options, ruleSet: { forbidden }, validate: true },
  {},
  { tsConfig: extractTSConfig("tsconfig.json") },
);
const { modules, summary } = result.output;
const seen = new Set(modules.map((module) => module.source));
const missed = expected.filter((file) => !seen.has(file));
const linked = modules.some((module) => module.dependencies.length > 0);

for (const violation of summary.violations.filter(({ rule }) => rule.severity === "error")) {
  console.log(`${violation.rule.name}: ${violation.from} → ${violation.to}`);
}
if (missed.length > 0)
  console.log(`not seen: ${missed.slice(0, 5).join(", ")} (${missed.length} of ${expected.length})`);
if (!linked) console.log("not one import was seen");
const sound = summary.error === 0 && missed.length === 0 && linked;
console.log(sound ? `boundaries hold (${expected.length} modules)` : "boundaries broken");
process.exit(sound ? 0 : 1);
