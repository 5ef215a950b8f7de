import { availableParallelism } from "node:os";
import { join } from "node:path";
import { isSpaceLink } from "../network/space-link.ts";
import type { Topology } from "../network/topology.ts";
import { createKeyWorld } from "./key-world.ts";
import type { KeyWorld, KeyWorldOptions } from "./key-world-types.ts";
import { createLinkNetwork } from "./links/create-link-network.ts";
import type { LinkLedger, SimulatedLinkNetwork } from "./links/link-network-types.ts";
import { readLinkParameters } from "./links/link-parameters-file.ts";
import { joinNetworks } from "./space/join-networks.ts";
import { openSpace, withoutSpace } from "./space/open-space.ts";
import type { SpaceNetwork } from "./space/space-network.ts";

export interface SimulatedWorldOptions extends Omit<KeyWorldOptions, "links"> {
  readonly topology: Topology;
  /** The bundled link worker, a file that plain Node can run. */
  readonly linkWorker: URL;
  readonly linkWorkers: number | undefined;
  readonly poolTargetBytes: number | undefined;
  /** How fast the satellites' time runs at first; default 1, wall time. */
  readonly orbitRate?: number;
  /** Gives new space links key from the passes of the days before: for demonstrations, and the default. */
  readonly firstStore?: boolean;
}

export interface SimulatedWorld {
  readonly world: KeyWorld;
  /** Fibre and space links as one network. */
  readonly links: SimulatedLinkNetwork;
  /** Undefined for a network without satellites. */
  readonly space: SpaceNetwork | undefined;
}

/** Key managers over simulated quantum links. Close `links` first: blocks under way still enter the ledger. */
export async function openSimulatedWorld(options: SimulatedWorldOptions): Promise<SimulatedWorld> {
  const {
    linkWorker: _worker,
    linkWorkers: _workers,
    poolTargetBytes: _target,
    orbitRate: _rate,
    firstStore: _store,
    ...rest
  } = options;
  let links: SimulatedLinkNetwork | undefined;
  let space: SpaceNetwork | undefined;
  const world = await createKeyWorld({
    ...rest,
    links: async (ledger) => {
      links = await openFibre(options, ledger);
      space = await openSatellites(options, ledger);
      if (space !== undefined) links = joinNetworks(links, space);
      return links;
    },
  }).catch(async (error: unknown) => {
    await links?.close();
    throw error;
  });
  if (links === undefined) throw new Error("the key world opened no links");
  return { world, links, space };
}

async function openFibre(options: SimulatedWorldOptions, ledger: LinkLedger): Promise<SimulatedLinkNetwork> {
  const { topology, linkWorker, linkWorkers, poolTargetBytes, dataFolder, now } = options;
  return createLinkNetwork({
    topology: withoutSpace(topology),
    parameters: readLinkParameters(dataFolder, withoutSpace(topology)),
    workerEntry: linkWorker,
    ledger,
    now,
    random: (target) => void crypto.getRandomValues(target),
    dataFolder: join(dataFolder, "links"),
    workers: linkWorkers ?? Math.max(1, availableParallelism() - 1),
    ...(poolTargetBytes === undefined ? {} : { targetBytes: poolTargetBytes }),
  });
}

async function openSatellites(
  options: SimulatedWorldOptions,
  ledger: LinkLedger,
): Promise<SpaceNetwork | undefined> {
  const { topology, linkWorker, poolTargetBytes, dataFolder, now, orbitRate, firstStore } = options;
  if (!topology.keyLinks.some(isSpaceLink)) return undefined;
  return openSpace({
    topology,
    workerEntry: linkWorker,
    ledger,
    now,
    random: (target) => void crypto.getRandomValues(target),
    dataFolder: join(dataFolder, "space"),
    // Passes are hours apart: a store holds twice what a fibre pool does.
    ...(poolTargetBytes === undefined ? {} : { capacityBytes: 2 * poolTargetBytes }),
    ...(orbitRate === undefined ? {} : { rate: orbitRate }),
    ...(firstStore === false ? { firstStoreBytes: 0 } : {}),
  });
}
