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
  folder = await mkdtemp(join(tmpdir(), "kill-pass-key-"));
  script = join(folder, "burn-pass-key.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("./burn-pass-key.ts", import.meta.url))],
    outfile: script,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "silent",
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the script until it told `lines` pieces, then kills it without warning. Answers all it told whole. */
async function runAndKill(lines: number): Promise<{ a: string; b: string }[]> {
  const child = spawn(process.execPath, [script, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const told: { a: string; b: string }[] = [];
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [a = "", b = "", bytes = ""] = line.split(" ");
    if (b.length === 2 * Number(bytes) && bytes !== "") told.push({ a, b });
    if (++count === lines) child.kill("SIGKILL");
  }
  return told;
}

it("never uses pass key twice, and keeps station and satellite in step, however often the process is killed", async () => {
  const seen = new Set<string>();
  for (const lines of [1, 7, 60, 200, 333, 15, 260]) {
    const told = await runAndKill(lines);
    expect(told.length).toBeGreaterThanOrEqual(lines);
    for (const { a, b } of told) {
      expect(a).toBe(b);
      // Every use is a multiple of 32 bytes, and so is every segment: one block can only come back as itself.
      for (let at = 0; at < a.length; at += 64) {
        const block = a.slice(at, at + 64);
        expect(seen.has(block)).toBe(false);
        seen.add(block);
      }
    }
  }
  expect(seen.size).toBeGreaterThan(5000);
});
