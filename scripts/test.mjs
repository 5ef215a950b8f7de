import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuilt } from "./steps/build.mjs";
import { ensureChromium } from "./steps/chromium.mjs";
import { ensureGenerated } from "./steps/generate.mjs";
import { ensureInstalled } from "./steps/install.mjs";
import { say } from "./steps/log.mjs";
import { binary, run } from "./steps/run.mjs";
import { ensureServers } from "./steps/servers.mjs";

/**
 * npm test: everything; --fast: types, lint, boundaries and the quick unit tests; --only <stage>: one stage of the list;
 * --long: the fault loops at their full length. The last line is "N passed, N failed".
 */
const args = process.argv.slice(2);
const fast = args.includes("--fast");
const only = args.includes("--only") ? args[args.indexOf("--only") + 1] : undefined;
const results = mkdtempSync(join(tmpdir(), "vernam-test-"));
const totals = [];

function wants(stage) {
  return only === undefined || only === stage;
}

async function stage(title, work) {
  const started = Date.now();
  say(`— ${title}`);
  const { passed, failed, skipped = 0 } = await work();
  totals.push({ title, passed, failed, skipped, seconds: Math.round((Date.now() - started) / 1000) });
}

/** A command that passes or fails as a whole. */
async function check(command, commandArgs) {
  const { code } = await run(command, commandArgs);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
}

async function vitest(project, env = {}) {
  const output = join(results, `${project}.json`);
  const { code } = await run(
    binary("vitest"),
    ["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${output}`],
    { env },
  );
  return count(code, output, (report) => ({
    passed: report.numPassedTests,
    failed: report.numFailedTests + (report.numFailedTests === 0 ? report.numFailedTestSuites : 0),
    skipped: report.numPendingTests + report.numTodoTests,
  }));
}

async function playwright(env) {
  const output = join(results, "browser.json");
  const { code } = await run(binary("playwright"), ["test"], {
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: output },
  });
  return count(code, output, ({ stats }) => ({
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky,
    skipped: stats.skipped,
  }));
}

/** A runner that failed without a failing test (or without a report) counts as one failure. */
function count(code, output, read) {
  if (!existsSync(output)) return { passed: 0, failed: 1 };
  const counted = read(JSON.parse(readFileSync(output, "utf8")));
  return code !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted;
}

await ensureInstalled();
await ensureGenerated();
if (wants("types")) await stage("types", () => check(binary("tsc"), ["--noEmit"]));
if (wants("lint")) await stage("lint", () => check(binary("biome"), ["check", "."]));
if (wants("unused"))
  await stage("unused", () =>
    check(binary("knip"), ["--no-progress", "--include", "files,unlisted,unresolved"]),
  );
if (wants("boundaries")) await stage("boundaries", () => check(process.execPath, ["scripts/boundaries.mjs"]));
if (wants("unit")) await stage("unit", () => vitest("unit"));
if (!fast) {
  if (wants("long")) await stage("unit, long", () => vitest("long"));
  if (wants("build") || wants("browser") || wants("faults") || wants("integration")) {
    await stage("build", async () => {
      await ensureBuilt();
      return { passed: 1, failed: 0 };
    });
  }
  const servers = await ensureServers();
  const serverPaths = { TEST_INITDB: servers.initdb ?? "", TEST_REDIS: servers.redis ?? "" };
  if (wants("integration")) await stage("integration", () => vitest("integration", serverPaths));
  if (wants("browser")) {
    const chromium = await ensureChromium();
    await stage("browser", async () => {
      if (chromium === undefined) {
        say("no Chromium could be found or installed");
        return { passed: 0, failed: 1 };
      }
      return playwright({ CHROMIUM_PATH: chromium });
    });
  }
  if (wants("faults"))
    await stage("faults", () => vitest("faults", { FAULTS_LONG: args.includes("--long") ? "1" : "" }));
}

rmSync(results, { recursive: true, force: true });
const sum = (field) => totals.reduce((total, row) => total + row[field], 0);
for (const row of totals) {
  process.stdout.write(
    `${row.title.padEnd(12)} ${String(row.seconds).padStart(4)} s  ${row.passed} passed, ${row.failed} failed, ${row.skipped} skipped\n`,
  );
}
if (sum("skipped") > 0)
  process.stdout.write(`${sum("skipped")} skipped: what they need was not found here\n`);
process.stdout.write(`${sum("passed")} passed, ${sum("failed")} failed\n`);
process.exit(sum("failed") > 0 || sum("passed") === 0 ? 1 : 0);
