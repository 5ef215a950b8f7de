import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt } from "./steps/build.mjs";
import { ensureGenerated } from "./steps/generate.mjs";
import { ensureInstalled } from "./steps/install.mjs";
import { fail } from "./steps/log.mjs";
import { root } from "./steps/run.mjs";

/** npm run bench -- NAME [--json | --docs]: one benchmark of bench/, everything it needs prepared first. */
const names = readdirSync(join(root, "bench"))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -3));
const name = process.argv[2];
if (!names.includes(name))
  fail(`usage: npm run bench -- NAME [--json | --docs]; NAME is one of: ${names.join(", ")}`);

await ensureInstalled();
await ensureGenerated();
await ensureBuilt();

const esbuild = await import("esbuild");
await esbuild.build({
  absWorkingDir: root,
  entryPoints: [`bench/${name}.ts`, ...(existsSync(join(root, "bench", name)) ? [`bench/${name}/*.ts`] : [])],
  outdir: ".build/bench",
  outbase: "bench",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  packages: "external",
  sourcemap: true,
  logLevel: "error",
});
const child = spawn(
  process.execPath,
  ["--enable-source-maps", join(root, ".build", "bench", `${name}.js`), ...process.argv.slice(3)],
  { cwd: root, stdio: "inherit" },
);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => process.exit(code ?? 1));
