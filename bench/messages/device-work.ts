import type { SuiteName } from "../../lib/messenger/messenger-api.ts";
import { signInAsPost } from "../../lib/messenger/node/sign-in.ts";
import { toHex } from "../../lib/shared/hex.ts";
import { openDesk } from "./desk-identity.ts";
import { DevicePair, type Origins } from "./device-pair.ts";
import { findRoutes } from "./pools.ts";

const openedAtOnce = 2;

/** Sites of one pair of devices. */
export interface PairSites {
  readonly a: string;
  readonly b: string;
}

/** What one process of devices does for the benchmark: full engines with stores on disk, in pairs. */
export class DeviceWork {
  readonly #pairs: DevicePair[] = [];

  async open(sites: readonly PairSites[], origins: Origins, folder: string): Promise<void> {
    const presenter = await signInAsPost(origins.relay, "presenter");
    const wanted = [...sites];
    const open = async (): Promise<void> => {
      for (let next = wanted.pop(); next; next = wanted.pop()) {
        const stage = toHex(crypto.getRandomValues(new Uint8Array(8)));
        const alice = await openDesk(origins.relay, presenter, { stage, site: next.a, side: "alice" });
        const bob = await openDesk(origins.relay, presenter, { stage, site: next.b, side: "bob" });
        this.#pairs.push(await DevicePair.open(alice, bob, origins, folder));
      }
    };
    await Promise.all(Array.from({ length: openedAtOnce }, open));
  }

  /** Keeps `window` messages under way for every pair until the time is over, ms UTC. */
  async keepSending(suite: SuiteName, window: number, until: number): Promise<void> {
    await Promise.all(this.#pairs.map((pair) => pair.keepSending(suite, window, until)));
  }

  /** Sends at a fixed mean rate; forgets the latencies measured before. */
  async sendAtRate(suite: SuiteName, perPair: number, until: number): Promise<void> {
    for (const pair of this.#pairs) pair.latencies.length = 0;
    await Promise.all(this.#pairs.map((pair) => pair.sendAtRate(suite, perPair, until)));
  }

  async state(): Promise<{ opened: number; inFlight: number; cpuSeconds: number; rssMb: number }> {
    const { user, system } = process.cpuUsage();
    return {
      opened: this.#pairs.reduce((sum, pair) => sum + pair.opened, 0),
      inFlight: this.#pairs.reduce((sum, pair) => sum + pair.inFlight, 0),
      cpuSeconds: (user + system) / 1e6,
      rssMb: process.memoryUsage.rss() / 2 ** 20,
    };
  }

  /** Milliseconds from send to opened, of the messages since `sendAtRate` began. */
  async latencies(): Promise<number[]> {
    return this.#pairs.flatMap((pair) => pair.latencies);
  }

  /** The routes that the pairs' keys take, as lists of sites. */
  async routes(withinMs: number): Promise<readonly (readonly string[])[]> {
    return findRoutes(this.#pairs, withinMs);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#pairs.map((pair) => pair.stop()));
  }
}
