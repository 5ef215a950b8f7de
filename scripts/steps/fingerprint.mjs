import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./run.mjs";

function* files(path) {
  if (!existsSync(path)) return;
  if (statSync(path).isFile()) {
    yield path;
    return;
  }
  for (const name of readdirSync(path).sort()) {
    if (name === "client" && dirname(dirname(path)) === root && path.includes("prisma")) continue;
    yield* files(join(path, name));
  }
}

/** SHA-256 over names and contents of the given files and folders of the project. */
export function fingerprint(paths) {
  const hash = createHash("sha256").update(process.version);
  for (const path of paths) {
    for (const file of files(join(root, path)))
      hash.update(file.slice(root.length)).update(readFileSync(file));
  }
  return hash.digest("hex");
}

export function stampMatches(name, value) {
  const path = join(root, ".build", name);
  return existsSync(path) && readFileSync(path, "utf8") === value;
}

export function writeStamp(name, value) {
  mkdirSync(join(root, ".build"), { recursive: true });
  writeFileSync(join(root, ".build", name), value);
}
