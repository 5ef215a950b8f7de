import eu27 from "./data/network-eu27.json" with { type: "json" };
import small from "./data/network-iberia-small.json" with { type: "json" };
import nine from "./data/network-nine.json" with { type: "json" };
import { loadTopology } from "./load-topology.ts";
import type { Topology } from "./topology.ts";

const networks = { nine, eu27, "iberia-small": small } as const;

/** One of the networks that come with the program. */
export function loadNamedNetwork(name: keyof typeof networks): Topology {
  return loadTopology(networks[name]);
}
