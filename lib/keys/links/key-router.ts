import { createRouter, type Router, type RouterOptions } from "../../network/routing.ts";
import type { Topology } from "../../network/topology.ts";
import type { LinkNetwork } from "../link-types.ts";

/** Routes over what the pools hold at the moment of each question; links in alarm or cut are not used. */
export function createKeyRouter(topology: Topology, links: LinkNetwork, options?: RouterOptions): Router {
  const pools = topology.keyLinks.map((link) => links.pool(link.id));
  const keyOn = (index: number): number => {
    const pool = pools[index];
    return pool?.usable === true ? pool.availableBytes : 0;
  };
  return createRouter(topology, keyOn, options);
}
