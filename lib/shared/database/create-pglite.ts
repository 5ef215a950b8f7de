import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { DatabaseError } from "./database-error.ts";

/**
 * Creating a PGlite database takes a process to 800 MB that it never gives back, so it is done in a child that ends
 * at once. The child's whole program is this text: it needs no build step and runs the same bundled and from source.
 */
const childProgram = `
const { PGlite } = await import(process.argv[1]);
const database = await PGlite.create(process.argv[2]);
await database.close();
`;

/** An empty database made by the build; a copy of it takes a tenth of the time of a new one. */
const template = join(".build", "database-template");

/**
 * Makes an empty PostgreSQL data folder at `folder`: in a temporary folder beside it, then renamed, so that a kill
 * half-way leaves nothing that looks like a database.
 * @throws DatabaseError "database.create-failed".
 */
export async function createPgliteFolder(folder: string): Promise<void> {
  const parent = dirname(folder);
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  removeHalfMade(parent, basename(folder));
  const temporary = mkdtempSync(join(parent, `${basename(folder)}.new-`));
  try {
    if (existsSync(join(template, "PG_VERSION"))) cpSync(template, temporary, { recursive: true });
    else await runChild(temporary);
    renameSync(temporary, folder);
  } catch (cause) {
    throw new DatabaseError("database.create-failed", `No database could be created in ${parent}.`, {
      cause,
      nextStep: "Check that the disk has 100 MB free and the folder may be written.",
    });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  if (!existsSync(join(folder, "PG_VERSION"))) {
    throw new DatabaseError("database.create-failed", `The new database in ${folder} is incomplete.`);
  }
}

function removeHalfMade(parent: string, name: string): void {
  for (const entry of readdirSync(parent)) {
    if (entry.startsWith(`${name}.new-`)) rmSync(join(parent, entry), { recursive: true, force: true });
  }
}

function runChild(folder: string): Promise<void> {
  const library = pathToFileURL(createRequire(import.meta.url).resolve("@electric-sql/pglite")).href;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", childProgram, library, folder], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { NODE_ENV: "production", PATH: process.env.PATH, TZ: "UTC" },
  });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (complaint.length < 4000) complaint += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`the creating process ended with ${signal ?? code}: ${complaint.trim()}`));
    });
  });
}
