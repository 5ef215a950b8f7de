import type { Topology } from "../../network/topology.ts";
import { presetFor } from "../../quantum/parameters.ts";
import { BlockWorkers } from "./block-workers.ts";
import { Emitter } from "./emitter.ts";
import { noCounts } from "./link-counts.ts";
import { LinkNetworkRunner } from "./link-network.ts";
import type { LinkEvents, LinkLedger, LostRow, SimulatedLinkNetwork } from "./link-network-types.ts";
import type { ParametersOfLink } from "./link-parameters-file.ts";
import { type AuthenticationStore, openAuthentication } from "./open-authentication.ts";
import { SimulatedLink } from "./simulated-link.ts";
import { SimulatedPool } from "./simulated-pool.ts";

export interface LinkNetworkOptions {
  readonly topology: Topology;
  /** The bundled link-worker, a file that plain Node can run. */
  readonly workerEntry: string | URL;
  readonly ledger: LinkLedger;
  /** ms UTC */
  readonly now: () => number;
  /** Fills a buffer from a cryptographic source: key that is installed by hand on new links. */
  readonly random: (target: Uint8Array<ArrayBuffer>) => void;
  /** Folder of the authentication reserves; without it they are kept in memory and forgotten. */
  readonly dataFolder?: string;
  /** Number of worker threads; the processor's cores less one, at least one, is usual. Default 1. */
  readonly workers?: number;
  /** Share of its time each worker may compute, above 0 up to 1. Default 1. */
  readonly workerShare?: number;
  /** Key each end's pool may hold, bytes. Default 250,000 (2 Mbit). */
  readonly targetBytes?: number;
  /** Devices of each link. Default: those of its kind. */
  readonly parameters?: ParametersOfLink;
}

/** Key kept back in each pool for the link's own authentication, bytes. */
const reserveBytes = 512;

/**
 * Opens the links of a network and starts to fill their pools. Pools begin empty: what they held when the last run
 * stopped is reported to the ledger as lost, at both ends, before the first block.
 * @throws PoolError when the ledger's counts cannot be; ReserveError when the reserves cannot be opened.
 */
export async function createLinkNetwork(options: LinkNetworkOptions): Promise<SimulatedLinkNetwork> {
  const { topology, ledger, now } = options;
  const emitter = new Emitter<LinkEvents & { change: string }>();
  const pools = new Map<string, SimulatedPool>();
  for (const { id: linkId, a, b } of topology.keyLinks) {
    const pool = new SimulatedPool({
      linkId,
      a,
      b,
      capacityBytes: options.targetBytes ?? 250_000,
      reserveBytes,
      initial: ledger.initialCounts(linkId) ?? { a: noCounts, b: noCounts },
      onReserved: (reservation, purpose) => emitter.emit("reserved", { link: linkId, purpose, reservation }),
      onStateChange: () => emitter.emit("change", linkId),
    });
    pools.set(linkId, pool);
  }
  const losses = lossesOf([...pools.values()], now());
  if (losses.length > 0) await ledger.acceptLosses(losses);
  const store = await openAuthentication(topology, options.dataFolder, options.random);
  const links = topology.keyLinks.map((link) =>
    buildLink(link, options.parameters ?? presetFor, pools, store, now()),
  );
  const workers = new BlockWorkers({
    entry: options.workerEntry,
    count: options.workers ?? 1,
    share: options.workerShare ?? 1,
  });
  return new LinkNetworkRunner({
    links,
    workers,
    depth: (options.workers ?? 1) + 1,
    ledger,
    now,
    store,
    emitter,
  });
}

function buildLink(
  link: Topology["keyLinks"][number],
  parameters: ParametersOfLink,
  pools: ReadonlyMap<string, SimulatedPool>,
  store: AuthenticationStore,
  startedAt: number,
): SimulatedLink {
  const pool = pools.get(link.id) as SimulatedPool;
  return new SimulatedLink({
    link,
    parameters: parameters(link),
    pool,
    authentication: store.of(link.id),
    startedAt,
  });
}

function lossesOf(pools: readonly SimulatedPool[], at: number): LostRow[] {
  return pools
    .map(({ linkId, endA, endB }) => ({ link: linkId, at, bytes: { a: endA.lost, b: endB.lost } }))
    .filter(({ bytes }) => bytes.a > 0 || bytes.b > 0);
}
