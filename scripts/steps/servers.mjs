import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { installSystemPackages } from "./chromium.mjs";
import { say } from "./log.mjs";

const debian = "/usr/lib/postgresql";

function onPath(name) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  if (existsSync(debian))
    for (const version of readdirSync(debian)) folders.push(join(debian, version, "bin"));
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/**
 * Paths of a real PostgreSQL and Redis for the integration tests, installed from the system's packages where that is
 * possible. A missing one is undefined: its tests then say that they were skipped.
 */
export async function ensureServers() {
  if (!onPath("initdb") || !onPath("redis-server")) {
    say("Looking for PostgreSQL and Redis for the tests");
    await installSystemPackages(["postgresql", "redis-server"]);
  }
  return { initdb: onPath("initdb"), redis: onPath("redis-server") };
}
