import type { LinkStatus, LinkView, SiteView, TopologyView } from "../../keys/api-types.ts";
import { type Point, project } from "./projection.ts";

export interface PlacedSite {
  readonly site: SiteView | { readonly id: string; readonly name: string; readonly kind: "satellite" };
  readonly at: Point;
}

export interface PlacedLink {
  readonly link: LinkView;
  readonly from: Point;
  readonly to: Point;
}

/** What of a link's state the map draws. */
export type LinkGlimpse = Pick<LinkStatus, "condition" | "availableBytes" | "capacityBytes">;

export interface MapModel {
  readonly sites: ReadonlyMap<string, PlacedSite>;
  readonly links: readonly PlacedLink[];
}

/** Satellites have no place on the ground: they are drawn over the Atlantic, where no site is. */
const satellitePlaces: readonly (readonly [number, number])[] = [
  [-15, 53.5],
  [-20, 47],
];

/**
 * Places every site, satellite and link of a network on the map. A satellite that `route` passes through is drawn
 * above the two ground stations it joins, so that the route stays together.
 */
export function placeNetwork(topology: TopologyView, route: readonly string[] | null = null): MapModel {
  const sites = new Map<string, PlacedSite>();
  for (const site of topology.sites) sites.set(site.id, { site, at: project(site.lon, site.lat) });
  const used = new Set(topology.links.flatMap((link) => (link.active ? [link.a, link.b] : [])));
  const satellites = topology.satellites.filter(({ id }) => used.has(id));
  satellites.forEach(({ id, name }, index) => {
    const [lon, lat] = satellitePlaces[index % satellitePlaces.length] ?? [-15, 53];
    const at = (route && aboveStations(route, id, sites)) ?? project(lon, lat);
    sites.set(id, { site: { id, name, kind: "satellite" }, at });
  });
  const links: PlacedLink[] = [];
  for (const link of topology.links) {
    const from = sites.get(link.a)?.at;
    const to = sites.get(link.b)?.at;
    if (from && to) links.push({ link, from, to });
  }
  return { sites, links };
}

function aboveStations(
  route: readonly string[],
  satellite: string,
  sites: ReadonlyMap<string, PlacedSite>,
): Point | null {
  const position = route.indexOf(satellite);
  const before = sites.get(route[position - 1] ?? "")?.at;
  const after = sites.get(route[position + 1] ?? "")?.at;
  if (position < 0 || !before || !after) return null;
  const apart = Math.hypot(after[0] - before[0], after[1] - before[1]);
  return [(before[0] + after[0]) / 2, Math.min(before[1], after[1]) - Math.max(20, apart * 0.4)];
}

/** Route of sites as path data; sites that are not on the map are left out. */
export function routePath(model: MapModel, route: readonly string[]): string {
  const points = route.map((id) => model.sites.get(id)?.at).filter((point) => point !== undefined);
  return points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${x} ${y}`).join("");
}

/** How a link is drawn: the state it shows. A tap or cut that the device has not noticed yet shows nothing. */
export function linkLook(
  link: LinkView,
  status: Pick<LinkStatus, "condition"> | undefined,
): "inactive" | LinkStatus["condition"] {
  if (!link.active) return "inactive";
  return status?.condition ?? "starting";
}
