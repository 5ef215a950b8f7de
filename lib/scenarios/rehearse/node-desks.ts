import { join } from "node:path";
import type { MessengerEngine } from "../../messenger/messenger-engine.ts";
import { createNodeMessenger } from "../../messenger/node/create-node-messenger.ts";
import { toHex } from "../../shared/hex.ts";
import type { Desk, DeskPair } from "../scenes/theatre.ts";
import { type PresenterSession, RehearsalError, readAnswer } from "./presenter-session.ts";

type Side = "alice" | "bob";

interface DeskAnswer {
  readonly user: { readonly id: string; readonly name: string; readonly site: string };
  readonly relayToken: string;
  readonly gatewayToken: string;
}

const readyWithinMs = 90_000;

/** Engines of this process: the presenter's own device, and two desks for every pair of sites that was asked for. */
export class NodeDesks {
  readonly #session: PresenterSession;
  readonly #folder: string;
  readonly #engines: MessengerEngine[] = [];
  readonly #pairs = new Map<string, Promise<DeskPair>>();

  /** @param folder of the devices' stores. */
  constructor(session: PresenterSession, folder: string) {
    this.#session = session;
    this.#folder = folder;
  }

  /** The device that signs the presenter's commands. */
  async openPresenter(): Promise<MessengerEngine> {
    return this.#start(this.#session.user, (audience) => this.#session.token(audience));
  }

  pair(alice: string, bob: string): Promise<DeskPair> {
    const key = `${alice} ${bob}`;
    const known = this.#pairs.get(key);
    if (known !== undefined) return known;
    const opening = this.#openPair(alice, bob);
    this.#pairs.set(key, opening);
    opening.catch(() => this.#pairs.delete(key));
    return opening;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#engines.splice(0).map((engine) => engine.stop()));
  }

  async #openPair(aliceSite: string, bobSite: string): Promise<DeskPair> {
    const stage = toHex(crypto.getRandomValues(new Uint8Array(8)));
    const bob = await this.#openDesk(stage, bobSite, "bob");
    const alice = await this.#openDesk(stage, aliceSite, "alice");
    return { alice, bob, conversation: await alice.api.openConversation(bob.user) };
  }

  async #openDesk(stage: string, site: string, side: Side): Promise<Desk> {
    const { user } = await this.#ask(stage, site, side);
    const api = await this.#start(user, async (audience) => {
      const tokens = await this.#ask(stage, site, side);
      return audience === "relay" ? tokens.relayToken : tokens.gatewayToken;
    });
    return { site, user: user.id, api };
  }

  async #ask(stage: string, site: string, side: Side): Promise<DeskAnswer> {
    const { origin } = this.#session;
    const answer = await fetch(`${origin}/api/stage/desk`, {
      method: "POST",
      headers: { cookie: this.#session.cookie(), origin, "content-type": "application/json" },
      body: JSON.stringify({ stage, site, side }),
    });
    return (await readAnswer(answer)) as DeskAnswer;
  }

  async #start(
    user: DeskAnswer["user"],
    token: (audience: string) => Promise<string>,
  ): Promise<MessengerEngine> {
    const { origin, gatewayOrigin } = this.#session;
    const engine = createNodeMessenger({
      folder: join(this.#folder, user.id),
      relayOrigin: origin,
      identity: { token },
    });
    this.#engines.push(engine);
    await engine.start({ relayOrigin: origin, gatewayOrigin, user, profile: "rehearsal" });
    await whenReady(engine, user.name);
    return engine;
  }
}

async function whenReady(engine: MessengerEngine, name: string): Promise<void> {
  const until = Date.now() + readyWithinMs;
  for (;;) {
    const state = await engine.state();
    if (state.phase === "ready") return;
    if (state.phase === "failed") throw new RehearsalError(state.code, `device of ${name}: ${state.message}`);
    if (Date.now() > until)
      throw new RehearsalError("rehearsal.device", `device of ${name} is still ${state.phase}`);
    await new Promise((next) => setTimeout(next, 100));
  }
}
