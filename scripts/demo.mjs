import { spawn } from "node:child_process";
import { join } from "node:path";
import { ensureBuilt } from "./steps/build.mjs";
import { ensureGenerated } from "./steps/generate.mjs";
import { ensureInstalled } from "./steps/install.mjs";
import { root } from "./steps/run.mjs";

await ensureInstalled();
await ensureGenerated();
await ensureBuilt();

const child = spawn(process.execPath, [join(root, ".build", "start.js"), ...process.argv.slice(2)], {
  cwd: root,
  stdio: ["inherit", "inherit", "inherit", "ipc"],
});
// A terminal's Ctrl-C reaches the launcher too; asked twice to stop, it stops once.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 0 : 1)));
