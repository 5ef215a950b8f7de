import type { Route } from "../../network/routing.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";
import type { LinkKeyPurpose, LinkNetwork, LinkPool, PoolReservation } from "../link-types.ts";
import { type HopFrame, hopTagKeyBytes, openHop, sealHop } from "./hop.ts";

/** Link key set aside on every hop of a route; it is burned whatever becomes of the relay. */
export interface ReservedRoute {
  readonly route: Route;
  readonly purpose: LinkKeyPurpose & ("relayed" | "supplied");
  /** Bytes on each link: the key and 32 for the tag. */
  readonly bytesPerLink: number;
  readonly hops: readonly { readonly pool: LinkPool; readonly reservation: PoolReservation }[];
  /** ε ≤ 10^-epsilonExponent over all hops. */
  readonly epsilonExponent: number;
}

/** What carries a frame from one node to the next. Tests put an attacker here. */
export type HopWire = (frame: HopFrame) => HopFrame;

/**
 * Sets link key aside on every link of `route`, or on none: all pools are asked before the first gives.
 * Synchronous, so nothing can come between.
 */
export function reserveRoute(
  network: LinkNetwork,
  route: Route,
  keyBytes: number,
): ReservedRoute | undefined {
  const bytesPerLink = keyBytes + hopTagKeyBytes;
  const purpose = route.links.length === 1 ? "supplied" : "relayed";
  const pools = route.links.map((link) => network.pool(link));
  if (!pools.every((pool) => pool.usable && pool.availableBytes >= bytesPerLink)) return undefined;
  let worst = Number.POSITIVE_INFINITY;
  for (const pool of pools) worst = Math.min(worst, pool.epsilonExponent);
  const hops = pools.map((pool) => {
    const reservation = pool.reserve(bytesPerLink, purpose);
    if (reservation === undefined) throw new Error(`link ${pool.linkId} refused key it had offered`);
    return { pool, reservation };
  });
  const epsilonExponent = Math.floor(worst - Math.log10(Math.max(1, hops.length)));
  return { route, purpose, bytesPerLink, hops, epsilonExponent };
}

/**
 * Carries `key` along a reserved route. Each node uses only its own end of each link: it opens what came with the
 * copy held at its side, and seals for the next with its copy of the next link's key. Every copy in between is zeroed.
 * @returns the key as the last node got it.
 * @throws RelayTamperedError when a hop does not verify; what was set aside is then taken and destroyed everywhere.
 */
export function carryKey(
  relayId: Uint8Array,
  key: SecretBytes,
  reserved: ReservedRoute,
  wire: HopWire,
): Bytes {
  const { hops, route } = reserved;
  let held: Bytes = key.reveal().slice();
  let hopsDone = 0;
  try {
    for (const [i, { pool, reservation }] of hops.entries()) {
      const sender = pool.end(route.sites[i] as string);
      const receiver = pool.end(route.sites[i + 1] as string);
      const atSender = sender.take(reservation);
      const atReceiver = receiver.take(reservation);
      hopsDone = i + 1;
      const frame = wire(sealHop(relayId, pool.linkId, reservation, held, atSender));
      held.fill(0);
      held = openHop(frame, atReceiver);
    }
    return held;
  } catch (error) {
    held.fill(0);
    destroyHops(hops.slice(hopsDone));
    throw error;
  }
}

/** Destroys, at both ends, key that was set aside and will not be used. */
export function destroyHops(hops: ReservedRoute["hops"]): void {
  for (const { pool, reservation } of hops) {
    pool.end(pool.a).take(reservation).destroy();
    pool.end(pool.b).take(reservation).destroy();
  }
}
