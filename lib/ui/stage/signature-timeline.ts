/** One date of the declaration's history, as lib/network/data/signatures.json keeps it. */
export interface SignatureStep {
  readonly date: string;
  readonly added: readonly string[];
  readonly members: number;
  /** States that cables join; a state counts as whole, its islands at sea with it. */
  readonly islands: readonly (readonly string[])[];
  readonly fibreParts: readonly {
    readonly name: string;
    readonly countries: readonly string[];
    readonly spaceOnly: boolean;
    readonly endpoints: number;
    readonly groundStations: readonly string[];
  }[];
}

interface PlanSite {
  readonly id: string;
  readonly country: string;
  readonly kind: string;
}

interface PlanLink {
  readonly a: string;
  readonly b: string;
  readonly kind: string;
}

const overGround: ReadonlySet<string> = new Set(["fibre", "metro-fibre", "submarine", "mdi-spoke"]);

/** Countries that had signed by step `index`, as ISO 3166 codes. */
export function signedBy(steps: readonly SignatureStep[], index: number): ReadonlySet<string> {
  return new Set(steps.slice(0, index + 1).flatMap((step) => step.added));
}

/** What of a plan stands when only these countries take part: sites of theirs and links between such sites. */
export function planOf<S extends PlanSite, L extends PlanLink>(
  plan: { readonly sites: readonly S[]; readonly links: readonly L[] },
  signed: ReadonlySet<string>,
): { readonly sites: readonly S[]; readonly links: readonly L[] } {
  const sites = plan.sites.filter((site) => signed.has(site.country));
  const known = new Set(sites.map((site) => site.id));
  const onGround = (link: PlanLink) => known.has(link.a) && known.has(link.b);
  return { sites, links: plan.links.filter((link) => overGround.has(link.kind) && onGround(link)) };
}

/** How Portugal and Belgium are joined at that date: null before both have signed. */
export function wayToBrussels(step: SignatureStep): "fibre" | "space" | null {
  const signed = new Set(step.islands.flat());
  if (!signed.has("PT") || !signed.has("BE")) return null;
  return step.islands.some((island) => island.includes("PT") && island.includes("BE")) ? "fibre" : "space";
}

/** Sites grouped by what fibre and sea cable join, the part with most sites first. */
export function fibreParts(plan: {
  readonly sites: readonly PlanSite[];
  readonly links: readonly PlanLink[];
}): readonly (readonly string[])[] {
  const above = new Map(plan.sites.map((site) => [site.id, site.id]));
  const top = (id: string): string => {
    let at = id;
    for (let next = above.get(at); next !== undefined && next !== at; next = above.get(at)) at = next;
    return at;
  };
  for (const { a, b, kind } of plan.links) if (overGround.has(kind)) above.set(top(a), top(b));
  const parts = new Map<string, string[]>();
  for (const { id } of plan.sites) parts.set(top(id), [...(parts.get(top(id)) ?? []), id]);
  return [...parts.values()].sort((x, y) => y.length - x.length);
}

/** When a step was, split into what a calendar knows (year, month, day where known) and what else is said. */
export function dateOf(step: Pick<SignatureStep, "date">): {
  readonly year: number;
  readonly month: number | null;
  readonly day: number | null;
} {
  const found = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?/.exec(step.date);
  return {
    year: Number(found?.[1] ?? 0),
    month: found?.[2] === undefined ? null : Number(found[2]),
    day: found?.[3] === undefined ? null : Number(found[3]),
  };
}
