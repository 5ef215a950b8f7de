import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SuiteName } from "../../lib/messenger/messenger-api.ts";
import { CrashingDisk } from "./fakes/crashing-store.ts";
import { type TestDevice, TestWorld, until, untilDelivery, untilTexts } from "./fakes/world.ts";

let world: TestWorld;
let alice: TestDevice;
let bob: TestDevice;
let conversation: string;
let draws: number;
let disk: CrashingDisk;

beforeEach(async () => {
  world = await TestWorld.create();
  disk = new CrashingDisk();
  bob = await world.start(world.user("Bob", "madrid"));
  alice = await world.start(world.user("Alice", "lisbon"), disk.reopen());
  conversation = await alice.engine.openConversation(bob.user.id);
  draws = 0;
  world.gateways.beforeDraw = () => {
    draws++;
    return undefined;
  };
});
afterEach(async () => {
  await world.close();
});

const refuse = () => ({ code: "key.unavailable", message: "the pool is empty", retryAfterMs: 60_000 });

/** Writes for a moment: resolves when the four keys were drawn, and their answers are here. */
async function write(suite: SuiteName, ...before: string[]): Promise<void> {
  await alice.engine.typing(conversation, suite);
  // The gateway answers one after another: a later answer means that the earlier ones are here.
  await alice.engine.send(conversation, "x".repeat(300), "OTP");
  await untilTexts(bob, conversation, [...before, "x".repeat(300)]);
}

const unused = () => world.gateways.records.length - world.gateways.voided.size;

describe("keys drawn while a message is written", () => {
  it("let short messages leave without a draw, whole, and longer ones draw for themselves", async () => {
    await write("OTP");
    expect(draws).toBe(4 + 1);
    world.gateways.beforeDraw = refuse;
    const texts = ["short", "y".repeat(80), "also short", "padded up"];
    const ids = [];
    for (const text of texts) ids.push(await alice.engine.send(conversation, text, "OTP"));
    const seen = await untilTexts(bob, conversation, ["x".repeat(300), ...texts]);
    expect(seen).toHaveLength(5);
    const cards = await Promise.all(ids.map((id) => alice.engine.keyCard(id)));
    expect(cards.map((card) => [card?.prefetched, card?.paddedBytes])).toEqual([
      [true, 64],
      [true, 128],
      [true, 64],
      [true, 128],
    ]);
    expect(new Set(cards.map((card) => card?.keyIds[0])).size).toBe(4);
    const fifth = await alice.engine.send(conversation, "no key left", "OTP");
    await untilDelivery(alice, conversation, fifth, "waiting-for-key");
  });

  it("serve the hybrid one-time pad too, within its epoch", async () => {
    const opening = await alice.engine.send(conversation, "opens the epoch", "OTP_HYBRID");
    await untilDelivery(alice, conversation, opening, "delivered");
    await write("OTP_HYBRID", "opens the epoch");
    world.gateways.beforeDraw = refuse;
    const id = await alice.engine.send(conversation, "quick", "OTP_HYBRID");
    await untilDelivery(alice, conversation, id, "delivered");
    expect(await alice.engine.keyCard(id)).toMatchObject({ prefetched: true, suite: "OTP_HYBRID" });
  });

  it("are never more than four, however often a person types, and none for suites without a pad", async () => {
    await alice.engine.typing(conversation, "HYBRID");
    await write("OTP");
    for (let i = 0; i < 5; i++) await alice.engine.typing(conversation, "OTP");
    await write("OTP").catch(() => undefined);
    expect(draws).toBe(4 + 2);
  });

  it("are voided with the membership they were drawn for", async () => {
    await write("OTP");
    expect(unused()).toBe(5);
    world.gateways.approveFurther = true;
    await world.start(bob.user);
    await until(alice.engine, async () => world.gateways.voided.size === 4);
    const id = await alice.engine.send(conversation, "new membership", "OTP");
    await untilDelivery(alice, conversation, id, "delivered");
    expect((await alice.engine.keyCard(id))?.prefetched).toBe(false);
  });

  it("are voided when the engine stops, and are in no row of its store", async () => {
    await write("OTP");
    await alice.engine.stop();
    expect(world.gateways.voided.size).toBe(4);
    const rows = Buffer.concat([...disk.rows.values()]);
    for (const [hash] of world.gateways.records)
      expect(rows.includes(Buffer.from(world.gateways.keys.get(hash)!))).toBe(false);
  });
});
