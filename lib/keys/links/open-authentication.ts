import { join } from "node:path";
import type { Link, Topology } from "../../network/topology.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import { type AuthenticationReserve, segmentBytes } from "./authentication-reserve.ts";
import { openFileReserve } from "./file-reserve.ts";
import { installationKey } from "./installation-key.ts";
import { type AuthenticationDraw, LinkAuthentication } from "./link-authentication.ts";
import { createMemoryReserve } from "./memory-reserve.ts";

/** Key a courier installs at both ends of a new link, bytes. */
const installedBytes = 4 * segmentBytes;

export interface AuthenticationStore {
  of(link: string): LinkAuthentication;
  close(): Promise<void>;
}

/**
 * Opens every site's reserve and every link's authentication: files in `folder`, or memory when there is none.
 * @param random fills a buffer with key for new links; asked once per link and copied to both ends.
 */
export async function openAuthentication(
  topology: Topology,
  folder: string | undefined,
  random: (target: Uint8Array<ArrayBuffer>) => void,
): Promise<AuthenticationStore> {
  const reserves = await openReserves(topology.keySites, folder);
  const links = new Map<string, LinkAuthentication>();
  await Promise.all(
    topology.keyLinks.map(async (link) => void links.set(link.id, await openLink(link, reserves, random))),
  );
  return {
    of: (link) => links.get(link) as LinkAuthentication,
    close: async () => {
      for (const link of links.values()) link.close();
      await Promise.all([...reserves.values()].map((reserve) => reserve.close()));
    },
  };
}

async function openReserves(
  sites: readonly string[],
  folder: string | undefined,
): Promise<Map<string, AuthenticationReserve>> {
  if (folder === undefined) return new Map(sites.map((site) => [site, createMemoryReserve(site)]));
  const wrapping = await installationKey(join(folder, "installation.key"));
  try {
    const opened = await Promise.all(
      sites.map((site) => openFileReserve(join(folder, `${site}.reserve`), site, wrapping.reveal())),
    );
    return new Map(opened.map((reserve) => [reserve.site, reserve]));
  } finally {
    wrapping.destroy();
  }
}

function openLink(
  link: Link,
  reserves: ReadonlyMap<string, AuthenticationReserve>,
  random: (target: Uint8Array<ArrayBuffer>) => void,
): Promise<LinkAuthentication> {
  const a = reserves.get(link.a) as AuthenticationReserve;
  const b = reserves.get(link.b) as AuthenticationReserve;
  return LinkAuthentication.open(link.id, a, b, () => install(random));
}

function install(random: (target: Uint8Array<ArrayBuffer>) => void): AuthenticationDraw {
  const key = new Uint8Array(installedBytes);
  random(key);
  return { a: SecretBytes.copyOf(key), b: SecretBytes.own(key) };
}
