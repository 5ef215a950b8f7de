import type { Link, Topology } from "../../network/topology.ts";
import type { LinkView, TopologyView } from "../api-types.ts";

/** The network as the operations face shows it: every link of the file, then the virtual links across MDI hubs. */
export function topologyViewOf(topology: Topology): TopologyView {
  const listed = new Set(topology.links.map((link) => link.id));
  const virtual = topology.keyLinks.filter((link) => !listed.has(link.id));
  return {
    network: topology.name,
    simulated: true,
    sites: topology.sites,
    links: [...topology.links, ...virtual].map(linkView),
    satellites: topology.satellites.map(({ id, name }) => ({ id, name })),
    sources: topology.sources,
  };
}

function linkView({ lossEstimated: _, ...link }: Link): LinkView {
  return link;
}
