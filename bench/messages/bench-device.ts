import { join } from "node:path";
import type { MessengerEngine } from "../../lib/messenger/messenger-engine.ts";
import { createNodeMessenger } from "../../lib/messenger/node/create-node-messenger.ts";
import type { Desk } from "./desk-identity.ts";

export interface Origins {
  readonly relay: string;
  readonly gateway: string;
}

const readyMs = 60_000;

/** One full engine with its store on disk. Whoever counts messages listens to what it has opened and committed. */
export class BenchDevice {
  readonly user: string;
  readonly engine: MessengerEngine;
  onOpened: (id: string) => void = () => undefined;

  private constructor(desk: Desk, origins: Origins, folder: string) {
    this.user = desk.user.id;
    this.engine = createNodeMessenger({
      folder: join(folder, desk.user.id),
      relayOrigin: origins.relay,
      identity: desk.identity,
      onOpened: ({ id }) => this.onOpened(id),
    });
  }

  static async start(desk: Desk, origins: Origins, folder: string): Promise<BenchDevice> {
    const device = new BenchDevice(desk, origins, folder);
    const { engine } = device;
    await engine.start({
      relayOrigin: origins.relay,
      gatewayOrigin: origins.gateway,
      user: desk.user,
      profile: "bench",
    });
    const deadline = Date.now() + readyMs;
    while ((await engine.state()).phase !== "ready") {
      if (Date.now() > deadline)
        throw new Error(`device of ${desk.user.name}: ${JSON.stringify(await engine.state())}`);
      await new Promise((next) => setTimeout(next, 50));
    }
    return device;
  }
}
