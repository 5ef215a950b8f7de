import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Topology } from "../network/topology.ts";
import { createKeyWorld } from "./key-world.ts";
import type { KeyWorld, KeyWorldOptions } from "./key-world-types.ts";
import { createLinkNetwork } from "./links/create-link-network.ts";
import type { SimulatedLinkNetwork } from "./links/link-network-types.ts";

export interface SimulatedWorldOptions extends Omit<KeyWorldOptions, "links"> {
  readonly topology: Topology;
  /** The bundled link worker, a file that plain Node can run. */
  readonly linkWorker: URL;
  readonly linkWorkers: number | undefined;
  readonly poolTargetBytes: number | undefined;
}

/** Key managers over simulated quantum links. Close `links` first: blocks under way still enter the ledger. */
export async function openSimulatedWorld(
  options: SimulatedWorldOptions,
): Promise<{ readonly world: KeyWorld; readonly links: SimulatedLinkNetwork }> {
  const { topology, linkWorker, linkWorkers, poolTargetBytes, ...rest } = options;
  let links: SimulatedLinkNetwork | undefined;
  const world = await createKeyWorld({
    ...rest,
    topology,
    links: async (ledger) => {
      links = await createLinkNetwork({
        topology,
        workerEntry: linkWorker,
        ledger,
        now: options.now,
        random: (target) => void crypto.getRandomValues(target),
        dataFolder: join(options.dataFolder, "links"),
        workers: linkWorkers ?? Math.max(1, availableParallelism() - 1),
        ...(poolTargetBytes === undefined ? {} : { targetBytes: poolTargetBytes }),
      });
      return links;
    },
  }).catch(async (error: unknown) => {
    await links?.close();
    throw error;
  });
  if (links === undefined) throw new Error("the key world opened no links");
  return { world, links };
}
