import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { DatabaseError } from "./database-error.ts";
import { identifyThisProcess, isStillRunning, type ProcessIdentity, readBootId } from "./process-identity.ts";

/** How the folder's last holder left: after "machine-restarted" what the disk had not written is gone. */
export type PreviousStop = "clean" | "killed" | "machine-restarted";

export interface FolderLock {
  readonly previousStop: PreviousStop;
  /** Removes the lock, which is the mark of a clean stop. */
  release(): void;
}

const holderSchema = z.object({
  pid: z.number(),
  startedAt: z.string(),
  bootId: z.string(),
  role: z.string(),
});
type Holder = z.infer<typeof holderSchema>;
const attempts = 20;

/**
 * Takes a data folder for this process alone, creating it when absent. A lock whose process is gone (or a zombie,
 * or whose number now belongs to another process) is taken over.
 * @param role what the holder is, for people who meet the error ("web", "qkdn").
 * @throws DatabaseError "database.folder-locked" naming the holder.
 */
export function lockFolder(folder: string, role: string): FolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "lock");
  const text = JSON.stringify({ ...identifyThisProcess(), role } satisfies Holder);
  let previousStop: PreviousStop = "clean";
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (placeWhole(path, text)) return { previousStop, release: () => releaseOwn(path, text) };
    const found = readText(path);
    if (found === undefined) continue;
    const holder = parseHolder(found);
    if (holder !== undefined && isStillRunning(holder)) throw lockedBy(folder, holder);
    previousStop = holder !== undefined && holder.bootId === readBootId() ? "killed" : "machine-restarted";
    setAside(path, found);
  }
  throw new DatabaseError(
    "database.folder-locked",
    `The data folder ${folder} is being taken by other processes.`,
  );
}

/** Writes beside the lock and links: the lock appears with all its text or not at all. */
function placeWhole(path: string, text: string): boolean {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  writeFileSync(draft, text, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

/** Moves a stale lock away; if another process replaced it meanwhile, that one's lock is put back. */
function setAside(path: string, judged: string): void {
  const aside = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = readText(aside);
  if (moved !== undefined && moved !== judged) placeWhole(path, moved);
  rmSync(aside, { force: true });
}

function releaseOwn(path: string, text: string): void {
  if (readText(path) === text) rmSync(path, { force: true });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function lockedBy(folder: string, holder: ProcessIdentity & { role: string }): DatabaseError {
  return new DatabaseError(
    "database.folder-locked",
    `The data folder ${folder} is in use by process ${holder.pid} (${holder.role}).`,
    { nextStep: `Stop process ${holder.pid}, or start this one with another DATA_DIR.` },
  );
}
