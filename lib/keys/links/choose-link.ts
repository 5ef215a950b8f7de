import type { PlannedBlock, SimulatedLink } from "./simulated-link.ts";

export interface Choice {
  readonly link: SimulatedLink;
  readonly planned: PlannedBlock;
}

/**
 * Whose block is computed next. Probes first: they are short, and alarms wait for them. Then links that a waiting
 * request needs, then links without any key yet, then the emptiest pool: so all pools rise together, and a link
 * under heavy use takes what the full ones do not need.
 */
export function chooseLink(
  links: readonly SimulatedLink[],
  situation: { readonly now: number; readonly mostSifted: number; readonly preferred: ReadonlySet<string> },
): Choice | undefined {
  let best: Choice | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const link of links) {
    const planned = link.plan(situation.now, situation.mostSifted);
    if (planned === undefined) continue;
    const rank = rankOf(link, planned, situation.preferred);
    if (rank >= bestRank) continue;
    best = { link, planned };
    bestRank = rank;
  }
  return best;
}

/** Smaller is sooner; the fill (0..1) orders links of one class. */
function rankOf(link: SimulatedLink, planned: PlannedBlock, preferred: ReadonlySet<string>): number {
  if (planned.purpose === "probe") return 0;
  if (preferred.has(link.id) && link.pool.state !== "ready") return 1 + link.fill;
  return link.blocks === 0 ? 3 : 4 + link.fill;
}
