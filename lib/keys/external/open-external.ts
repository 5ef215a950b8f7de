import type { CommitQueue } from "../../shared/database/commit-queue.ts";
import { VernamError } from "../../shared/errors.ts";
import type { KeyProvider } from "../key-provider.ts";
import type { KeyWorldOptions } from "../key-world-types.ts";
import { saeIdOf } from "../kme/kme.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { ExternalKeyProvider } from "./external-key-provider.ts";
import { SeenKeys } from "./seen-keys.ts";

export interface ExternalKmes {
  /** The site's external key manager in front of its own; its own alone where none is configured. */
  over(site: string, builtIn: KeyProvider): KeyProvider;
  close(): void;
}

/** Connects the sites that have a real key manager. @throws VernamError "external-kme.site" for an unknown one. */
export function openExternal(
  { dataFolder, external, topology, now }: KeyWorldOptions,
  commits: CommitQueue,
  ledger: Ledger,
): ExternalKmes {
  if (external === undefined || external.size === 0) return { over: (_site, builtIn) => builtIn, close() {} };
  const known = new Set(topology.sites.map((site) => site.id));
  for (const site of [...external].flatMap(([own, { peers }]) => [own, ...peers.keys()])) {
    if (!known.has(site))
      throw new VernamError("external-kme.site", `There is no site ${site} for an external key manager.`);
  }
  const seen = new SeenKeys(dataFolder, commits, ledger, now);
  const connected: ExternalKeyProvider[] = [];
  return {
    over(site, builtIn) {
      const kme = external.get(site);
      if (kme === undefined) return builtIn;
      const acceptKeys = (keys: Parameters<SeenKeys["accept"]>[1]) => seen.accept(site, keys);
      const provider = new ExternalKeyProvider({ kme, saeOf: saeIdOf, builtIn, acceptKeys });
      connected.push(provider);
      return provider;
    },
    close() {
      for (const provider of connected.splice(0)) provider.close();
      seen.close();
    },
  };
}
