import { isSpaceLink } from "../../network/space-link.ts";
import type { Link, Topology } from "../../network/topology.ts";
import type { LinkView, TopologyView } from "../api-types.ts";
import type { ParametersOfLink } from "./link-parameters-file.ts";

/** The network as the operations face shows it: every link of the file, then the virtual links across MDI hubs. */
export function topologyViewOf(topology: Topology, parametersOf: ParametersOfLink): TopologyView {
  const listed = new Set(topology.links.map((link) => link.id));
  const making = new Set(topology.keyLinks.filter((link) => !isSpaceLink(link)).map((link) => link.id));
  const virtual = topology.keyLinks.filter((link) => !listed.has(link.id));
  return {
    network: topology.name,
    simulated: true,
    sites: topology.sites,
    links: [...topology.links, ...virtual].map((link) =>
      viewOf(link, making.has(link.id) ? parametersOf : undefined),
    ),
    satellites: topology.satellites.map(({ id, name }) => ({ id, name })),
    sources: topology.sources,
  };
}

function viewOf(link: Link, parametersOf: ParametersOfLink | undefined): LinkView {
  const { lossEstimated: _, ...view } = link;
  return parametersOf === undefined ? view : { ...view, parameters: parametersOf(link) };
}
