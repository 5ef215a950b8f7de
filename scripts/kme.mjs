import { spawn } from "node:child_process";
import { join } from "node:path";
import { ensureBundled } from "./steps/build.mjs";
import { ensureGenerated } from "./steps/generate.mjs";
import { ensureInstalled } from "./steps/install.mjs";
import { root } from "./steps/run.mjs";

/** npm run kme: the key network and its key managers alone. PORT, DATA_DIR and NETWORK as everywhere. */
await ensureInstalled();
await ensureGenerated();
await ensureBundled();

const child = spawn(process.execPath, [join(root, ".build", "kme.js")], {
  cwd: root,
  stdio: ["ignore", "inherit", "inherit", "ipc"],
});
// A terminal's Ctrl-C reaches the program too; asked twice to stop, it stops once.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill("SIGTERM"));
child.on("exit", (code) => process.exit(code ?? 1));
