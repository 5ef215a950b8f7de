import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileStore } from "../../lib/messenger/node/file-store.ts";
import { SecretBytes } from "../../lib/shared/secret-bytes.ts";
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

  it("call delivered, not read, what came after the last look, also after a restart", async () => {
    const folder = await mkdtemp(join(tmpdir(), "vernam-receipts-"));
    const openStore = () => FileStore.open({ folder, key: SecretBytes.own(new Uint8Array(32).fill(7)) });
    bob = await world.start(world.user("Bob with a disk", "madrid"), await openStore());
    conversation = await alice.engine.openConversation(bob.user.id);
    const seen = await alice.engine.send(conversation, "looked at", "OTP");
    await untilTexts(bob, conversation, ["looked at"]);
    await bob.engine.markRead(conversation);
    await untilDelivery(alice, conversation, seen, "read");
    const next = await alice.engine.send(conversation, "not looked at", "OTP");
    await untilDelivery(alice, conversation, next, "delivered");
    await bob.engine.stop();
    const last = await alice.engine.send(conversation, "came while away", "OTP");
    await untilDelivery(alice, conversation, last, "sent");
    bob = await world.start(bob.user, await openStore());
    await untilDelivery(alice, conversation, last, "delivered");
    await bob.engine.markRead(conversation);
    await untilDelivery(alice, conversation, last, "read");
    await bob.engine.stop();
    await rm(folder, { recursive: true });
  });
});
