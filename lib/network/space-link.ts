import type { LinkKind } from "./topology.ts";

/**
 * The satellite, for now: one trusted relay node that always holds key and is always in reach, so that the parts
 * without fibre between them are joined. Each ground station's link to it makes key at one fixed loss. What is *not*
 * modelled yet: orbits and passes, night, cloud, pointing, and key that waits on board between two stations; those
 * replace this file's constants when passes come. Everything about the satellite is labelled "simulated".
 *
 * The figures: slant range near 45° elevation of a 500 km orbit is 683 km; 30 dB stands for diffraction, pointing,
 * atmosphere and receiver of such a pass (Micius at 1200 km: 22 + 3..8 + <3 + 11 dB in all).
 */
export const spaceLinkNominal = { lengthKm: 683, lossDb: 30 } as const;

export function isSpaceLink(link: { readonly kind: LinkKind }): boolean {
  return link.kind === "space";
}
