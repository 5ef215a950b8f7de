import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPglite } from "../../lib/shared/database/open-pglite.ts";
import { Deployment } from "../support/deployment.ts";
import { digestFolder } from "../support/folder-digest.ts";
import { freePortPair } from "../support/free-port.ts";
import { takePort } from "../support/port-state.ts";

const folder = mkdtempSync(join(tmpdir(), "vernam-refused-"));
const whole = join(folder, "whole");
const mounted = join(folder, "small-disk");
let copies = 0;

beforeAll(async () => {
  // A database as PGlite leaves it after a clean stop: what is in it does not matter here.
  await (await openPglite(whole)).close();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A data folder whose databases are whole, to be damaged. */
function newDataFolder(): string {
  const data = join(folder, `data-${++copies}`);
  for (const zone of ["web", "qkdn"]) cpSync(whole, join(data, zone, "db"), { recursive: true });
  return data;
}

/** Starts on the folder and returns what was printed; the start must fail with status 1. */
async function startRefused(dataFolder: string, port?: number): Promise<string> {
  const options = { dataFolder, fromNothing: true, ...(port === undefined ? {} : { port }) };
  const refused = await Deployment.start(options);
  try {
    expect(await refused.ended()).toBe(1);
    return refused.text;
  } finally {
    await refused.stop();
  }
}

/** The launcher's own line about a zone; there must be exactly one. */
function reasonOf(printed: string, zone: "web" | "qkdn"): string {
  const lines = printed.split("\n").filter((line) => line.startsWith(`${zone} could not start: `));
  expect(lines, printed).toHaveLength(1);
  return lines[0]!;
}

describe("a start on a port that is taken", () => {
  it.each([
    ["web", 0],
    ["qkdn", 1],
  ] as const)("of the %s process says so in one line, and makes nothing", async (zone, offset) => {
    const port = await freePortPair();
    const holder = await takePort(port + offset);
    try {
      const data = join(folder, `none-${zone}`);
      const printed = await startRefused(data, port);
      expect(printed.trim()).toBe(
        `Vernam cannot start: port ${port + offset} is in use by another program; choose another PORT (start.port-in-use)`,
      );
      expect(existsSync(data)).toBe(false);
    } finally {
      await new Promise((closed) => holder.close(closed));
    }
  });
});

function removeLog(database: string): void {
  const log = join(database, "pg_wal");
  for (const name of readdirSync(log)) if (/^[0-9A-F]{24}$/.test(name)) rmSync(join(log, name));
}

type Damage = readonly ["web" | "qkdn", string, (database: string) => void];

describe("a start on a damaged database", () => {
  it.each<Damage>([
    ["web", "its control file is cut short", (db) => truncateSync(join(db, "global/pg_control"), 100)],
    [
      "qkdn",
      "its control file is garbage",
      (db) => writeFileSync(join(db, "global/pg_control"), "x".repeat(8192)),
    ],
    ["qkdn", "its version file is gone", (db) => rmSync(join(db, "PG_VERSION"))],
    ["web", "its write-ahead log is gone", removeLog],
  ])(
    "of the %s process is refused with a code when %s, and nothing is overwritten",
    async (zone, _what, damage) => {
      const data = newDataFolder();
      const database = join(data, zone, "db");
      damage(database);
      const before = digestFolder(database);
      const reason = reasonOf(await startRefused(data), zone);
      expect(reason).toContain("database.folder-corrupt");
      expect(reason).toContain(database);
      expect(digestFolder(database)).toEqual(before);
    },
  );
});

/** A file system of a few megabytes, where the machine lets us make one. */
function mountSmallDisk(): boolean {
  try {
    mkdirSync(mounted);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=16m", "tmpfs", mounted], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("a start on a disk without room", () => {
  it("is refused with a code and leaves no half-made database", async (context) => {
    if (!mountSmallDisk()) return context.skip("no small file system can be mounted here");
    try {
      const data = join(mounted, "data");
      const printed = await startRefused(data);
      expect(printed).toMatch(
        /could not start: .*(disk|100 MB).*\((database\.create-failed|start\.[a-z-]+)\)/,
      );
      for (const zone of ["web", "qkdn"]) expect(existsSync(join(data, zone, "db"))).toBe(false);
    } finally {
      execFileSync("umount", [mounted]);
    }
  });
});
