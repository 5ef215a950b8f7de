import type { RouteTree } from "../../network/routing.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";
import type { LinkKeyPurpose, LinkNetwork, LinkPool, PoolReservation } from "../link-types.ts";
import { type HopFrame, hopTagKeyBytes, openHop, sealHop } from "./hop.ts";

/** Link key set aside on one hop; it is burned whatever becomes of the relay. */
export interface ReservedHop {
  readonly pool: LinkPool;
  readonly reservation: PoolReservation;
  readonly from: string;
  readonly to: string;
  /** "supplied" where the hop alone joins master and slave, "relayed" where a node in between sees the key. */
  readonly purpose: LinkKeyPurpose & ("relayed" | "supplied");
}

/** Link key set aside on every hop of a tree. */
export interface ReservedTree {
  /** The way to each place the tree serves. */
  readonly routes: readonly (readonly string[])[];
  /** Which share of the key goes this way, from 1; undefined: the key itself. */
  readonly share?: number;
  readonly hops: readonly ReservedHop[];
  /** Bytes on each link: the key and 32 for the tag. */
  readonly bytesPerLink: number;
  /** ε ≤ 10^-epsilonExponent over all hops. */
  readonly epsilonExponent: number;
}

/** A tree to be reserved. */
export interface PlannedTree {
  readonly tree: RouteTree;
  readonly share?: number;
}

/** What carries a frame from one node to the next. Tests put an attacker here. */
export type HopWire = (frame: HopFrame) => HopFrame;

/**
 * Sets link key aside on every hop of all trees, or on none: all pools are asked for all they will have to give before
 * the first gives. Synchronous, so nothing can come between.
 */
export function reserveTrees(
  network: LinkNetwork,
  trees: readonly PlannedTree[],
  keyBytes: number,
): ReservedTree[] | undefined {
  for (const [link, bytes] of bytesPerLinkOf(trees, keyBytes)) {
    const pool = network.pool(link);
    if (!pool.usable || pool.availableBytes < bytes) return undefined;
  }
  return trees.map(({ tree, share }) => reserveTree(network, tree, share, keyBytes + hopTagKeyBytes));
}

/** What carrying keys of this length over the trees takes from every link, tags included. */
export function bytesPerLinkOf(trees: readonly PlannedTree[], keyBytes: number): Map<string, number> {
  const wanted = new Map<string, number>();
  for (const { tree } of trees) {
    for (const { link } of tree.hops) wanted.set(link, (wanted.get(link) ?? 0) + keyBytes + hopTagKeyBytes);
  }
  return wanted;
}

function reserveTree(
  network: LinkNetwork,
  { hops, routes }: RouteTree,
  share: number | undefined,
  bytesPerLink: number,
): ReservedTree {
  const pools = hops.map(({ link }) => network.pool(link));
  let worst = Number.POSITIVE_INFINITY;
  for (const pool of pools) worst = Math.min(worst, pool.epsilonExponent);
  const direct = new Set(routes.filter((route) => route.length === 2).map((route) => route.at(-1)));
  const through = new Set(hops.map(({ from }) => from));
  const reserved = hops.map(({ from, to }, i): ReservedHop => {
    const pool = pools[i] as LinkPool;
    const purpose = direct.has(to) && !through.has(to) ? "supplied" : "relayed";
    const reservation = pool.reserve(bytesPerLink, purpose);
    if (reservation === undefined) throw new Error(`link ${pool.linkId} refused key it had offered`);
    return { pool, reservation, from, to, purpose };
  });
  const epsilonExponent = Math.floor(worst - Math.log10(Math.max(1, hops.length)));
  return { routes, ...(share === undefined ? {} : { share }), hops: reserved, bytesPerLink, epsilonExponent };
}

/**
 * Carries `key` along a reserved tree. Each node uses only its own end of each link: it opens what came with the copy
 * held at its side, and seals for the next with its copy of the next link's key. Every copy in between is zeroed.
 * @param seen gets every node that held the key.
 * @returns the key as the last node of each route got it, by node; the caller zeroes all of them.
 * @throws RelayTamperedError when a hop does not verify; what was set aside is then taken and destroyed everywhere.
 */
export function carryTree(
  relayId: Uint8Array,
  key: SecretBytes,
  { hops, routes }: ReservedTree,
  wire: HopWire,
  seen: Set<string>,
): Map<string, Bytes> {
  const held = new Map<string, Bytes>();
  const root = routes[0]?.[0];
  if (root !== undefined) held.set(root, key.reveal().slice());
  if (root !== undefined) seen.add(root);
  let hopsDone = 0;
  try {
    for (const { pool, reservation, from, to } of hops) {
      const atSender = pool.end(from).take(reservation);
      const atReceiver = pool.end(to).take(reservation);
      hopsDone++;
      const frame = wire(sealHop(relayId, pool.linkId, reservation, held.get(from) as Bytes, atSender));
      held.set(to, openHop(frame, atReceiver));
      seen.add(to);
    }
  } catch (error) {
    for (const copy of held.values()) copy.fill(0);
    destroyHops(hops.slice(hopsDone));
    throw error;
  }
  const ends = new Set(routes.map((route) => route.at(-1)));
  for (const [site, copy] of held) {
    if (ends.has(site)) continue;
    copy.fill(0);
    held.delete(site);
  }
  return held;
}

/** Destroys, at both ends, key that was set aside and will not be used. */
export function destroyHops(hops: readonly ReservedHop[]): void {
  for (const { pool, reservation } of hops) {
    pool.end(pool.a).take(reservation).destroy();
    pool.end(pool.b).take(reservation).destroy();
  }
}

/** Bytes burned on every link of all trees. */
export function costPerLink(trees: readonly ReservedTree[]): Map<string, number> {
  const cost = new Map<string, number>();
  for (const { hops, bytesPerLink } of trees) {
    for (const { pool } of hops) cost.set(pool.linkId, (cost.get(pool.linkId) ?? 0) + bytesPerLink);
  }
  return cost;
}

export function networkBytes(trees: readonly ReservedTree[]): number {
  let sum = 0;
  for (const { hops, bytesPerLink } of trees) sum += hops.length * bytesPerLink;
  return sum;
}

/** Of a key that takes all of these ways; 255 for one that never left its site and depends on no link. */
export function leastEpsilonExponent(trees: readonly ReservedTree[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { epsilonExponent } of trees) least = Math.min(least, epsilonExponent);
  return Number.isFinite(least) ? Math.floor(least - Math.log10(Math.max(1, trees.length))) : 255;
}
