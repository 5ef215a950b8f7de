import { join } from "node:path";
import { OrbitClock } from "../../network/clock.ts";
import { PassPlan } from "../../network/pass-plan.ts";
import { isSpaceLink } from "../../network/space-link.ts";
import type { Link, Topology } from "../../network/topology.ts";
import { createWeather, steerWeather } from "../../network/weather.ts";
import { BlockWorkers } from "../links/block-workers.ts";
import { Emitter } from "../links/emitter.ts";
import { installationKey } from "../links/installation-key.ts";
import type { LinkEvents, LinkLedger, LostRow } from "../links/link-network-types.ts";
import { type AuthenticationStore, openAuthentication } from "../links/open-authentication.ts";
import { SpaceLink } from "./space-link.ts";
import { SpaceNetwork } from "./space-network.ts";
import { SpacePool } from "./space-pool.ts";
import { SpaceStore } from "./space-store.ts";

export interface OpenSpaceOptions {
  readonly topology: Topology;
  /** The bundled link-worker, a file that plain Node can run. */
  readonly workerEntry: string | URL;
  readonly ledger: LinkLedger;
  /** ms UTC */
  readonly now: () => number;
  /** Fills a buffer with key that is installed by hand on new links. */
  readonly random: (target: Uint8Array<ArrayBuffer>) => void;
  /** Folder of the stored key. */
  readonly dataFolder: string;
  /** How fast the satellites' time runs at first, 1 to 120. */
  readonly rate?: number;
  readonly weatherSeed?: number;
  /** Key each end may store per link, bytes. Default 500,000. */
  readonly capacityBytes?: number;
  /** Key a new link gets from the passes before its first start, bytes at least; default a tenth of the capacity. */
  readonly firstStoreBytes?: number;
}

const reserveBytes = 512;

/** The network without its space links, for what makes key on fibre. */
export function withoutSpace(topology: Topology): Topology {
  return { ...topology, keyLinks: topology.keyLinks.filter((link) => !isSpaceLink(link)) };
}

/**
 * Opens the stored key of every space link and starts the satellites' clock. What a restart made unusable is told to
 * the ledger as lost before the first pass.
 */
export async function openSpace(options: OpenSpaceOptions): Promise<SpaceNetwork> {
  const { topology, ledger, now, dataFolder } = options;
  const spaceLinks = topology.keyLinks.filter(isSpaceLink);
  const ends = [...new Set(spaceLinks.flatMap(({ a, b }) => [a, b]))];
  const emitter = new Emitter<LinkEvents & { change: string }>();
  const stores = await openStores(dataFolder, ends);
  const capacityBytes = options.capacityBytes ?? 500_000;
  const pools = spaceLinks.map((link) => openPool(link, stores, capacityBytes, ledger, emitter));
  const losses = lossesOf(pools, now());
  if (losses.length > 0) await ledger.acceptLosses(losses);
  const authentication = await openAuthentication(
    { ...topology, keyLinks: spaceLinks, keySites: ends },
    join(dataFolder, "authentication"),
    options.random,
  );
  const plan = new PassPlan(topology);
  const stationOf = new Map(spaceLinks.map((link) => [link.id, stationEnd(topology, link)]));
  return new SpaceNetwork({
    links: pools.map(
      (pool) =>
        new SpaceLink(stationOf.get(pool.linkId) ?? pool.a, pool, authentication.of(pool.linkId), now()),
    ),
    plan,
    weather: steerWeather(createWeather(plan.stations, options.weatherSeed ?? 1)),
    clock: new OrbitClock(now, options.rate ?? 1),
    workers: new BlockWorkers({ entry: options.workerEntry, count: 1, share: 1 }),
    ledger,
    now,
    emitter,
    firstStoreBytes: options.firstStoreBytes ?? capacityBytes / 10,
    closeStores: () => closeAll(stores, authentication),
  });
}

async function openStores(folder: string, ends: readonly string[]): Promise<Map<string, SpaceStore>> {
  const wrapping = await installationKey(join(folder, "installation.key"));
  try {
    return new Map(
      ends.map((site) => [site, SpaceStore.open(join(folder, `${site}.store`), site, wrapping.reveal())]),
    );
  } finally {
    wrapping.destroy();
  }
}

async function closeAll(
  stores: ReadonlyMap<string, SpaceStore>,
  authentication: AuthenticationStore,
): Promise<void> {
  for (const store of stores.values()) store.close();
  await authentication.close();
}

function openPool(
  { id: linkId, a, b }: Link,
  stores: ReadonlyMap<string, SpaceStore>,
  capacityBytes: number,
  ledger: LinkLedger,
  emitter: Emitter<LinkEvents & { change: string }>,
): SpacePool {
  return new SpacePool({
    linkId,
    a,
    b,
    capacityBytes,
    reserveBytes,
    initial: ledger.initialCounts(linkId),
    storeA: stores.get(a) as SpaceStore,
    storeB: stores.get(b) as SpaceStore,
    onReserved: (reservation, purpose) => emitter.emit("reserved", { link: linkId, purpose, reservation }),
    onStateChange: () => emitter.emit("change", linkId),
    onFault: (error) => emitter.emit("fault", { link: linkId, error }),
  });
}

function stationEnd(topology: Topology, { a, b }: Link): string {
  return topology.satellites.some((satellite) => satellite.id === a) ? b : a;
}

function lossesOf(pools: readonly SpacePool[], at: number): LostRow[] {
  return pools
    .map(({ linkId, inner }) => ({ link: linkId, at, bytes: { a: inner.endA.lost, b: inner.endB.lost } }))
    .filter(({ bytes }) => bytes.a > 0 || bytes.b > 0);
}
