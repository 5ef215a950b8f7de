import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** The real worker as one file that plain Node can run, as a deployment builds it. */
export async function buildWorker(): Promise<{ entry: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "link-worker-"));
  const entry = join(folder, "link-worker.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("../../../../lib/keys/links/link-worker.ts", import.meta.url))],
    outfile: entry,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "silent",
  });
  return { entry, remove: () => rm(folder, { recursive: true, force: true }) };
}
