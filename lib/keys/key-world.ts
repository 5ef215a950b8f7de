import { join } from "node:path";
import type { Topology } from "../network/topology.ts";
import { CommitQueue } from "../shared/database/commit-queue.ts";
import type { Database } from "../shared/database/database.ts";
import { type FolderLock, lockFolder } from "../shared/database/folder-lock.ts";
import { migrate } from "../shared/database/migrate.ts";
import { openPglite } from "../shared/database/open-pglite.ts";
import { openPostgres } from "../shared/database/open-postgres.ts";
import { formatUuid } from "../shared/uuid.ts";
import { BuiltInKeyProvider } from "./built-in-key-provider.ts";
import { EtsiKeyProvider } from "./etsi014/etsi-key-provider.ts";
import { openExternal } from "./external/open-external.ts";
import { GatewayKeyProvider } from "./gateway-key-provider.ts";
import { createHousekeeping, repeat } from "./housekeeping.ts";
import type { KeyProvider } from "./key-provider.ts";
import type { KeyWorld, KeyWorldOptions } from "./key-world-types.ts";
import { KeyStore } from "./kme/key-store.ts";
import { Kme, saeIdOf } from "./kme/kme.ts";
import { RelayDesk } from "./kme/relay-desk.ts";
import { RouteFinder } from "./kme/route-finder.ts";
import { passStep } from "./kme/supply-steps.ts";
import { WrappingKeys } from "./kme/wrapping-keys.ts";
import { openKmeListeners } from "./kme-listeners.ts";
import { ChainWitness } from "./ledger/chain-witness.ts";
import { Consumption } from "./ledger/consumption.ts";
import { Ledger } from "./ledger/ledger.ts";
import { createLinkLedger } from "./ledger/link-ledger.ts";
import { SiteSigningKeys } from "./ledger/site-signing-keys.ts";
import type { LinkLedger } from "./links/link-network-types.ts";
import { KeyMetrics } from "./metrics/key-metrics.ts";
import { KeyNetworkPki } from "./pki/key-network-pki.ts";
import { KeyPolicy } from "./policy/key-policy.ts";
import { createViews, unknownSite } from "./views/world-views.ts";

/** Undoes what was opened so far, last first, when a later step fails. */
type Opened = (() => Promise<void> | void)[];

/**
 * Opens or creates the key world in its data folder.
 * @throws DatabaseError when the folder is locked, corrupt or newer than the program.
 */
export async function createKeyWorld(options: KeyWorldOptions): Promise<KeyWorld> {
  const lock = lockFolder(options.dataFolder, "qkdn");
  const opened: Opened = [() => lock.release()];
  try {
    const database = await openDatabase(options);
    opened.push(() => database.close());
    const keeping = await openKeeping(options, lock, database, opened);
    return await assemble(options, lock, keeping, opened);
  } catch (error) {
    for (const close of opened.reverse()) await close();
    throw error;
  }
}

async function openDatabase(options: KeyWorldOptions): Promise<Database> {
  const database =
    options.databaseUrl === undefined
      ? await openPglite(join(options.dataFolder, "db"))
      : await openPostgres(options.databaseUrl);
  try {
    await migrate(database, options.migrations ?? join(process.cwd(), "prisma/keys/migrations"));
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

type Keeping = Awaited<ReturnType<typeof openKeeping>>;

/** What is kept: ledger, waiting keys under their wrapping keys, statistics. */
async function openKeeping(
  { dataFolder, now, atStep }: KeyWorldOptions,
  lock: FolderLock,
  database: Database,
  opened: Opened,
) {
  const commits = new CommitQueue(database);
  opened.push(() => commits.close());
  const ledger = await Ledger.open(database, commits);
  const store = new KeyStore(database, commits, ledger, atStep);
  const highest = await store.highestWrappingKey();
  const wrapping = WrappingKeys.open(join(dataFolder, "wrapping"), highest, atStep);
  opened.push(() => wrapping.close());
  const powerLost = lock.previousStop === "machine-restarted" && database.kind === "pglite";
  await store.voidAtStart(now(), powerLost, wrapping);
  const consumption = new Consumption();
  await consumption.recover(database);
  await consumption.flush(database, now(), true);
  return { database, commits, ledger, store, wrapping, consumption };
}

async function assemble(
  options: KeyWorldOptions,
  lock: FolderLock,
  keeping: Keeping,
  opened: Opened,
): Promise<KeyWorld> {
  const { topology, now, atStep = passStep } = options;
  const { database, commits, ledger, store, wrapping, consumption } = keeping;
  const startedAt = now();
  let keysSupplied = await countKeys(database);
  const endpointSites = topology.sites.filter((site) => site.kind === "endpoint").map((site) => site.id);
  const pki = await KeyNetworkPki.open(join(options.dataFolder, "pki"), now);
  await pki.ensureSiteSaes(endpointSites);
  const signing = SiteSigningKeys.open(pki.folder, topology.keySites);
  const witness = new ChainWitness(ledger, commits, signing, topology.keySites, options.atStep);

  const linkLedger = createLinkLedger(ledger, firstEnds(topology));
  const network = await options.links(countingBlocks(linkLedger, consumption));
  const finder = new RouteFinder(topology, network);
  const wire = options.wire ?? ((frame) => frame);
  const policy = new KeyPolicy(network, now);
  const metrics = new KeyMetrics(network, ledger);
  const desk = new RelayDesk({ network, policy, finder, ledger, store, wrapping, now, wire, atStep });
  desk.onRelay((event) => {
    consumption.addRelay(event);
    metrics.noteRelay(event.keyIds.length, event.networkBytes);
    keysSupplied += event.keyIds.length;
  });
  const siteOfSae = (sae: string) => pki.saes.find(sae)?.site;
  const sites = new Set([...topology.keySites, ...endpointSites]);
  const kmes = new Map(
    [...sites].map((site) => [
      site,
      new Kme({ site, desk, store, wrapping, finder, siteOfSae, now, metrics }),
    ]),
  );
  const kme = (site: string): Kme => {
    const found = kmes.get(site);
    if (found === undefined) throw unknownSite(site);
    return found;
  };
  const listeners = await openKmeListeners(options, endpointSites, pki, kme);
  opened.push(() => listeners.close());
  const addressOf = (site: string) => listeners.addressOf(site);
  const providers = new Providers(kme, addressOf, pki);
  const external = openExternal(options, commits, ledger);
  opened.push(() => external.close());

  const hostSite = endpointSites[0] ?? topology.keySites[0] ?? "";
  const keepHouse = createHousekeeping({ ...keeping, desk, witness, metrics, hostSite, now });
  const stopHousekeeping = repeat(keepHouse, options.housekeepingMs ?? 60_000, options.log);

  const overview = () => ({ topology, network, ledger, finder, startedAt, keysSupplied });
  const views = createViews({
    overview,
    database,
    consumption,
    witness,
    signing,
    policy,
    pki,
    kme,
    endpointSites,
    addressOf,
    now,
  });
  const close = async () => {
    await stopHousekeeping();
    providers.close();
    external.close();
    await listeners.close();
    await desk.settleOwed();
    // Statistics can be made again from the ledger: they do not keep the database from closing in order.
    await commits
      .run((client) => consumption.flush(client, now(), true))
      .catch(options.log ?? (() => undefined));
    await commits.close();
    wrapping.close();
    await database.close();
    lock.release();
  };
  let closing: Promise<void> | undefined;
  return {
    database,
    commits,
    ledger,
    pki,
    network,
    views,
    metrics,
    endpointSites,
    kme,
    addressOf,
    keepHouse,
    providerFor: (site, kind) => providers.find(site, kind),
    gatewayProviderFor: (site, kind) =>
      external.over(site, new GatewayKeyProvider(providers.find(site, kind), kme(site), saeIdOf(site))),
    async noteUse(use) {
      await store.noteUse(use);
      consumption.addDraw(use.at, use.masterSite, use.suite, use.level, use.bytes);
    },
    onRelay: (listener) =>
      desk.onRelay(({ keyIds, routes, bits, at }) => {
        const [first] = keyIds;
        if (first === undefined) return;
        listener({ keyId: formatUuid(first), route: routes[0] ?? [], bits: bits * keyIds.length, at });
      }),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** One provider for each site and way of asking, made when first wanted. */
class Providers {
  readonly #known = new Map<string, KeyProvider>();
  readonly #connected: EtsiKeyProvider[] = [];
  readonly #kme: (site: string) => Kme;
  readonly #addressOf: (site: string) => string | undefined;
  readonly #pki: KeyNetworkPki;

  constructor(
    kme: (site: string) => Kme,
    addressOf: (site: string) => string | undefined,
    pki: KeyNetworkPki,
  ) {
    this.#kme = kme;
    this.#addressOf = addressOf;
    this.#pki = pki;
  }

  find(site: string, kind: "etsi014" | "built-in"): KeyProvider {
    const name = `${kind} ${site}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const sae = saeIdOf(site);
    const provider =
      kind === "built-in" ? new BuiltInKeyProvider(this.#kme(site), sae) : this.#connect(site, sae);
    this.#known.set(name, provider);
    return provider;
  }

  close(): void {
    for (const provider of this.#connected) provider.close();
  }

  #connect(site: string, sae: string): EtsiKeyProvider {
    const url = this.#addressOf(site);
    if (url === undefined) throw unknownSite(site);
    const root = this.#pki.root.certificate;
    const provider = new EtsiKeyProvider({ address: { url, root, ...this.#pki.saeCertificate(sae) } });
    this.#connected.push(provider);
    return provider;
  }
}

function firstEnds(topology: Topology): (link: string) => string {
  const ends = new Map(topology.keyLinks.map((link) => [link.id, link.a]));
  return (link) => {
    const site = ends.get(link);
    if (site === undefined) throw new Error(`link ${link} is not in the topology`);
    return site;
  };
}

function countingBlocks(ledger: LinkLedger, consumption: Consumption): LinkLedger {
  return {
    ...ledger,
    async acceptBlock(row) {
      await ledger.acceptBlock(row);
      consumption.addGenerated(row.at, row.bytes.a);
    },
  };
}

async function countKeys(database: Database): Promise<number> {
  const [row] = await database.query<{ keys: number }>(
    "SELECT coalesce(sum(keys), 0)::int8 AS keys FROM consumption WHERE purpose IN ('relayed', 'supplied')",
  );
  return row?.keys ?? 0;
}
