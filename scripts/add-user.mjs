import { spawn } from "node:child_process";
import { join } from "node:path";
import { ensureBundled } from "./steps/build.mjs";
import { ensureGenerated } from "./steps/generate.mjs";
import { ensureInstalled } from "./steps/install.mjs";
import { root } from "./steps/run.mjs";

/** npm run add-user -- --handle NAME --name TEXT --site ID: an account for deployments without demonstration posts. */
await ensureInstalled();
await ensureGenerated();
await ensureBundled();
const script = join(root, ".build", "add-user.js");
spawn(process.execPath, [script, ...process.argv.slice(2)], { stdio: "inherit" }).on("exit", (code) => {
  process.exitCode = code ?? 1;
});
