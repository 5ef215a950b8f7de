import type { SuiteName } from "../../lib/messenger/messenger-api.ts";
import { signInAsPost } from "../../lib/messenger/node/sign-in.ts";
import { toHex } from "../../lib/shared/hex.ts";
import { BenchDevice, type Origins } from "./bench-device.ts";
import { openDesk } from "./desk-identity.ts";
import { findRoutes } from "./pools.ts";
import { Talk } from "./talk.ts";

const openedAtOnce = 2;

/** Sites of one pair of devices. */
export interface PairSites {
  readonly a: string;
  readonly b: string;
}

/** What one process of devices does for the benchmark: full engines with stores on disk, in pairs or groups. */
export class DeviceWork {
  /** The two of a pair stand side by side. */
  readonly #devices: BenchDevice[] = [];
  #talks: readonly Talk[] = [];

  /** Starts two devices for each pair of sites. */
  async open(sites: readonly PairSites[], origins: Origins, folder: string): Promise<void> {
    const presenter = await signInAsPost(origins.relay, "presenter");
    const wanted = [...sites];
    const open = async (): Promise<void> => {
      for (let next = wanted.pop(); next; next = wanted.pop()) {
        const stage = toHex(crypto.getRandomValues(new Uint8Array(8)));
        const alice = await openDesk(origins.relay, presenter, { stage, site: next.a, side: "alice" });
        const bob = await openDesk(origins.relay, presenter, { stage, site: next.b, side: "bob" });
        const receiver = await BenchDevice.start(bob, origins, folder);
        this.#devices.push(await BenchDevice.start(alice, origins, folder), receiver);
      }
    };
    await Promise.all(Array.from({ length: openedAtOnce }, open));
  }

  /**
   * From now on the devices talk in conversations of this size, 2 for pairs; those left over keep silent. Returns how
   * many conversations there are.
   */
  async form(size: number): Promise<number> {
    const circles = Array.from({ length: Math.floor(this.#devices.length / size) }, (_, i) =>
      this.#devices.slice(i * size, (i + 1) * size),
    );
    for (const device of this.#devices) device.onOpened = () => undefined;
    this.#talks = await Promise.all(circles.map((circle) => Talk.open(circle)));
    return this.#talks.length;
  }

  /** Keeps `window` messages under way in every conversation until the time is over, ms UTC. */
  async keepSending(suite: SuiteName, window: number, until: number): Promise<void> {
    await Promise.all(this.#talks.map((talk) => talk.keepSending(suite, window, until)));
  }

  /** Sends at a fixed mean rate; forgets the latencies measured before. */
  async sendAtRate(suite: SuiteName, perTalk: number, until: number): Promise<void> {
    for (const talk of this.#talks) talk.latencies.length = 0;
    await Promise.all(this.#talks.map((talk) => talk.sendAtRate(suite, perTalk, until)));
  }

  async state(): Promise<{ opened: number; inFlight: number; cpuSeconds: number; rssMb: number }> {
    const { user, system } = process.cpuUsage();
    return {
      opened: this.#talks.reduce((sum, { opened }) => sum + opened, 0),
      inFlight: this.#talks.reduce((sum, { inFlight }) => sum + inFlight, 0),
      cpuSeconds: (user + system) / 1e6,
      rssMb: process.memoryUsage.rss() / 2 ** 20,
    };
  }

  /** Milliseconds from send to opened, of the messages since `sendAtRate` began. */
  async latencies(): Promise<number[]> {
    return this.#talks.flatMap(({ latencies }) => latencies);
  }

  /** The routes that the conversations' keys take, as lists of sites. */
  async routes(withinMs: number): Promise<readonly (readonly string[])[]> {
    return findRoutes(this.#talks, withinMs);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#devices.map(({ engine }) => engine.stop()));
  }
}
