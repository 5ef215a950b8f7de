import { KeyUnavailableError } from "../key-errors.ts";
import type { Delay, KeyWish } from "../policy/key-policy.ts";
import type { KeyPriority } from "../policy/waiting-queue.ts";
import { hopTagKeyBytes } from "./hop.ts";
import type { TreeDemand } from "./route-finder.ts";

/** Keys of one size from one master SAE to the same slaves, which may share a relay. */
export interface RelayOrder {
  readonly masterSite: string;
  readonly masterSae: string;
  readonly slaves: readonly { readonly sae: string; readonly site: string }[];
  /** Bytes of each key. */
  readonly keyBytes: number;
  /** Sites and links. */
  readonly avoidSites: readonly string[];
  readonly space: "allow" | "forbid" | "require";
  readonly disjoint: number;
  readonly priority: KeyPriority;
  readonly waitMs: number;
}

/** Whether the order wishes more than to arrive. */
export function isConstrained({ avoidSites, space, disjoint }: RelayOrder): boolean {
  return avoidSites.length > 0 || space !== "allow" || disjoint > 1;
}

/** What the order asks of the network. `isPlace` tells sites from links among what is to be avoided. */
export function demandOf(
  order: RelayOrder,
  keyBytes: number,
  isPlace: (name: string) => boolean,
): TreeDemand {
  const sites = new Set(order.slaves.map(({ site }) => site));
  sites.delete(order.masterSite);
  return {
    from: order.masterSite,
    to: [...sites],
    bytes: keyBytes + hopTagKeyBytes,
    avoidSites: new Set(order.avoidSites.filter(isPlace)),
    avoidLinks: new Set(order.avoidSites.filter((name) => !isPlace(name))),
    space: order.space,
    disjoint: order.disjoint,
  };
}

/** One asker and his recipients, whatever the number of keys: requests are split and joined while they wait. */
export function wishOf(order: RelayOrder, links: ReadonlyMap<string, number>): KeyWish {
  const { masterSite: site, masterSae, slaves, priority } = order;
  const name = [priority, masterSae, ...slaves.map(({ sae }) => sae)].join(" ");
  return { name, site, priority, links };
}

/** The reason in a person's words, with the estimate where there is one. */
export function notYet(reason: string, { estimateMs, retryAfterMs }: Delay): KeyUnavailableError {
  const when = estimateMs === undefined ? "" : ` Key is expected in about ${describeWait(estimateMs)}.`;
  return new KeyUnavailableError(`${reason}${when}`, { retryAfterMs });
}

function describeWait(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 100) return seconds === 1 ? "a second" : `${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}
