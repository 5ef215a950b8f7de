import { writeSync } from "node:fs";
import { openTestWorld } from "../../../keys/support/open-world.ts";

/** What the child tells once its key managers listen: PEM and addresses by site. */
export interface TrickleWorld {
  readonly ca: string;
  readonly parties: Readonly<
    Record<string, { readonly url: string; readonly cert: string; readonly key: string }>
  >;
}

/** Key managers over empty pools, of which one gets `bytes` every `everyMs`; until it is killed. */
async function main(
  folder: string,
  link: string,
  bytes: number,
  everyMs: number,
  sites: readonly string[],
): Promise<void> {
  const { world, links } = await openTestWorld(folder, { fillBytes: 0 });
  setInterval(() => void links.fill(link, bytes), everyMs);
  const parties = sites.map((site) => {
    const { certificate, privateKey } = world.pki.saeCertificate(`sae-${site}`);
    return [site, { url: world.addressOf(site) ?? "", cert: certificate, key: privateKey }];
  });
  const told: TrickleWorld = { ca: world.pki.root.certificate, parties: Object.fromEntries(parties) };
  writeSync(1, `${JSON.stringify(told)}\n`);
}

const [folder = "", link = "", bytes, everyMs, ...sites] = process.argv.slice(2);
await main(folder, link, Number(bytes), Number(everyMs), sites);
