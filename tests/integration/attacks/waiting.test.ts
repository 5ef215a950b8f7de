import { afterEach, beforeEach, expect, it } from "vitest";
import { encodeEnvelope, parseEnvelope } from "../../../lib/protocol/envelope.ts";
import { copyBytes } from "../../../lib/shared/bytes.ts";
import { type TestDevice, TestWorld, until, untilTexts } from "../../messenger/fakes/world.ts";

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
afterEach(() => world.close());

async function untilProblems(codes: readonly (string | undefined)[]): Promise<void> {
  await until(bob.engine, async () => {
    const seen = await bob.engine.messages(conversation);
    return seen.length === codes.length && codes.every((code, i) => seen[i]?.problem?.code === code);
  });
}

it("a forgery that names the key of a waiting message does not end its wait", async () => {
  world.gateways.copies = "late";
  await alice.engine.send(conversation, "true", "OTP");
  await untilProblems(["key.waiting"]);
  const entry = world.relay.log(conversation).entries.find(({ kind }) => kind === "envelope");
  const { header, ciphertext, tag, signature } = parseEnvelope(entry!.bytes);
  const forged = copyBytes(signature);
  forged[0] = (forged[0] as number) ^ 1;
  const bytes = encodeEnvelope({ header, ciphertext, tag, signature: forged });
  world.relay.append(conversation, "envelope", bytes, "forged", alice.user.id);
  await untilProblems(["key.waiting", "envelope.signature"]);
  world.gateways.release();
  await untilTexts(bob, conversation, ["true", null]);
});

it("messages of an epoch whose key is void say so, and are not left waiting", async () => {
  world.gateways.copies = "late";
  await alice.engine.send(conversation, "one", "AES");
  await alice.engine.send(conversation, "two", "AES");
  await untilProblems(["key.waiting", "key.waiting"]);
  for (const recordHash of world.gateways.keys.keys()) world.gateways.voided.add(recordHash);
  await untilProblems(["copy.void", "copy.void"]);
  expect((await bob.engine.messages(conversation))[0]?.problem?.nextStep).toBe(
    "Ask the sender to send it again.",
  );
});
