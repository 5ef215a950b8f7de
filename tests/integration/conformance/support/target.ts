import { readFileSync } from "node:fs";
import { newFolder, openTestWorld, removeFolder, type TestWorld } from "../../../keys/support/open-world.ts";

/** One application and the key manager it asks. */
export interface Party {
  readonly sae: string;
  readonly url: string;
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

/** The key managers under test: ours, started here, or others named by the environment (docs/KEY-MANAGER.md). */
export interface Target {
  readonly ca: string;
  readonly master: Party;
  readonly slave: Party;
  /** A third SAE, for multicast and for what is not its own; absent when none was named. */
  readonly other: Party | undefined;
  /** Present when the key managers are ours. */
  readonly own: OwnTarget | undefined;
  close(): Promise<void>;
}

interface OwnTarget {
  readonly test: TestWorld;
  /** Lets time pass for the key managers. */
  passTime(ms: number): void;
  restart(): Promise<void>;
}

export const foreign = process.env.KME_MASTER_URL !== undefined;
export const hasOther = !foreign || process.env.KME_OTHER_URL !== undefined;

export function openTarget(): Promise<Target> {
  return foreign ? openForeign() : openOwn();
}

async function openForeign(): Promise<Target> {
  const read = (name: string) => readFileSync(process.env[name] ?? "", "utf8");
  const party = (name: string): Party => ({
    sae: process.env[`KME_${name}_SAE`] ?? "",
    url: (process.env[`KME_${name}_URL`] ?? "").replace(/\/$/, ""),
    cert: read(`KME_${name}_CERT`),
    key: read(`KME_${name}_KEY`),
  });
  return {
    ca: read("KME_CA"),
    master: party("MASTER"),
    slave: party("SLAVE"),
    other: hasOther ? party("OTHER") : undefined,
    own: undefined,
    close: async () => undefined,
  };
}

async function openOwn(): Promise<Target> {
  const folder = await newFolder();
  let later = 0;
  const now = () => Date.now() + later;
  let test = await openTestWorld(folder, { now });
  const ids = test.world.endpointSites;
  const lisbon = ids.filter((site) => site.startsWith("pt"));
  const party = (site: string): Party => {
    const { certificate, privateKey } = test.world.pki.saeCertificate(`sae-${site}`);
    const url = test.world.addressOf(site) ?? "";
    return { sae: `sae-${site}`, url, cert: certificate, key: privateKey };
  };
  return {
    ca: test.world.pki.root.certificate,
    master: party(lisbon[0] ?? ""),
    slave: party(ids.find((site) => site.startsWith("es")) ?? ""),
    other: party(lisbon[1] ?? ""),
    own: {
      get test() {
        return test;
      },
      passTime(ms) {
        later += ms;
      },
      async restart() {
        await test.world.close();
        test = await openTestWorld(folder, { now });
      },
    },
    async close() {
      await test.world.close();
      removeFolder(folder);
    },
  };
}
