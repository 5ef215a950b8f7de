import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultLevelPolicy, type LevelPolicy, type LevelRule } from "../../lib/protocol/level-policy.ts";
import { suites } from "../../lib/protocol/suites.ts";
import { CrashingDisk } from "./fakes/crashing-store.ts";
import { type TestDevice, TestWorld, until, untilDelivery, untilTexts } from "./fakes/world.ts";

let world: TestWorld;
let alice: TestDevice;
let bob: TestDevice;
let conversation: string;
const disk = { current: new CrashingDisk() };

beforeEach(async () => {
  world = await TestWorld.create();
  disk.current = new CrashingDisk();
  bob = await world.start(world.user("Bob", "madrid"));
  alice = await world.start(world.user("Alice", "lisbon"), disk.current.reopen());
  conversation = await alice.engine.openConversation(bob.user.id);
});
afterEach(async () => {
  await world.close();
});

function withLevel(level: number, rule: Partial<LevelRule>, serial: number): LevelPolicy {
  const levels = defaultLevelPolicy.levels.map((one, i) => (i === level ? { ...one, ...rule } : one));
  return { serial, levels };
}

async function choice(device: TestDevice, level: number) {
  return (await device.engine.policy(conversation)).levels[level];
}

async function untilMinimum(device: TestDevice, level: number, minimum: string): Promise<void> {
  await until(device.engine, async () => (await choice(device, level))?.minimum === minimum);
}

const hybrid = { minimum: suites.hybrid, offered: suites.hybrid };

describe("rules for levels that the gateway tells", () => {
  it("bind the composer at once, are not taken back by older ones, and outlive a restart", async () => {
    world.gateways.pushPolicy(withLevel(0, hybrid, 2));
    await untilMinimum(alice, 0, "HYBRID");
    expect(await choice(alice, 0)).toMatchObject({ offered: ["HYBRID", "OTP_HYBRID"], preset: "HYBRID" });
    await expect(alice.engine.send(conversation, "weak", "AES")).rejects.toMatchObject({
      code: "level.suite-too-weak",
    });
    world.gateways.pushPolicy(withLevel(3, { requireDisjoint: true }, 1));
    await alice.engine.send(conversation, "strong", "HYBRID");
    await untilTexts(bob, conversation, ["strong"]);
    expect(await choice(alice, 0)).toMatchObject({ minimum: "HYBRID" });
    expect(await choice(alice, 3)).toMatchObject({ routes: "two-wanted" });
    await alice.engine.stop();
    alice = await world.start(alice.user, disk.current.reopen());
    expect(await choice(alice, 0)).toMatchObject({ minimum: "HYBRID" });
  });

  it("say where two separate routes are required", async () => {
    expect(await choice(alice, 2)).toMatchObject({ routes: "one" });
    world.gateways.pushPolicy(withLevel(3, { requireDisjoint: true }, 1));
    await until(alice.engine, async () => (await choice(alice, 3))?.routes === "two-required");
  });

  it("refuse what waits and is too weak by now; nothing else is done with it until its writer chooses", async () => {
    world.gateways.beforeDraw = () => ({ code: "key.unavailable", message: "empty", retryAfterMs: 30 });
    const id = await alice.engine.send(conversation, "waiting", "AES");
    await untilDelivery(alice, conversation, id, "waiting-for-key");
    world.gateways.pushPolicy(withLevel(0, hybrid, 1));
    await untilDelivery(alice, conversation, id, "failed");
    const [shown] = await alice.engine.messages(conversation);
    expect(shown?.delivery).toMatchObject({ code: "level.suite-too-weak" });
    world.gateways.beforeDraw = () => undefined;
    await expect(alice.engine.retry(id, "AES")).rejects.toMatchObject({ code: "level.suite-too-weak" });
    await alice.engine.retry(id, "HYBRID");
    expect((await untilTexts(bob, conversation, ["waiting"]))[0]?.suite).toBe("HYBRID");
  });

  it("do not close a message that was written before they changed", async () => {
    await alice.engine.send(conversation, "opens the epoch", "AES");
    await untilTexts(bob, conversation, ["opens the epoch"]);
    bob.port().disconnect();
    await alice.engine.send(conversation, "before the change", "AES");
    world.gateways.pushPolicy(withLevel(0, hybrid, 1));
    await untilMinimum(bob, 0, "HYBRID");
    bob.port().connect();
    const seen = await untilTexts(bob, conversation, ["opens the epoch", "before the change"]);
    expect(seen[1]?.problem).toBeNull();
  });

  it("may allow less, and readers open what they allow", async () => {
    const weaker = { minimum: suites.aes, offered: suites.aes };
    world.gateways.pushPolicy(withLevel(1, weaker, 1));
    for (const device of [alice, bob]) await untilMinimum(device, 1, "AES");
    await alice.engine.send(conversation, "restricted", "AES", 1);
    expect((await untilTexts(bob, conversation, ["restricted"]))[0]).toMatchObject({
      level: 1,
      problem: null,
    });
  });
});
