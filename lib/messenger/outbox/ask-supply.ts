import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import type { SupplyView } from "../messenger-api.ts";
import { MessengerError } from "../messenger-error.ts";

/** What is left in key with the site of the conversation that has least; null when nobody can tell now. */
export async function askSupply(
  { roster }: Conversation,
  { gateway, self }: EngineParts,
): Promise<SupplyView | null> {
  const devices = [...(roster?.devices.values() ?? [])];
  const sites = [...new Set(devices.map(({ site }) => site))].filter((site) => site !== self.site).sort();
  if (devices.length === 0) return null;
  if (sites.length === 0) return { bits: 0, site: null };
  try {
    const bits = await gateway.stock(sites);
    const least = Math.min(...bits);
    return { bits: least, site: sites[bits.indexOf(least)] ?? null };
  } catch (error) {
    if (error instanceof MessengerError) return null;
    throw error;
  }
}
