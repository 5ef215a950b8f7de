import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Topology } from "../network/topology.ts";
import { CommitQueue } from "../shared/database/commit-queue.ts";
import type { Database } from "../shared/database/database.ts";
import { type FolderLock, lockFolder } from "../shared/database/folder-lock.ts";
import { migrate } from "../shared/database/migrate.ts";
import { openPglite } from "../shared/database/open-pglite.ts";
import { openPostgres } from "../shared/database/open-postgres.ts";
import { formatUuid } from "../shared/uuid.ts";
import type { OperationsEvents } from "./api-types.ts";
import { BuiltInKeyProvider } from "./built-in-key-provider.ts";
import { EtsiKeyProvider } from "./etsi014/etsi-key-provider.ts";
import { KmeServer } from "./etsi014/kme-server.ts";
import type { KeyProvider } from "./key-provider.ts";
import { KeyStore, type KeyUse } from "./kme/key-store.ts";
import { Kme, saeIdOf } from "./kme/kme.ts";
import type { HopWire } from "./kme/relay.ts";
import { RelayDesk } from "./kme/relay-desk.ts";
import { RouteFinder } from "./kme/route-finder.ts";
import { WrappingKeys } from "./kme/wrapping-keys.ts";
import { ChainWitness } from "./ledger/chain-witness.ts";
import { Consumption } from "./ledger/consumption.ts";
import { Ledger } from "./ledger/ledger.ts";
import { createLinkLedger } from "./ledger/link-ledger.ts";
import { SiteSigningKeys } from "./ledger/site-signing-keys.ts";
import type { LinkNetwork } from "./link-types.ts";
import type { LinkLedger } from "./links/link-network-types.ts";
import { KeyNetworkPki } from "./pki/key-network-pki.ts";
import { writePublicFile } from "./pki/private-file.ts";
import { createViews, type KeyWorldViews, unknownSite } from "./views/world-views.ts";

export interface KeyWorldOptions {
  /** DATA_DIR/qkdn: lock, db/, pki/, wrapping/, kmes.json. */
  readonly dataFolder: string;
  readonly topology: Topology;
  /** Makes the links once the ledger is open; they must account for every byte through it. */
  readonly links: (ledger: LinkLedger) => LinkNetwork | Promise<LinkNetwork>;
  /** PostgreSQL instead of the embedded database. */
  readonly databaseUrl?: string;
  /** Reviewed SQL of the keys database. Default prisma/keys/migrations under the working directory. */
  readonly migrations?: string;
  readonly listen: {
    /** Default 127.0.0.1. */
    readonly host?: string;
    /** Further names and addresses for the KMEs' certificates. */
    readonly names?: readonly string[];
  };
  readonly now: () => number;
  /** Between housekeeping rounds (expiry, erasure, heads of the ledger). Default 60,000 ms; 0: none by itself. */
  readonly housekeepingMs?: number;
  /** What carries relay frames between nodes; tests put an attacker here. */
  readonly wire?: HopWire;
  /** Told of a housekeeping round that failed; the next one tries again. */
  readonly log?: (error: unknown) => void;
}

/** All key managers of one process, their ledger and their listeners. */
export interface KeyWorld {
  readonly database: Database;
  /** Group commit on `database`: all writes go through it. */
  readonly commits: CommitQueue;
  readonly ledger: Ledger;
  readonly pki: KeyNetworkPki;
  readonly network: LinkNetwork;
  readonly views: KeyWorldViews;
  /** Sites with an SAE-facing listener. */
  readonly endpointSites: readonly string[];
  /** @throws KeyRequestError for a site that holds no key. */
  kme(site: string): Kme;
  /** The site's key manager as its gateway sees it: by ETSI GS QKD 014 over mutual TLS, or called directly. */
  providerFor(site: string, kind: "etsi014" | "built-in"): KeyProvider;
  /** https://host:port of a site's KME. */
  addressOf(site: string): string | undefined;
  /** Suite, level and (as an HMAC) conversation of a drawn key, for its life and the consumption screen. */
  noteUse(use: KeyUse): Promise<void>;
  onRelay(listener: (event: OperationsEvents["relay"]) => void): () => void;
  /** One round now. Wrapping keys go when nothing was wrapped under them for `idleMs` (default 60,000). */
  keepHouse(options?: { readonly idleMs?: number }): Promise<void>;
  close(): Promise<void>;
}

const portsSchema = z.record(z.string(), z.int().min(1).max(65_535));
const hourMs = 3_600_000;

/**
 * Opens or creates the key world in its data folder.
 * @throws DatabaseError when the folder is locked, corrupt or newer than the program.
 */
export async function createKeyWorld(options: KeyWorldOptions): Promise<KeyWorld> {
  const lock = lockFolder(options.dataFolder, "qkdn");
  const opened: (() => Promise<void> | void)[] = [() => lock.release()];
  try {
    const database = await openDatabase(options);
    opened.push(() => database.close());
    return await assemble(options, lock, database, opened);
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

async function assemble(
  options: KeyWorldOptions,
  lock: FolderLock,
  database: Database,
  opened: (() => Promise<void> | void)[],
): Promise<KeyWorld> {
  const { dataFolder, topology, now } = options;
  const startedAt = now();
  const commits = new CommitQueue(database);
  opened.push(() => commits.close());
  const ledger = await Ledger.open(database, commits);
  const store = new KeyStore(database, commits, ledger);
  const wrapping = WrappingKeys.open(join(dataFolder, "wrapping"), await store.highestWrappingKey());
  opened.push(() => wrapping.close());
  const powerLost = lock.previousStop === "machine-restarted" && database.kind === "pglite";
  await store.voidAtStart(startedAt, powerLost, wrapping);
  const consumption = new Consumption();
  await consumption.recover(database);
  await consumption.flush(database, startedAt, true);
  let keysSupplied = await countKeys(database);

  const endpointSites = topology.sites.filter((site) => site.kind === "endpoint").map((site) => site.id);
  const pki = await KeyNetworkPki.open(join(dataFolder, "pki"), now);
  await pki.ensureSiteSaes(endpointSites);
  const signing = SiteSigningKeys.open(pki.folder, topology.keySites);
  const witness = new ChainWitness(ledger, commits, signing, topology.keySites);

  const network = await options.links(
    countingBlocks(createLinkLedger(ledger, firstEnds(topology)), consumption),
  );
  const finder = new RouteFinder(topology, network);
  const wire = options.wire ?? ((frame) => frame);
  const desk = new RelayDesk({ network, finder, ledger, store, wrapping, now, wire });
  desk.onRelay((event) => {
    consumption.addRelay(event);
    keysSupplied += event.keyIds.length;
  });
  const siteOfSae = (sae: string) => pki.saes.find(sae)?.site;
  const kmes = new Map(
    [...new Set([...topology.keySites, ...endpointSites])].map((site) => [
      site,
      new Kme({ site, desk, store, wrapping, finder, siteOfSae, now }),
    ]),
  );
  const kme = (site: string): Kme => {
    const found = kmes.get(site);
    if (found === undefined) throw unknownSite(site);
    return found;
  };

  const server = await openListeners(options, endpointSites, pki, kme);
  opened.push(() => server.close());
  const host = options.listen.host ?? "127.0.0.1";
  const reachable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const addressOf = (site: string) => {
    const port = server.port(site);
    return port === undefined
      ? undefined
      : `https://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
  };

  const hostSite = endpointSites[0] ?? topology.keySites[0] ?? "";
  let rounds = 0;
  const keepHouse = async ({ idleMs = 60_000 }: { readonly idleMs?: number } = {}) => {
    await desk.settleOwed();
    while ((await store.expire(now())) > 0);
    await store.eraseWrappingKeys(wrapping, hostSite, now() - idleMs, now());
    await witness.publish(now());
    await commits.run((client) => consumption.flush(client, now()));
    // The embedded database has nobody else who would reclaim the room of collected keys.
    if (database.kind === "pglite" && ++rounds % 10 === 0) await database.exec("VACUUM waiting_keys");
  };
  const stopHousekeeping = startHousekeeping(keepHouse, options.housekeepingMs ?? 60_000, options.log);

  const providers = new Map<string, KeyProvider & { close?(): void }>();
  const views = createViews({
    overview: () => ({ topology, network, ledger, finder, startedAt, keysSupplied }),
    database,
    consumption,
    witness,
    pki,
    kme,
    endpointSites,
    addressOf,
  });
  let closing: Promise<void> | undefined;
  return {
    database,
    commits,
    ledger,
    pki,
    network,
    views,
    endpointSites,
    kme,
    addressOf,
    keepHouse,
    providerFor(site, kind) {
      const name = `${kind} ${site}`;
      const known = providers.get(name);
      if (known !== undefined) return known;
      const provider =
        kind === "built-in"
          ? new BuiltInKeyProvider(kme(site), saeIdOf(site))
          : openEtsiProvider(site, addressOf(site), pki);
      providers.set(name, provider);
      return provider;
    },
    async noteUse(use) {
      await store.noteUse(use);
      consumption.addDraw(use.at, use.masterSite, use.suite, use.level, use.bytes);
    },
    onRelay: (listener) =>
      desk.onRelay(({ keyIds, routes, bits, at }) => {
        const [first] = keyIds;
        if (first !== undefined) {
          listener({ keyId: formatUuid(first), route: routes[0] ?? [], bits: bits * keyIds.length, at });
        }
      }),
    close() {
      closing ??= (async () => {
        await stopHousekeeping();
        for (const provider of providers.values()) provider.close?.();
        await server.close();
        await desk.settleOwed();
        await commits.run((client) => consumption.flush(client, now(), true));
        await commits.close();
        wrapping.close();
        await database.close();
        lock.release();
      })();
      return closing;
    },
  };
}

function openEtsiProvider(site: string, address: string | undefined, pki: KeyNetworkPki): EtsiKeyProvider {
  if (address === undefined) throw unknownSite(site);
  return new EtsiKeyProvider({
    address: { url: address, root: pki.root.certificate, ...pki.saeCertificate(saeIdOf(site)) },
  });
}

/** KMEs keep their ports from one start to the next in kmes.json, as long as nobody else takes them. */
async function openListeners(
  options: KeyWorldOptions,
  sites: readonly string[],
  pki: KeyNetworkPki,
  kme: (site: string) => Kme,
): Promise<KmeServer> {
  const path = join(options.dataFolder, "kmes.json");
  const known = existsSync(path) ? portsSchema.safeParse(JSON.parse(readFileSync(path, "utf8"))) : undefined;
  const ports = known?.success === true ? known.data : {};
  const listeners = await Promise.all(
    sites.map(async (site) => ({
      kme: kme(site),
      certificate: await pki.kmeCertificate(site, options.listen.names),
      port: ports[site] ?? 0,
    })),
  );
  const server = await KmeServer.listen({
    host: options.listen.host ?? "127.0.0.1",
    clientRoot: pki.root.certificate,
    saes: pki.saes,
    listeners,
  });
  writePublicFile(
    path,
    JSON.stringify(Object.fromEntries(sites.map((site) => [site, server.port(site)])), null, 1),
  );
  return server;
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

/** Rounds never overlap, and a round that fails is tried again at the next. */
function startHousekeeping(
  keepHouse: () => Promise<void>,
  everyMs: number,
  log: (error: unknown) => void = () => {},
): () => Promise<void> {
  if (everyMs === 0) return async () => {};
  let round: Promise<void> = Promise.resolve();
  let busy = false;
  const timer = setInterval(
    () => {
      if (busy) return;
      busy = true;
      round = keepHouse()
        .catch(log)
        .finally(() => {
          busy = false;
        });
    },
    Math.min(everyMs, hourMs),
  );
  timer.unref();
  return async () => {
    clearInterval(timer);
    await round;
  };
}
