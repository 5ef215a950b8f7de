import { ensureBundled } from "./steps/build.mjs";
import { ensureGenerated } from "./steps/generate.mjs";
import { ensureInstalled } from "./steps/install.mjs";

/** npm run --silent quantum -- rate | simulate | pass | plots: the quantum layer on the command line. */
await ensureInstalled();
await ensureGenerated();
await ensureBundled();
const { runQuantumCli } = await import("../.build/quantum-cli.js");
process.exitCode = await runQuantumCli(process.argv.slice(2), {
  now: Date.now,
  print: (line) => process.stdout.write(`${line}\n`),
  printError: (line) => process.stderr.write(`${line}\n`),
});
