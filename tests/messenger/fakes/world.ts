import type { MessageView } from "../../../lib/messenger/messenger-api.ts";
import { MessengerEngine } from "../../../lib/messenger/messenger-engine.ts";
import type { DeviceStore } from "../../../lib/messenger/store/device-store.ts";
import { VolatileStore } from "../../../lib/messenger/store/volatile-store.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { FakeAttachments } from "./fake-attachments.ts";
import { FakeGateways, type FakeUser, fakeToken } from "./fake-gateway.ts";
import { FakeRelay, type FakeRelayPort } from "./fake-relay.ts";

/** One device at work, with the handles a test pulls. */
export interface TestDevice {
  readonly engine: MessengerEngine;
  readonly user: FakeUser;
  readonly store: DeviceStore;
  readonly port: () => FakeRelayPort;
}

/** A relay, two sites, and as many devices as a test starts. */
export class TestWorld {
  readonly relay = new FakeRelay();
  readonly attachments = new FakeAttachments();
  readonly gateways: FakeGateways;
  readonly #devices: MessengerEngine[] = [];

  private constructor(gateways: FakeGateways) {
    this.gateways = gateways;
  }

  static async create(more: readonly string[] = []): Promise<TestWorld> {
    return new TestWorld(await FakeGateways.create(["lisbon", "madrid", "paris", "rome", ...more]));
  }

  user(name: string, site: string): FakeUser {
    const user = { id: toHex(crypto.getRandomValues(new Uint8Array(16))), name, site };
    this.relay.users.set(user.id, { name, site });
    return user;
  }

  async start(
    user: FakeUser,
    store: DeviceStore = new VolatileStore(),
    wait = true,
    now?: () => number,
  ): Promise<TestDevice> {
    let port: FakeRelayPort | undefined;
    const engine = new MessengerEngine({
      openStore: async () => store,
      identity: { token: async () => fakeToken(user) },
      openWebSocket: this.gateways.openWebSocket,
      relayOrigin: "http://relay.test",
      createRelay: () => {
        port = this.relay.port(user.id);
        return port;
      },
      createAttachments: () => this.attachments,
      fetch: this.gateways.fetch,
      ...(now ? { now } : {}),
    });
    this.#devices.push(engine);
    await engine.start({ relayOrigin: "", gatewayOrigin: "http://gateway.test", user, profile: "test" });
    if (wait) await until(engine, async () => (await engine.state()).phase === "ready");
    return { engine, user, store, port: () => port as FakeRelayPort };
  }

  async close(): Promise<void> {
    for (const engine of this.#devices) await engine.stop();
  }
}

/** Resolves when `holds` is true, asked again after every event of the engine. */
export async function until(engine: MessengerEngine, holds: () => Promise<boolean>): Promise<void> {
  for (;;) {
    const changed = new Promise<void>((resolve) => {
      const stop = engine.subscribe(() => {
        stop();
        resolve();
      });
    });
    if (await holds()) return;
    await changed;
  }
}

/** Waits until the newest messages of a conversation have these texts (null: unreadable), and returns them. */
export async function untilTexts(
  device: TestDevice,
  conversation: string,
  texts: readonly (string | null)[],
): Promise<readonly MessageView[]> {
  let seen: readonly MessageView[] = [];
  await until(device.engine, async () => {
    seen = await device.engine.messages(conversation, { limit: 500 }).catch(() => []);
    return seen.length >= texts.length && texts.every((text, i) => seen[i]?.text === text);
  });
  return seen;
}

export async function untilDelivery(
  device: TestDevice,
  conversation: string,
  message: string,
  state: string,
): Promise<void> {
  await until(device.engine, async () => {
    const found = (await device.engine.messages(conversation, { limit: 500 })).find(
      ({ id }) => id === message,
    );
    return found?.delivery?.state === state;
  });
}
