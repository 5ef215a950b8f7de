import type { LinkStatus, LinkView } from "../keys/api-types.ts";

/** Ids of the links that a route crosses, in order; of parallel links the one that is active and has most key. */
export function linksOnRoute(
  links: readonly LinkView[],
  statuses: ReadonlyMap<string, LinkStatus>,
  route: readonly string[],
): readonly string[] {
  const crossed: string[] = [];
  for (let i = 1; i < route.length; i++) {
    const [a, b] = [route[i - 1], route[i]];
    const parallel = links.filter((link) => (link.a === a && link.b === b) || (link.a === b && link.b === a));
    const stored = (link: LinkView) => statuses.get(link.id)?.availableBytes ?? 0;
    const best = parallel.filter((link) => link.active).sort((x, y) => stored(y) - stored(x))[0];
    if (best) crossed.push(best.id);
  }
  return crossed;
}

/**
 * The link to show an attack on: on the route in use, not touched yet, a fibre (a presenter taps no satellite), and
 * as near the middle of the route as there is one: the audience sees it cross a country, not a street.
 */
export function suggestLink(
  links: readonly LinkView[],
  statuses: ReadonlyMap<string, LinkStatus>,
  route: readonly string[],
): string | null {
  const crossed = linksOnRoute(links, statuses, route);
  const middle = (crossed.length - 1) / 2;
  const candidates = crossed
    .map((id, position) => ({ id, distance: Math.abs(position - middle) }))
    .filter(({ id }) => {
      const link = links.find((one) => one.id === id);
      const status = statuses.get(id);
      const fibre = link?.kind === "fibre" || link?.kind === "metro-fibre" || link?.kind === "submarine";
      return fibre && !status?.cut && (status?.attack.model ?? "none") === "none";
    })
    .sort((x, y) => x.distance - y.distance);
  return candidates[0]?.id ?? null;
}

/** True when both lead over the same sites. */
export function sameRoute(a: readonly string[] | null, b: readonly string[] | null): boolean {
  return (
    a === b || (a !== null && b !== null && a.length === b.length && a.every((site, i) => site === b[i]))
  );
}
