import type { DeviceView } from "@/lib/keys/api-types.ts";

/**
 * The programs whose devices draw key at the sites of a group (a site, or a pair of them): for a pair the kinds that
 * work at both ends, since only they use its key. The key world does not know who of a site used how much.
 */
export function agentsAt(
  devices: readonly Pick<DeviceView, "site" | "name" | "roles" | "state">[],
  sites: readonly string[],
): readonly string[] {
  const agents = devices.filter(({ roles, state }) => roles.includes("agent") && state === "certified");
  const at = (site: string) => agents.filter((agent) => agent.site === site).map(({ name }) => name);
  const [first = "", second] = sites;
  const here = at(first);
  if (second === undefined) return [...new Set(here)].sort();
  const there = at(second);
  const both = [...here, ...there].filter((name) =>
    [here, there].every((names) => names.some((other) => titleOf(other) === titleOf(name))),
  );
  return [...new Set(both)].sort();
}

/** "Grid control centre" of "Grid control centre, Lisbon". */
function titleOf(name: string): string {
  return name.split(",", 1)[0] ?? name;
}
