import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TestDevice, TestWorld, until, untilTexts } from "./fakes/world.ts";

let world: TestWorld;
let alice: TestDevice;
let bob: TestDevice;
let carla: TestDevice;

beforeEach(async () => {
  world = await TestWorld.create();
  [alice, bob, carla] = await Promise.all([
    world.start(world.user("Alice", "lisbon")),
    world.start(world.user("Bob", "madrid")),
    world.start(world.user("Carla", "rome")),
  ]);
});
afterEach(async () => {
  await world.close();
});

const sent = async ({ engine }: TestDevice, id: string, message: string) =>
  (await engine.messages(id)).find((one) => one.id === message);

describe("who has a message", () => {
  it("is told person by person, and who joins later is not counted", async () => {
    const id = await alice.engine.createGroup("Two", [bob.user.id]);
    await until(bob.engine, async () => (await bob.engine.conversations()).some((one) => one.id === id));
    const message = await alice.engine.send(id, "before Carla", "OTP");
    await untilTexts(bob, id, ["before Carla"]);
    await bob.engine.markRead(id);
    await until(alice.engine, async () => (await sent(alice, id, message))?.reach?.read === 1);
    await alice.engine.addMembers(id, [carla.user.id]);
    expect((await sent(alice, id, message))?.reach).toEqual({ of: 1, delivered: 1, read: 1 });
    expect((await sent(alice, id, message))?.delivery).toEqual({ state: "read" });
    expect(await alice.engine.recipients(message)).toEqual([
      { user: bob.user.id, name: "Bob", state: "read" },
    ]);
    expect(await bob.engine.recipients(message)).toEqual([]);
  });
});

describe("what is left", () => {
  it("is that of the site with least", async () => {
    const id = await alice.engine.createGroup("Three", [bob.user.id, carla.user.id]);
    expect(await alice.engine.supply(id)).toEqual({ bits: 1024 * "rome".length, site: "rome" });
  });

  it("crosses no link between posts of one site", async () => {
    const diana = await world.start(world.user("Diana", "lisbon"));
    const id = await alice.engine.openConversation(diana.user.id);
    expect(await alice.engine.supply(id)).toEqual({ bits: 0, site: null });
  });
});
