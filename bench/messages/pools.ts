import type { NodeSession } from "../../lib/messenger/node/sign-in.ts";
import type { Deployment } from "../../tests/support/deployment.ts";
import type { Talk } from "./talk.ts";

/** How full the pools are, as the operations screens see it. */
export interface PoolLevels {
  /** Of all links of the network, 0..1. */
  readonly fillRatio: number;
  readonly availableBytes: number;
  /** Share of its pool that each link on the routes has, 0..1. */
  readonly onRoutes: readonly number[];
}

interface Link {
  readonly id: string;
  readonly availableBytes: number;
  readonly capacityBytes: number;
}

/** Sends one message under the one-time pad in every conversation; the routes that their keys took, as lists of sites. */
export async function findRoutes(
  talks: readonly Talk[],
  withinMs: number,
): Promise<readonly (readonly string[])[]> {
  const until = Date.now() + withinMs;
  const found = talks.map(async (talk) => {
    const message = await talk.send("OTP");
    for (;;) {
      const card = await talk.sender.keyCard(message);
      if (card !== null || Date.now() > until) return card?.routes ?? [];
      await new Promise((next) => setTimeout(next, 250));
    }
  });
  return (await Promise.all(found)).flat();
}

export async function readPools(
  deployment: Deployment,
  administrator: NodeSession,
  routes: readonly (readonly string[])[],
): Promise<PoolLevels> {
  const token = await administrator.token("ops");
  const read = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${deployment.gatewayOrigin}${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return (await answer.json()) as T;
  };
  const overview = await read<{ warmUp: { fillRatio: number }; availableBytes: number }>("/ops/overview");
  const links = routes.length === 0 ? [] : await read<readonly Link[]>("/ops/links");
  const hops = new Set(
    routes.flatMap((sites) => sites.slice(1).flatMap((site, i) => hopNames(sites[i], site))),
  );
  const used = links.filter(({ id }) => hops.has(id));
  return {
    fillRatio: overview.warmUp.fillRatio,
    availableBytes: overview.availableBytes,
    onRoutes: used.map(({ availableBytes, capacityBytes }) => Math.min(1, availableBytes / capacityBytes)),
  };
}

function hopNames(a: string | undefined, b: string): string[] {
  return [`${a}~${b}`, `${b}~${a}`];
}
