import type { Topology } from "../network/topology.ts";

/** A network that comes with the program, fetched when a scene first asks for it. */
export async function loadNamedPlan(name: "nine" | "eu27"): Promise<Topology> {
  const { loadNamedNetwork } = await import("../network/named-networks.ts");
  return loadNamedNetwork(name);
}
