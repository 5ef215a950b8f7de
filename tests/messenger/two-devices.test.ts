import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TestDevice, TestWorld, untilDelivery, untilTexts } from "./fakes/world.ts";

let world: TestWorld;
let alice: TestDevice;
let bob: TestDevice;
let conversation: string;

beforeEach(async () => {
  world = await TestWorld.create();
  bob = await world.start(world.user("Bob", "madrid"));
  alice = await world.start(world.user("Alice", "lisbon"));
  conversation = await alice.engine.openConversation(bob.user.id);
});
afterEach(async () => {
  await world.close();
});

describe("two devices", () => {
  it("exchange one-time pad and AES messages both ways, in order", async () => {
    await alice.engine.send(conversation, "first, by one-time pad", "OTP");
    await alice.engine.send(conversation, "second, by AES", "AES");
    await untilTexts(bob, conversation, ["first, by one-time pad", "second, by AES"]);
    await bob.engine.send(conversation, "third", "AES");
    await bob.engine.send(conversation, "fourth", "OTP");
    const seen = await untilTexts(alice, conversation, [
      "first, by one-time pad",
      "second, by AES",
      "third",
      "fourth",
    ]);
    expect(seen.map(({ mine, suite }) => [mine, suite])).toEqual([
      [true, "OTP"],
      [true, "AES"],
      [false, "AES"],
      [false, "OTP"],
    ]);
  });

  it("tell the sender by verified receipts what was delivered and read", async () => {
    const id = await alice.engine.send(conversation, "hello", "OTP");
    await untilDelivery(alice, conversation, id, "delivered");
    await bob.engine.markRead(conversation);
    await untilDelivery(alice, conversation, id, "read");
  });
});
