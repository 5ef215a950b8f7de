import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKeyWorld } from "../../../lib/keys/key-world.ts";
import type { KeyWorld, KeyWorldOptions } from "../../../lib/keys/key-world-types.ts";
import { loadTopology } from "../../../lib/network/load-topology.ts";
import { createPgliteFolder } from "../../../lib/shared/database/create-pglite.ts";
import { FakeLinkNetwork } from "./fake-link-network.ts";

/** Read from the working directory: this file also runs bundled, in child processes. */
export const smallTopology = loadTopology(
  JSON.parse(readFileSync("lib/network/data/network-iberia-small.json", "utf8")),
);

export interface TestWorld {
  readonly world: KeyWorld;
  readonly links: FakeLinkNetwork;
  readonly folder: string;
}

/** A key world on the small network over links with random key; `folder` from newFolder(). */
export async function openTestWorld(
  folder: string,
  options: Partial<KeyWorldOptions> & { readonly fillBytes?: number } = {},
): Promise<TestWorld> {
  const { fillBytes = 1_000_000, ...rest } = options;
  let links: FakeLinkNetwork | undefined;
  const world = await createKeyWorld({
    dataFolder: folder,
    topology: smallTopology,
    links: async (ledger) => {
      links = await FakeLinkNetwork.open(rest.topology ?? smallTopology, ledger, fillBytes);
      return links;
    },
    listen: {},
    now: Date.now,
    housekeepingMs: 0,
    ...rest,
  });
  if (links === undefined) throw new Error("the world did not open its links");
  return { world, links, folder };
}

/**
 * A folder with a fresh database, copied from one that was made once and that nobody writes to: making one takes five
 * seconds. It is kept with the build.
 */
export async function newFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "vernam-keys-"));
  const { version } = JSON.parse(readFileSync("node_modules/@electric-sql/pglite/package.json", "utf8")) as {
    version: string;
  };
  const template = join(process.cwd(), ".build", "tests", `pglite-${version}`, "db");
  if (!existsSync(template)) await createPgliteFolder(template).catch(() => undefined);
  if (existsSync(template)) cpSync(template, join(folder, "db"), { recursive: true });
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
