import type { Database } from "../../shared/database/database.ts";
import type {
  BalanceView,
  ChainView,
  ConsumptionView,
  ExposureView,
  KeyLifeView,
  KmeStatusView,
  KmeView,
  LedgerEntryView,
  OverviewView,
  PairView,
  PoolOutlookView,
  VerifyView,
} from "../api-types.ts";
import { statusBody } from "../etsi014/status-body.ts";
import { KeyRequestError } from "../key-errors.ts";
import { type Kme, saeIdOf } from "../kme/kme.ts";
import { type ChainWitness, readWitnessedHeads } from "../ledger/chain-witness.ts";
import type { Consumption, ConsumptionGroup } from "../ledger/consumption.ts";
import { type ExportFormat, exportLedger } from "../ledger/export-ledger.ts";
import { type ExposureQuestion, findExposure } from "../ledger/find-exposure.ts";
import { databaseSource } from "../ledger/ledger-source.ts";
import type { SiteSigningKeys } from "../ledger/site-signing-keys.ts";
import { verifyChains } from "../ledger/verify-chains.ts";
import type { KeyNetworkPki } from "../pki/key-network-pki.ts";
import type { KeyPolicy } from "../policy/key-policy.ts";
import { viewBalances } from "./balances.ts";
import { findKeyLife, listKeyLives } from "./key-lives.ts";
import { viewKme } from "./kmes.ts";
import { type LedgerQuery, listChains, listLedgerEntries } from "./ledger-entries.ts";
import { type OverviewSources, viewOverview } from "./overview.ts";

/** What the operations face of the key world reads: one function for each of its GET routes. */
export interface KeyWorldViews {
  overview(): OverviewView;
  consumption(range: {
    readonly from: number;
    readonly to: number;
    readonly bucketMs: number;
    readonly by: ConsumptionGroup;
  }): Promise<ConsumptionView>;
  pair(a: string, b: string): PairView;
  /** Production, use and who waits, for every link. */
  pools(): PoolOutlookView[];
  balances(): BalanceView[];
  chains(): Promise<ChainView[]>;
  verify(site?: string): Promise<VerifyView>;
  entries(query: LedgerQuery): Promise<LedgerEntryView[]>;
  /** The ledger as text in pieces, as it is at the first of them. */
  exportLedger(format: ExportFormat, site?: string): AsyncIterable<string>;
  /** Keys that some nodes together could know. */
  exposure(question: ExposureQuestion): Promise<ExposureView>;
  /** `after`: key_ID of the last key seen. */
  keys(page: { readonly after?: string; readonly limit?: number }): Promise<KeyLifeView[]>;
  keyLife(keyId: string): Promise<KeyLifeView | undefined>;
  kmes(): Promise<KmeView[]>;
  /** What the KME of `master` would answer that SAE of its keys with `slave`. @throws KeyRequestError */
  kmeStatus(master: string, slave: string): KmeStatusView;
}

export interface ViewSources {
  readonly overview: () => OverviewSources;
  readonly database: Database;
  readonly consumption: Consumption;
  readonly witness: ChainWitness;
  readonly signing: SiteSigningKeys;
  readonly policy: Pick<KeyPolicy, "outlook">;
  readonly now: () => number;
  readonly pki: KeyNetworkPki;
  readonly kme: (site: string) => Kme;
  readonly endpointSites: readonly string[];
  /** https://host:port of a site's KME. */
  readonly addressOf: (site: string) => string | undefined;
}

export function createViews(sources: ViewSources): KeyWorldViews {
  const { database, consumption } = sources;
  return {
    overview: () => viewOverview(sources.overview()),
    consumption: (range) => consumption.view(database, range),
    pair(a, b) {
      const { bytes, route, reason } = sources.kme(a).available(b);
      const availableBytes = route === undefined ? 0 : bytes;
      return { a, b, route: route ?? null, availableBytes, reason: reason ?? null };
    },
    pools: () =>
      sources
        .overview()
        .network.pools()
        .map(({ linkId }) => sources.policy.outlook(linkId)),
    balances() {
      const { network, ledger } = sources.overview();
      return viewBalances(network, ledger);
    },
    chains: () => listChains(database, sources.overview().ledger),
    async verify(site) {
      const { ledger } = sources.overview();
      const sites = site === undefined ? [...ledger.heads().keys()].sort() : [site];
      const heads = await readWitnessedHeads(database);
      return verifyChains(databaseSource(database), sites, heads, (head) =>
        sources.witness.verifySignature(head),
      );
    },
    entries: (query) => listLedgerEntries(database, query),
    exportLedger: (format, site) =>
      exportLedger({
        source: databaseSource(database),
        heads: new Map(sources.overview().ledger.heads()),
        keys: sources.signing,
        format,
        ...(site === undefined ? {} : { site }),
        now: sources.now(),
      }),
    exposure: (question) => findExposure(databaseSource(database), question),
    keys: (page) => listKeyLives(database, page),
    keyLife: (keyId) => findKeyLife(database, keyId),
    kmes: () => viewKmes(sources),
    kmeStatus(master, slave) {
      const site = sources.pki.saes.find(master)?.site;
      if (site === undefined) throw new KeyRequestError(`SAE ${master} is not known here`);
      return statusBody(sources.kme(site), master, slave);
    },
  };
}

async function viewKmes({ endpointSites, addressOf, pki }: ViewSources): Promise<KmeView[]> {
  const views: KmeView[] = [];
  for (const [i, site] of endpointSites.entries()) {
    const address = addressOf(site);
    if (address === undefined) continue;
    const { certificate } = await pki.kmeCertificate(site);
    const other = endpointSites[(i + 1) % endpointSites.length] ?? site;
    views.push(viewKme(site, address, certificate, saeIdOf(other), pki.saePaths(saeIdOf(site))));
  }
  return views;
}

/** @throws KeyRequestError for a site without KME. */
export function unknownSite(site: string): KeyRequestError {
  return new KeyRequestError(`there is no KME at ${site}`);
}
