import type { LinkKind } from "./topology.ts";

/**
 * Length and loss that tables and maps show for a link to a satellite: its slant range and about its loss at 45°
 * elevation from a 500 km orbit. No key is made from them: each pass has its own course (pass-plan.ts).
 */
export const spaceLinkNominal = { lengthKm: 683, lossDb: 30 } as const;

export function isSpaceLink(link: { readonly kind: LinkKind }): boolean {
  return link.kind === "space";
}
