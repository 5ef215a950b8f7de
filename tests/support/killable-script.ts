import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** A program of a test that is run again and again on one folder, and killed each time. */
export class KillableScript {
  readonly #folder: string;
  readonly #script: string;

  private constructor(folder: string, script: string) {
    this.#folder = folder;
    this.#script = script;
  }

  /** `source`: a TypeScript file that takes its folder as first argument and tells what it does line by line. */
  static async bundle(source: URL): Promise<KillableScript> {
    const folder = await mkdtemp(join(tmpdir(), "killable-"));
    const script = join(folder, "script.mjs");
    await build({
      entryPoints: [fileURLToPath(source)],
      outfile: script,
      bundle: true,
      platform: "node",
      format: "esm",
      logLevel: "silent",
    });
    return new KillableScript(folder, script);
  }

  /** Runs it until it told `lines` lines, then kills it without warning. Answers all it told, the last perhaps cut short. */
  async runAndKill(lines: number): Promise<readonly string[]> {
    const child = spawn(process.execPath, [this.#script, this.#folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const told: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      told.push(line);
      if (told.length === lines) child.kill("SIGKILL");
    }
    return told;
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}
