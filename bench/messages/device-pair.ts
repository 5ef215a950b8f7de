import { join } from "node:path";
import type { SuiteName } from "../../lib/messenger/messenger-api.ts";
import type { MessengerEngine } from "../../lib/messenger/messenger-engine.ts";
import { createNodeMessenger } from "../../lib/messenger/node/create-node-messenger.ts";
import type { Desk } from "./desk-identity.ts";

/** 40 characters: 64 bytes once it is a padded payload. */
const text = "Situation unchanged; next report at 1800";

export interface Origins {
  readonly relay: string;
  readonly gateway: string;
}

async function startEngine(
  desk: Desk,
  origins: Origins,
  folder: string,
  onOpened: (id: string) => void,
): Promise<MessengerEngine> {
  const engine = createNodeMessenger({
    folder: join(folder, desk.user.id),
    relayOrigin: origins.relay,
    identity: desk.identity,
    onOpened: ({ id }) => onOpened(id),
  });
  await engine.start({
    relayOrigin: origins.relay,
    gatewayOrigin: origins.gateway,
    user: desk.user,
    profile: "bench",
  });
  const deadline = Date.now() + 60_000;
  while ((await engine.state()).phase !== "ready") {
    if (Date.now() > deadline)
      throw new Error(`device of ${desk.user.name}: ${JSON.stringify(await engine.state())}`);
    await new Promise((next) => setTimeout(next, 50));
  }
  return engine;
}

/** Two devices and the conversation from the first to the second; every stage of a message is counted. */
export class DevicePair {
  readonly #sentAt = new Map<string, number>();
  readonly latencies: number[] = [];
  opened = 0;
  #room: (() => void) | undefined;

  private constructor(
    readonly sender: MessengerEngine,
    readonly receiver: MessengerEngine,
    readonly conversation: string,
  ) {}

  static async open(alice: Desk, bob: Desk, origins: Origins, folder: string): Promise<DevicePair> {
    let pair: DevicePair | undefined;
    const receiver = await startEngine(bob, origins, folder, (id) => pair?.noteOpened(id));
    const sender = await startEngine(alice, origins, folder, () => undefined);
    pair = new DevicePair(sender, receiver, await sender.openConversation(bob.user.id));
    return pair;
  }

  get inFlight(): number {
    return this.#sentAt.size;
  }

  /** Resolves with the message's id once it is in the outbox. */
  async send(suite: SuiteName): Promise<string> {
    const at = performance.now();
    const id = await this.sender.send(this.conversation, text, suite);
    this.#sentAt.set(id, at);
    return id;
  }

  /** The receiver has opened and committed a message. */
  noteOpened(id: string): void {
    const at = this.#sentAt.get(id);
    if (at === undefined) return;
    this.#sentAt.delete(id);
    this.latencies.push(performance.now() - at);
    this.opened++;
    this.#room?.();
  }

  /** Keeps `window` messages under way until the time is over. */
  async keepSending(suite: SuiteName, window: number, until: number): Promise<void> {
    while (Date.now() < until) {
      if (this.inFlight < window) await this.send(suite);
      else await this.#waitForRoom(until);
    }
  }

  #waitForRoom(until: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, until - Date.now()));
      this.#room = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Sends at a fixed mean rate, whatever comes back. */
  async sendAtRate(suite: SuiteName, perSecond: number, until: number): Promise<void> {
    const gap = 1000 / perSecond;
    let due = Date.now() + (gap * (crypto.getRandomValues(new Uint8Array(1))[0] as number)) / 256;
    while (due < until) {
      await new Promise((next) => setTimeout(next, Math.max(0, due - Date.now())));
      void this.send(suite);
      due += gap;
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.sender.stop(), this.receiver.stop()]);
  }
}
