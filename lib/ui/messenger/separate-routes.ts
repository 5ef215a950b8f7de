/**
 * Whether these are several ways between the same two sites without a common site between: then no single trusted
 * node had the whole key.
 */
export function separateRoutes(routes: readonly (readonly string[])[]): boolean {
  const [first] = routes;
  if (first === undefined || routes.length < 2) return false;
  const seen = new Set<string>();
  for (const route of routes) {
    if (route[0] !== first[0] || route.at(-1) !== first.at(-1)) return false;
    for (const site of route.slice(1, -1)) {
      if (seen.has(site)) return false;
      seen.add(site);
    }
  }
  return true;
}
