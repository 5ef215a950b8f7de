import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";

let folder: string;
let script: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kill-reserve-"));
  script = join(folder, "burn-and-die.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("./burn-and-die.ts", import.meta.url))],
    outfile: script,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "silent",
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the script until it told `lines` pieces, then kills it without warning. Answers all it told. */
async function runAndKill(lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [script, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const told: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    told.push(line);
    if (told.length === lines) child.kill("SIGKILL");
  }
  return told.filter((line) => line.length === 129);
}

it("never uses authentication key twice, and keeps both ends in step, however often the process is killed", async () => {
  const seen = new Set<string>();
  for (const lines of [1, 5, 40, 100, 170, 333, 7, 260]) {
    for (const line of await runAndKill(lines)) {
      const [a, b] = line.split(" ");
      expect(a).toBe(b);
      expect(seen.has(line)).toBe(false);
      seen.add(line);
    }
  }
  expect(seen.size).toBeGreaterThan(900);
});
