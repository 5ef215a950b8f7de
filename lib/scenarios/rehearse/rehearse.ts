import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scenes } from "../scenes/scenes.ts";
import { openNodeTheatre } from "./node-theatre.ts";
import { perform } from "./perform.ts";

/**
 * Plays every scene against a deployment: one line a scene on standard output, the rest on standard error.
 * @param origin of the web process. @param only identifiers of the scenes to play; all when empty.
 * @returns whether all passed.
 */
export async function rehearse(origin: string, only: readonly string[]): Promise<boolean> {
  const log = (text: string) => void process.stderr.write(`${text}\n`);
  const chosen = only.length === 0 ? scenes : scenes.filter(({ id }) => only.includes(id));
  const folder = await mkdtemp(join(tmpdir(), "vernam-rehearsal-"));
  try {
    const theatre = await openNodeTheatre(origin, folder);
    log(`the theatre is open: network ${theatre.runs}`);
    let passed = chosen.length > 0;
    try {
      for await (const { line, passed: well } of perform(chosen, theatre, log)) {
        process.stdout.write(`${line}\n`);
        passed &&= well;
      }
    } finally {
      await theatre.close();
    }
    return passed;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
