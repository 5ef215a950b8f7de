import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writePublicFile } from "../shared/private-file.ts";
import { KmeServer } from "./etsi014/kme-server.ts";
import type { KeyWorldOptions } from "./key-world-types.ts";
import type { Kme } from "./kme/kme.ts";
import type { KeyNetworkPki } from "./pki/key-network-pki.ts";

export interface KmeListeners {
  /** https://host:port of a site's KME, as this machine reaches it. */
  addressOf(site: string): string | undefined;
  close(): Promise<void>;
}

const portsSchema = z.record(z.string(), z.int().min(1).max(65_535));

/** KMEs keep their ports from one start to the next in kmes.json, as long as nobody else takes them. */
export async function openKmeListeners(
  options: Pick<KeyWorldOptions, "dataFolder" | "listen" | "log">,
  sites: readonly string[],
  pki: KeyNetworkPki,
  kme: (site: string) => Kme,
): Promise<KmeListeners> {
  const { host = "127.0.0.1", names, manners = {}, firstPort } = options.listen;
  const path = join(options.dataFolder, "kmes.json");
  const ports = readPorts(path);
  const listeners = await Promise.all(
    sites.map(async (site, index) => ({
      kme: kme(site),
      certificate: await pki.kmeCertificate(site, names),
      ...(firstPort === undefined ? { port: ports[site] ?? 0 } : { port: firstPort + index, fixed: true }),
    })),
  );
  const clientRoot = pki.root.certificate;
  const { log = () => undefined } = options;
  const server = await KmeServer.listen({ host, clientRoot, saes: pki.saes, listeners, manners, log });
  const taken = Object.fromEntries(sites.map((site) => [site, server.port(site)]));
  writePublicFile(path, JSON.stringify(taken, null, 1));
  const reachable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const name = reachable.includes(":") ? `[${reachable}]` : reachable;
  return {
    addressOf(site) {
      const port = server.port(site);
      return port === undefined ? undefined : `https://${name}:${port}`;
    },
    close: () => server.close(),
  };
}

/** A file nobody can read costs the remembered ports and nothing else. */
function readPorts(path: string): Readonly<Record<string, number>> {
  if (!existsSync(path)) return {};
  try {
    return portsSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return {};
  }
}
