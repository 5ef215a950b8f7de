import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MessageView } from "../../../lib/messenger/messenger-api.ts";
import type { MessengerEngine } from "../../../lib/messenger/messenger-engine.ts";
import { createNodeMessenger } from "../../../lib/messenger/node/create-node-messenger.ts";
import { fromHex } from "../../../lib/shared/hex.ts";
import { RelayWorld } from "../relay/relay-world.ts";
import { GatewayServers } from "./gateway-servers.ts";

const lisbon = "pt-lis-mne";
const madrid = "es-mad-mfa";

/** Two devices with files, a real relay on its database, real gateways over real WebSockets. */
let relay: RelayWorld;
let gateways: GatewayServers;
let folder: string;
const running = new Set<MessengerEngine>();

interface Post {
  readonly engine: MessengerEngine;
  readonly user: string;
}

async function start(handle: string): Promise<Post> {
  const { user, site, session } = await relay.signIn(handle);
  const engine = createNodeMessenger({
    folder: join(folder, handle),
    relayOrigin: relay.origin,
    identity: {
      token: (audience) =>
        audience === "relay" ? relay.relayToken(session) : gateways.token(fromHex(user), site, audience),
    },
  });
  running.add(engine);
  await engine.start({
    relayOrigin: relay.origin,
    gatewayOrigin: gateways.origin,
    user: { id: user, name: handle, site },
    profile: handle,
  });
  await until(engine, async () => (await engine.state()).phase === "ready");
  return { engine, user };
}

async function stop({ engine }: Post): Promise<void> {
  running.delete(engine);
  await engine.stop();
}

async function until(engine: MessengerEngine, holds: () => Promise<boolean>): Promise<void> {
  for (;;) {
    const changed = new Promise<void>((resolve) => {
      const leave = engine.subscribe(() => {
        leave();
        resolve();
      });
    });
    if (await holds()) return;
    await changed;
  }
}

async function untilTexts({ engine }: Post, conversation: string, texts: readonly string[]) {
  let seen: readonly MessageView[] = [];
  await until(engine, async () => {
    seen = await engine.messages(conversation, { limit: 500 }).catch(() => []);
    return texts.every((text, i) => seen[i]?.text === text);
  });
  return seen;
}

async function untilDelivery(
  { engine }: Post,
  conversation: string,
  id: string,
  state: string,
): Promise<void> {
  await until(engine, async () => {
    const seen = await engine.messages(conversation, { limit: 500 });
    return seen.find((message) => message.id === id)?.delivery?.state === state;
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vernam-messenger-"));
  gateways = new GatewayServers([lisbon, madrid]);
  [relay] = await Promise.all([RelayWorld.start(), gateways.open()]);
});

afterAll(async () => {
  for (const engine of running) await engine.stop();
  await relay?.stop();
  await gateways?.close();
  await rm(folder, { recursive: true, force: true });
});

describe("messengers on real servers", () => {
  let alice: Post;
  let bob: Post;
  let conversation: string;
  const texts: string[] = [];

  beforeAll(async () => {
    bob = await start(madrid);
    alice = await start(lisbon);
    conversation = await alice.engine.openConversation(bob.user);
  });

  it("exchange messages of both suites both ways, with receipts and key cards", async () => {
    for (const [from, suite, text] of [
      [alice, "OTP", "one"],
      [alice, "AES", "two"],
    ] as const) {
      await from.engine.send(conversation, text, suite);
      texts.push(text);
    }
    await untilTexts(bob, conversation, texts);
    const id = await bob.engine.send(conversation, "three", "OTP");
    await bob.engine.send(conversation, "four", "AES");
    texts.push("three", "four");
    const seen = await untilTexts(alice, conversation, texts);
    expect(seen.every(({ problem, gapBefore }) => problem === null && !gapBefore)).toBe(true);
    await untilDelivery(bob, conversation, id, "delivered");
    await alice.engine.markRead(conversation);
    await untilDelivery(bob, conversation, id, "read");
    const [mine, theirs] = [await bob.engine.keyCard(id), await alice.engine.keyCard(id)];
    expect(mine?.keyIds).toEqual(theirs?.keyIds);
    expect(mine).toMatchObject({ masterSite: madrid, slaveSites: [lisbon], local: false });
    expect((await alice.engine.safetyNumber(conversation))?.digits).toBe(
      (await bob.engine.safetyNumber(conversation))?.digits,
    );
  });

  it("take up their work after a restart, and get what came meanwhile", async () => {
    await stop(bob);
    for (const suite of ["OTP", "AES", "OTP"] as const) {
      const text = `while away, ${suite} ${texts.length}`;
      await alice.engine.send(conversation, text, suite);
      texts.push(text);
    }
    bob = await start(madrid);
    const seen = await untilTexts(bob, conversation, texts);
    expect(seen.every(({ problem, gapBefore }) => problem === null && !gapBefore)).toBe(true);
    const id = await bob.engine.send(conversation, "back", "AES");
    texts.push("back");
    await untilTexts(alice, conversation, texts);
    await untilDelivery(bob, conversation, id, "delivered");
  });

  it("go on when the gateways were restarted", async () => {
    await gateways.restart();
    await alice.engine.send(conversation, "after the gateways' restart", "OTP");
    texts.push("after the gateways' restart");
    await untilTexts(bob, conversation, texts);
  });

  it("leave neither keys nor texts readable in their folders", async () => {
    for (const handle of [lisbon, madrid]) {
      const bytes = await readFile(join(folder, handle, "device.log"));
      for (const text of texts.filter(({ length }) => length > 8)) expect(bytes.includes(text)).toBe(false);
    }
  });

  it("can make room: many messages at once arrive in order, none twice", async () => {
    const many = Array.from({ length: 120 }, (_, i) => `number ${i}`);
    await Promise.all(
      many.map((text, i) => alice.engine.send(conversation, text, i % 3 === 0 ? "OTP" : "AES")),
    );
    const seen = await untilTexts(bob, conversation, [...texts, ...many]);
    expect(seen.slice(texts.length).map(({ text }) => text)).toEqual(many);
    expect(seen.every(({ gapBefore }) => !gapBefore)).toBe(true);
  });
});
