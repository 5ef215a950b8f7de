import type { LinkStatus, TopologyView } from "../../keys/api-types.ts";
import type { Theatre } from "./theatre.ts";

export async function readLinks({
  operations,
}: Pick<Theatre, "operations">): Promise<ReadonlyMap<string, LinkStatus>> {
  const links = await operations.read<readonly LinkStatus[]>("/ops/links");
  return new Map(links.map((link) => [link.id, link]));
}

export function readTopology({ operations }: Pick<Theatre, "operations">): Promise<TopologyView> {
  return operations.read<TopologyView>("/ops/topology");
}

/** Ends attacks, faults, suppositions, ordered skies; the satellites' clock back to its first speed. */
export async function resetKeyWorld(theatre: Theatre): Promise<void> {
  await theatre.command("links.reset", {});
}
