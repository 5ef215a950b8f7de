import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SuiteName } from "../../lib/messenger/messenger-api.ts";
import { VolatileStore } from "../../lib/messenger/store/volatile-store.ts";
import { parseDrawRecord } from "../../lib/protocol/draw-record.ts";
import { type TestDevice, TestWorld, until, untilTexts } from "./fakes/world.ts";

let world: TestWorld;
let alice: TestDevice;
let bob: TestDevice;
let carla: TestDevice;
let dora: TestDevice;

beforeEach(async () => {
  world = await TestWorld.create();
  [alice, bob, carla, dora] = await Promise.all([
    world.start(world.user("Alice", "lisbon")),
    world.start(world.user("Bob", "madrid")),
    world.start(world.user("Carla", "paris")),
    world.start(world.user("Dora", "rome")),
  ]);
});
afterEach(async () => {
  await world.close();
});

async function makeGroup(...members: TestDevice[]): Promise<string> {
  const id = await alice.engine.createGroup(
    "Delegation",
    members.map(({ user }) => user.id),
  );
  for (const { engine } of members)
    await until(engine, async () => (await engine.conversations()).some((one) => one.id === id));
  return id;
}

const view = async ({ engine }: TestDevice, id: string) =>
  (await engine.conversations()).find((one) => one.id === id);

/** Until everybody sees this many members. */
async function untilMembers(id: string, count: number, ...devices: TestDevice[]): Promise<void> {
  for (const device of devices)
    await until(device.engine, async () => (await view(device, id))?.members.length === count);
}

describe("a group", () => {
  it("of four sites reads every suite, with one key for all sites", async () => {
    const id = await makeGroup(bob, carla, dora);
    const suites: SuiteName[] = ["HYBRID", "OTP_HYBRID", "OTP", "AES"];
    for (const suite of suites) await alice.engine.send(id, suite, suite);
    for (const reader of [bob, carla, dora]) await untilTexts(reader, id, suites);
    await dora.engine.send(id, "from Rome", "OTP");
    for (const reader of [alice, bob, carla]) await untilTexts(reader, id, [...suites, "from Rome"]);
    const card = await alice.engine.keyCard((await alice.engine.messages(id))[2]!.id);
    expect(card?.slaveSites).toEqual(["madrid", "paris", "rome"]);
    expect(await view(bob, id)).toMatchObject({
      title: "Delegation",
      group: true,
      moderator: false,
      left: false,
    });
  });

  it("shows who joined, from where on a new member can read, and never what was before", async () => {
    const id = await makeGroup(bob);
    for (const text of ["one", "two"]) await alice.engine.send(id, text, "HYBRID");
    await untilTexts(bob, id, ["one", "two"]);
    await alice.engine.addMembers(id, [carla.user.id]);
    await alice.engine.send(id, "three", "HYBRID");
    await alice.engine.send(id, "four", "OTP");
    const seen = await untilTexts(carla, id, ["three", "four"]);
    expect(seen).toHaveLength(2);
    expect(seen.map(({ gapBefore }) => gapBefore)).toEqual([false, false]);
    const events = await carla.engine.timeline(id);
    expect(
      events.map(({ kind, actor, subject, historyBegins }) => [kind, actor, subject, historyBegins]),
    ).toEqual([
      ["created", "Alice", null, false],
      ["added", "Alice", "Carla", true],
    ]);
    expect(events[1]!.ordinal).toBeLessThan(seen[0]!.ordinal);
    expect((await bob.engine.timeline(id)).map(({ historyBegins }) => historyBegins)).toEqual([false, false]);
  });

  it("leaves out a removed member with the next message, in every suite, and draws nothing for it", async () => {
    const id = await makeGroup(bob, carla);
    for (const suite of ["AES", "HYBRID", "OTP_HYBRID"] as const) await alice.engine.send(id, "all", suite);
    await untilTexts(carla, id, ["all", "all", "all"]);
    const before = new Set(world.gateways.keys.keys());
    await alice.engine.removeMember(id, carla.user.id);
    for (const suite of ["AES", "HYBRID", "OTP_HYBRID", "OTP"] as const)
      await alice.engine.send(id, "fewer", suite);
    await untilTexts(bob, id, ["all", "all", "all", "fewer", "fewer", "fewer", "fewer"]);
    await untilMembers(id, 2, carla);
    expect(await carla.engine.messages(id)).toHaveLength(3);
    expect(await view(carla, id)).toMatchObject({ left: true });
    await expect(carla.engine.send(id, "still here", "OTP")).rejects.toMatchObject({
      code: "conversation.left",
    });
    expect((await carla.engine.policy(id)).levels.map(({ refused }) => refused)).toContain(
      "conversation.left",
    );
    const later = world.gateways.records.filter(([hash]) => !before.has(hash));
    expect(later.length).toBeGreaterThan(3);
    for (const [, bytes] of later) {
      const { recipients } = parseDrawRecord(bytes).value;
      expect(recipients.map(({ site }) => site)).toEqual(["madrid"]);
    }
  });

  it("tells a removed member who was away of the removal when they come back, and of nothing after it", async () => {
    const id = await makeGroup(bob, carla);
    await alice.engine.send(id, "all", "HYBRID");
    await untilTexts(carla, id, ["all"]);
    carla.port().disconnect();
    await alice.engine.send(id, "last", "HYBRID");
    await untilTexts(bob, id, ["all", "last"]);
    await alice.engine.removeMember(id, carla.user.id);
    await alice.engine.send(id, "fewer", "HYBRID");
    await untilTexts(bob, id, ["all", "last", "fewer"]);
    expect(await view(carla, id)).toMatchObject({ left: false });
    carla.port().connect();
    await untilMembers(id, 2, carla);
    expect(await view(carla, id)).toMatchObject({ left: true });
    await untilTexts(carla, id, ["all", "last"]);
    const told = (await carla.engine.timeline(id)).map(({ kind, actor, subject }) => [kind, actor, subject]);
    expect(told.at(-1)).toEqual(["removed", "Alice", "Carla"]);
    // Added again, they read on from there.
    await alice.engine.addMembers(id, [carla.user.id]);
    await alice.engine.send(id, "together", "HYBRID");
    await untilTexts(carla, id, ["all", "last", "together"]);
    expect(await view(carla, id)).toMatchObject({ left: false });
  });

  it("shows a member from whom the relay withholds a removal that something is missing", async () => {
    const id = await makeGroup(bob, carla);
    await untilMembers(id, 3, bob, carla);
    bob.port().disconnect();
    await alice.engine.removeMember(id, carla.user.id);
    // The relay gives Bob something else in the place of the removal.
    world.relay.tamper = (entry) =>
      entry.kind === "roster" && entry.seq === 2 ? { ...entry, bytes: new Uint8Array([1]) } : entry;
    bob.port().connect();
    await alice.engine.send(id, "without Carla", "HYBRID");
    await until(bob.engine, async () => (await bob.engine.messages(id)).length > 0);
    expect((await bob.engine.messages(id)).at(-1)?.problem?.code).toBe("roster.unknown-head");
  });

  it("lets members leave, moderators share their office, and nobody else change it", async () => {
    const id = await makeGroup(bob, carla);
    await expect(bob.engine.removeMember(id, carla.user.id)).rejects.toMatchObject({
      code: "group.not-moderator",
    });
    await expect(bob.engine.addMembers(id, [dora.user.id])).rejects.toMatchObject({
      code: "group.not-moderator",
    });
    await expect(alice.engine.leave(id)).rejects.toMatchObject({ code: "group.last-moderator" });
    await alice.engine.setModerator(id, bob.user.id, true);
    await alice.engine.leave(id);
    await untilMembers(id, 2, bob, carla);
    await bob.engine.addMembers(id, [dora.user.id]);
    await bob.engine.rename(id, "Delegation, second round");
    for (const device of [bob, carla, dora])
      await until(device.engine, async () => (await view(device, id))?.title === "Delegation, second round");
    const told = (await carla.engine.timeline(id)).map(({ kind, actor, subject, text }) => [
      kind,
      actor,
      subject,
      text,
    ]);
    expect(told).toEqual([
      ["created", "Alice", null, "Delegation"],
      ["role", "Alice", "Bob", "moderator"],
      ["left", "Alice", "Alice", undefined],
      ["added", "Bob", "Dora", undefined],
      ["renamed", "Bob", null, "Delegation, second round"],
    ]);
    expect(await view(alice, id)).toMatchObject({ left: true });
  });

  it("reaches every device of a member, also one that comes later, from then on", async () => {
    const id = await makeGroup(bob, carla);
    await alice.engine.send(id, "early", "HYBRID");
    await untilTexts(bob, id, ["early"]);
    world.gateways.approveFurther = true;
    const second = await world.start(bob.user, new VolatileStore());
    await until(alice.engine, async () => {
      const members = (await view(alice, id))?.members ?? [];
      return members.find(({ user }) => user === bob.user.id)?.devices === 2;
    });
    for (const suite of ["AES", "HYBRID", "OTP", "OTP_HYBRID"] as const)
      await alice.engine.send(id, suite, suite);
    await untilTexts(bob, id, ["early", "AES", "HYBRID", "OTP", "OTP_HYBRID"]);
    await bob.engine.send(id, "from the first device", "OTP_HYBRID");
    const seen = await untilTexts(second, id, [
      "AES",
      "HYBRID",
      "OTP",
      "OTP_HYBRID",
      "from the first device",
    ]);
    expect(seen).toHaveLength(5);
    expect(seen.at(-1)?.mine).toBe(true);
    expect(
      (await second.engine.timeline(id)).map(({ kind, historyBegins }) => [kind, historyBegins]),
    ).toEqual([
      ["created", false],
      ["device-added", true],
    ]);
  });

  it("of two stays a group beside the conversation of the two", async () => {
    const id = await makeGroup(bob);
    const direct = await alice.engine.openConversation(bob.user.id);
    expect(direct).not.toBe(id);
    expect(await alice.engine.openConversation(bob.user.id)).toBe(direct);
  });
});
