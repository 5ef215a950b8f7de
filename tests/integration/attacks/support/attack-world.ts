import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import type { WebSocketLike } from "../../../../lib/messenger/gateway/web-socket.ts";
import type { IdentitySource } from "../../../../lib/messenger/identity-source.ts";
import type { MessageView } from "../../../../lib/messenger/messenger-api.ts";
import { MessengerEngine } from "../../../../lib/messenger/messenger-engine.ts";
import { FileStore } from "../../../../lib/messenger/node/file-store.ts";
import { SocketRelay } from "../../../../lib/messenger/relay/socket-relay.ts";
import { fromHex } from "../../../../lib/shared/hex.ts";
import { SecretBytes } from "../../../../lib/shared/secret-bytes.ts";
import { GatewayServers } from "../../messenger/gateway-servers.ts";
import { RelayWorld } from "../../relay/relay-world.ts";
import { Attacker } from "./attacker.ts";
import { FalseRelay } from "./false-relay.ts";

/** Posts of the small network: the handle of a duty officer is the site. */
export const lisbon = "pt-lis-mne";
export const lisbonOffice = "pt-lis-gns";
export const madrid = "es-mad-mfa";
export const madridInterior = "es-mad-int";

/** An honest device: the real engine on a file store, connected through whoever runs the relay. */
export interface Victim {
  readonly engine: MessengerEngine;
  readonly user: string;
  readonly handle: string;
  readonly site: string;
  readonly relay: FalseRelay;
}

/** A real relay and real gateways (their key managers hand out random keys), a clock, devices good and bad. */
export class AttackWorld {
  readonly relay: RelayWorld;
  readonly gateways: GatewayServers;
  readonly folder = mkdtempSync(join(tmpdir(), "vernam-attacks-"));
  /** Milliseconds that the clock of gateways and devices is ahead. */
  ahead = 0;
  readonly #storeKeys = new Map<string, Uint8Array>();
  readonly #relays = new Map<string, FalseRelay>();
  readonly #running = new Set<{ stop(): Promise<void> }>();

  private constructor(relay: RelayWorld, gateways: GatewayServers) {
    this.relay = relay;
    this.gateways = gateways;
  }

  static async start(): Promise<AttackWorld> {
    const sites = [lisbon, lisbonOffice, madrid, madridInterior];
    let world: AttackWorld | undefined;
    const gateways = new GatewayServers(sites, () => world?.now() ?? Date.now());
    const [relay] = await Promise.all([RelayWorld.start(), gateways.open()]);
    world = new AttackWorld(relay, gateways);
    return world;
  }

  now = (): number => Date.now() + this.ahead;

  async close(): Promise<void> {
    for (const one of this.#running) await one.stop();
    await this.relay.stop();
    await this.gateways.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Signs a post in; tokens for the relay and the own site's gateway, as the web process gives them. */
  async identity(handle: string): Promise<IdentitySource & { readonly user: string; readonly site: string }> {
    const { user, site, session } = await this.relay.signIn(handle);
    const token = (audience: string) =>
      audience === "relay"
        ? this.relay.relayToken(session)
        : this.gateways.token(fromHex(user), site, audience);
    return { user, site, token };
  }

  profile(name: string): string {
    return join(this.folder, name);
  }

  /** Starts a device from the profile with this name, which is made when it is new. */
  async start(handle: string, profile = handle, tamper?: FalseRelay["tamper"]): Promise<Victim> {
    const identity = await this.identity(handle);
    const { user, site } = identity;
    const relay = new FalseRelay(new SocketRelay(this.relay.origin, identity), this.#relays.get(profile));
    this.#relays.set(profile, relay);
    if (tamper !== undefined) relay.tamper = tamper;
    const engine = new MessengerEngine({
      openStore: () => FileStore.open({ folder: this.profile(profile), key: this.#storeKey(handle) }),
      identity,
      openWebSocket: (url) => new WebSocket(url, { perMessageDeflate: false }) as unknown as WebSocketLike,
      relayOrigin: this.relay.origin,
      createRelay: () => relay,
      now: this.now,
    });
    this.#running.add(engine);
    await engine.start({
      relayOrigin: this.relay.origin,
      gatewayOrigin: this.gateways.origin,
      user: { id: user, name: handle, site },
      profile,
    });
    await until(engine, async () => (await engine.state()).phase === "ready");
    return { engine, user, handle, site, relay };
  }

  async stop({ engine }: Victim): Promise<void> {
    this.#running.delete(engine);
    await engine.stop();
  }

  /** A certified device of a post that does what its owner's script says. */
  async attacker(handle: string, device?: Uint8Array<ArrayBuffer>): Promise<Attacker> {
    const attacker = await Attacker.enter(this, handle, device);
    this.#running.add(attacker);
    return attacker;
  }

  #storeKey(handle: string): SecretBytes {
    const key = this.#storeKeys.get(handle) ?? crypto.getRandomValues(new Uint8Array(32));
    this.#storeKeys.set(handle, key);
    return SecretBytes.copyOf(key);
  }
}

const patienceMs = 40_000;

/** Resolves when `holds` is true, asked again after every event of the engine. @throws with what `explain` sees. */
export async function until(
  engine: MessengerEngine,
  holds: () => Promise<boolean>,
  explain: () => unknown = () => engine.state(),
): Promise<void> {
  let again: () => void = () => undefined;
  const leave = engine.subscribe(() => again());
  const end = Date.now() + patienceMs;
  try {
    for (;;) {
      const changed = new Promise<boolean>((resolve) => {
        again = () => resolve(true);
        setTimeout(() => resolve(false), end - Date.now()).unref();
      });
      if (await holds()) return;
      if (!(await changed)) throw new Error(`not so in time: ${JSON.stringify(await explain())}`);
    }
  } finally {
    leave();
  }
}

/** The messages of a conversation as soon as they satisfy `holds`. */
export async function seen(
  { engine }: Victim,
  conversation: string,
  holds: (messages: readonly MessageView[]) => boolean,
): Promise<readonly MessageView[]> {
  let messages: readonly MessageView[] = [];
  const shown = () => messages.map(({ text, problem }) => text ?? problem?.code);
  await until(
    engine,
    async () => {
      messages = await engine.messages(conversation, { limit: 500 }).catch(() => []);
      return holds(messages);
    },
    shown,
  );
  return messages;
}

/** Waits until the conversation shows exactly these: texts, or codes of what cannot be opened. */
export function untilShown(victim: Victim, conversation: string, wanted: readonly string[]) {
  return seen(victim, conversation, (messages) => {
    const shown = messages.map(({ text, problem }) => text ?? problem?.code);
    return shown.length === wanted.length && wanted.every((one, i) => shown[i] === one);
  });
}

export function untilDelivered({ engine }: Victim, conversation: string, message: string): Promise<void> {
  return until(engine, async () => {
    const messages = await engine.messages(conversation, { limit: 500 });
    return messages.find(({ id }) => id === message)?.delivery?.state === "delivered";
  });
}
