import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureInstalled } from "./steps/install.mjs";
import { root } from "./steps/run.mjs";

/** node scripts/draw-land.mjs: writes the map's land again, after a change of atlas or projection. */
await ensureInstalled();
const { build } = await import("esbuild");
const folder = mkdtempSync(join(tmpdir(), "vernam-land-"));
try {
  const outfile = join(folder, "draw-land.mjs");
  await build({
    absWorkingDir: root,
    entryPoints: ["lib/ui/map/draw-land.ts"],
    outfile,
    bundle: true,
    format: "esm",
  });
  const { drawLand } = await import(pathToFileURL(outfile).href);
  const atlas = createRequire(import.meta.url).resolve("world-atlas/countries-50m.json");
  const land = drawLand(JSON.parse(readFileSync(atlas, "utf8")));
  writeFileSync(join(root, "lib/ui/map/land-drawn.json"), `${JSON.stringify(land, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
