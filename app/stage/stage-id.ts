import { toHex } from "@/lib/shared/hex.ts";

const prefix = "vernam-stage:";

/**
 * The number of a stage between two sites, kept in this browser so that a reload finds the same two desks and their
 * history. Nothing secret: it only names the desks.
 */
export function stageIdOf(aliceSite: string, bobSite: string): string {
  const key = `${prefix}${aliceSite}:${bobSite}`;
  const kept = localStorage.getItem(key);
  if (kept && /^[0-9a-f]{16}$/.test(kept)) return kept;
  return renewStageId(aliceSite, bobSite);
}

/** Two new desks for the same two sites: the old ones could not be opened. */
export function renewStageId(aliceSite: string, bobSite: string): string {
  const fresh = toHex(crypto.getRandomValues(new Uint8Array(8)));
  localStorage.setItem(`${prefix}${aliceSite}:${bobSite}`, fresh);
  return fresh;
}
