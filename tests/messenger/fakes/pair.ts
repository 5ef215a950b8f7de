import { afterEach, beforeEach } from "vitest";
import { type TestDevice, TestWorld } from "./world.ts";

/** The world of the test that runs: Alice at Lisbon, Bob at Madrid, and the conversation that she opened. */
export let world: TestWorld;
export let alice: TestDevice;
export let bob: TestDevice;
export let conversation: string;

/** Makes all of it anew before each test of a file. */
export function freshPair(): void {
  beforeEach(async () => {
    world = await TestWorld.create();
    bob = await world.start(world.user("Bob", "madrid"));
    alice = await world.start(world.user("Alice", "lisbon"));
    conversation = await alice.engine.openConversation(bob.user.id);
  });
  afterEach(async () => {
    await world.close();
  });
}
