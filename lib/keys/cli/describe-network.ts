import { join } from "node:path";
import { kmeIdOf, saeIdOf } from "../kme/kme.ts";
import type { KeyNetworkPki } from "../pki/key-network-pki.ts";
import { curlOf } from "../views/kmes.ts";

export interface RunningNetwork {
  readonly name: string;
  readonly sites: readonly string[];
  readonly addressOf: (site: string) => string | undefined;
  readonly pki: KeyNetworkPki;
}

/** What somebody needs who wants keys from a running key network: addresses, certificates and a call that works. */
export function describeNetwork({ name, sites, addressOf, pki }: RunningNetwork): string {
  const rows = sites.map((site) => `  ${kmeIdOf(site)}  ${addressOf(site)}  ${saeIdOf(site)}`);
  const [first = "", second = first] = sites;
  return [
    `Key network ${name}: ${sites.length} key managers, ETSI GS QKD 014 and SKIP over mutual TLS`,
    "",
    ...rows,
    "",
    `  authority     ${join(pki.folder, "root.pem")}`,
    `  certificates  ${join(pki.folder, "sae", "<SAE>.pem")} and .key`,
    `  description   ${addressOf(first)}/openapi.json`,
    "",
    `  ${curlOf(addressOf(first) ?? "", saeIdOf(second), pki.saePaths(saeIdOf(first)))}`,
    "",
    "  npm run keys -- issue SAE SITE makes a certificate for an application of yours. Ctrl-C stops.",
  ].join("\n");
}
