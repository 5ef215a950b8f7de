import { resolve } from "node:path";
import { ensureBundled } from "./steps/build.mjs";
import { ensureGenerated } from "./steps/generate.mjs";
import { ensureInstalled } from "./steps/install.mjs";

/** npm run keys -- list | curl | saes | issue | verify | role | approve | card: the key world's files, while it runs or not. */
await ensureInstalled();
await ensureGenerated();
await ensureBundled();
const { runKeysCli } = await import("../.build/keys-cli.js");
const { runGatewayCli } = await import("../.build/gateway-cli.js");
const args = process.argv.slice(2);
process.exitCode = await (["role", "approve", "card"].includes(args[0]) ? runGatewayCli : runKeysCli)(args, {
  dataFolder: resolve(process.env.DATA_DIR ?? ".data", "qkdn"),
  now: Date.now,
  print: (line) => process.stdout.write(`${line}\n`),
});
