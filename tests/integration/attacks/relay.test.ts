import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { encodeEnvelope, parseEnvelope } from "../../../lib/protocol/envelope.ts";
import { decodeSigned, encodeSigned } from "../../../lib/protocol/signed.ts";
import { type Bytes, copyBytes } from "../../../lib/shared/bytes.ts";
import {
  AttackWorld,
  lisbon,
  madrid,
  madridInterior,
  untilDelivered,
  untilShown,
  type Victim,
} from "./support/attack-world.ts";

let world: AttackWorld;
let alice: Victim;
let bob: Victim;
let carol: Victim;
let conversation: string;
let other: string;
/** What Bob's screen shows of the conversation. */
let shown: string[];

beforeAll(async () => {
  world = await AttackWorld.start();
  [alice, bob, carol] = [
    await world.start(lisbon),
    await world.start(madrid),
    await world.start(madridInterior),
  ];
  conversation = await alice.engine.openConversation(bob.user);
  other = await carol.engine.openConversation(bob.user);
  shown = [];
});
afterAll(() => world?.close());
beforeEach(() => {
  bob.relay.tamper = (_, entry) => [entry];
});

async function arrives(text: string, suite: "OTP" | "AES" = "OTP"): Promise<void> {
  await alice.engine.send(conversation, text, suite);
  shown.push(text);
  await untilShown(bob, conversation, shown);
}

function flipped(bytes: Bytes, at = 0): Bytes {
  const copy = copyBytes(bytes);
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
}

/** Shows Bob these bytes in place of the next envelope of this conversation. */
function replaceNext(change: (bytes: Bytes) => readonly Bytes[]): void {
  bob.relay.tamper = (id, entry) => {
    if (id !== conversation || entry.kind !== "envelope") return [entry];
    bob.relay.tamper = (_, next) => [next];
    return change(entry.bytes).map((bytes) => ({ kind: "envelope", bytes }));
  };
}

describe("a relay that alters what it stores", () => {
  const alterations: readonly [string, string, (bytes: Bytes) => Bytes][] = [
    ["a bit of the ciphertext", "envelope.signature", (bytes) => change(bytes, "ciphertext")],
    ["a bit of the tag", "envelope.signature", (bytes) => change(bytes, "tag")],
    ["a bit of the signature", "envelope.signature", (bytes) => change(bytes, "signature")],
    ["its end", "cbor.truncated", (bytes) => bytes.slice(0, -1)],
    ["its length", "cbor.trailing", (bytes) => new Uint8Array([...bytes, 0])],
  ];
  function change(bytes: Bytes, field: "ciphertext" | "tag" | "signature"): Bytes {
    const { header, ciphertext, tag, signature } = parseEnvelope(bytes);
    const fields = { header, ciphertext, tag, signature };
    return encodeEnvelope({ ...fields, [field]: flipped(fields[field]) });
  }

  it.each(alterations)(
    "of %s is found out (%s), and the true message still opens",
    async (_, code, alter) => {
      replaceNext((bytes) => [alter(bytes), bytes]);
      const id = await alice.engine.send(conversation, `after ${code} ${shown.length}`, "OTP");
      shown.push(code, `after ${code} ${shown.length}`);
      await untilShown(bob, conversation, shown);
      await untilDelivered(alice, conversation, id);
    },
  );

  it("cannot make a message of an epoch whose start it damaged wait for ever", async () => {
    bob.relay.tamper = (id, entry) => {
      if (id !== conversation || entry.kind !== "epoch") return [entry];
      const { body, ed25519, mlDsa } = decodeSigned(entry.bytes);
      return [
        { ...entry, bytes: encodeSigned({ body, ed25519: flipped(ed25519), ...(mlDsa && { mlDsa }) }) },
      ];
    };
    await alice.engine.send(conversation, "in a damaged epoch", "AES");
    shown.push("epoch.start-missing");
    const messages = await untilShown(bob, conversation, shown);
    expect(messages.at(-1)?.problem?.nextStep).toBe("Ask the sender to send it again.");
  });
});

describe("a relay that shows messages elsewhere, again, or not at all", () => {
  it("cannot show one twice, not even after a restart", async () => {
    await arrives("once");
    const [last] = bob.relay.shown(conversation).slice(-1);
    bob.relay.inject(conversation, last!);
    await arrives("after the repetition");
    await world.stop(bob);
    bob = await world.start(madrid);
    bob.relay.inject(conversation, last!);
    await arrives("after the restart");
  });

  it("cannot show one in another conversation, even one with the same receiver", async () => {
    await arrives("for this conversation only");
    bob.relay.inject(other, bob.relay.shown(conversation).at(-1)!);
    await untilShown(bob, other, ["conversation.other"]);
  });

  it("cannot turn one round: its sender does not take it for an answer", async () => {
    const before = await texts(alice);
    const own = alice.relay.shown(conversation).find(({ kind }) => kind === "envelope");
    alice.relay.inject(conversation, own!);
    await bob.engine.send(conversation, "an answer", "OTP");
    shown.push("an answer");
    await untilShown(alice, conversation, [...before, "an answer"]);
  });

  it("cannot hide one: the next shows that something is missing before it", async () => {
    replaceNext(() => []);
    await alice.engine.send(conversation, "withheld", "OTP");
    await alice.engine.send(conversation, "and the next", "OTP");
    shown.push("and the next");
    const messages = await untilShown(bob, conversation, shown);
    expect(messages.at(-1)?.gapBefore).toBe(true);
  });

  it("cannot claim that a message was delivered, nor read, when it was not", async () => {
    replaceNext(() => []);
    const id = await alice.engine.send(conversation, "never shown", "OTP");
    const next = await alice.engine.send(conversation, "shown", "OTP");
    shown.push("shown");
    await untilShown(bob, conversation, shown);
    await untilDelivered(alice, conversation, next);
    const messages = await alice.engine.messages(conversation, { limit: 500 });
    expect(messages.find((message) => message.id === id)?.delivery?.state).toBe("sent");
  });
});

async function texts({ engine }: Victim): Promise<string[]> {
  const messages = await engine.messages(conversation, { limit: 500 });
  return messages.map(({ text, problem }) => text ?? problem?.code ?? "");
}
