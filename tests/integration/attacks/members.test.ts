import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hash } from "../../../lib/protocol/hash.ts";
import { fromHex, toHex } from "../../../lib/shared/hex.ts";
import { ask } from "../relay/relay-world.ts";
import {
  AttackWorld,
  lisbon,
  lisbonOffice,
  madrid,
  madridInterior,
  seen,
  until,
  untilShown,
  type Victim,
} from "./support/attack-world.ts";
import { type Attacker, memberOf } from "./support/attacker.ts";

/** Bob is honest. Mallory and Oscar are certified persons who keep no rule; the relay helps them. */
let world: AttackWorld;
let bob: Victim;
let mallory: Attacker;
let oscar: Attacker;
let conversation: string;

beforeAll(async () => {
  world = await AttackWorld.start();
  bob = await world.start(madrid);
  mallory = await world.attacker(lisbon);
  oscar = await world.attacker(madridInterior);
});
afterAll(() => world?.close());

const bobsDevice = async () => (await memberOf(mallory, bob)).devices[0]!.device;
const deviceOf = ({ device: { id: device }, site }: Attacker) => ({ device, site });
const toBob = async () => [{ device: await bobsDevice(), site: bob.site }];

/** A new conversation in which Mallory is moderator, with Bob. */
beforeEach(async () => {
  mallory.begin();
  oscar.begin();
  bob.relay.tamper = (_, entry) => [entry];
  bob.relay.certificates = (_, all) => all;
  conversation = await mallory.converse([await memberOf(mallory, bob)]);
});

async function members(): Promise<string[]> {
  const known = await bob.engine.conversations();
  return (known.find(({ id }) => id === conversation)?.members ?? []).map(({ user }) => user).sort();
}

describe("a member", () => {
  it("cannot use one key for two messages", async () => {
    const drawn = await mallory.draw(conversation, await toBob());
    await mallory.send(conversation, await mallory.compose("first", drawn));
    await mallory.send(conversation, await mallory.compose("second", drawn));
    await untilShown(bob, conversation, ["first", "record.used"]);
  });

  it("cannot send as the same message two that differ: the device was copied", async () => {
    const text = async (body: string) =>
      mallory.compose(body, await mallory.draw(conversation, await toBob()), { sequence: 1, parents: [] });
    await mallory.send(conversation, await text("pay 10"));
    await mallory.send(conversation, await text("pay 99"));
    await untilShown(bob, conversation, ["pay 10", "sequence.device-copied"]);
  });

  it("cannot send at a level that the suite is too weak for", async () => {
    const drawn = await mallory.draw(conversation, await toBob());
    await mallory.send(conversation, await mallory.forge(drawn, { level: 2 }));
    await untilShown(bob, conversation, ["level.suite-too-weak"]);
  });

  it("cannot draw a key for a device outside the conversation unnoticed", async () => {
    const drawn = await mallory.draw(conversation, [...(await toBob()), deviceOf(oscar)]);
    await mallory.send(conversation, await mallory.compose("only for you", drawn));
    const [message] = await untilShown(bob, conversation, ["record.ghost-recipient"]);
    expect(message?.problem?.nextStep).toBe("Tell your site's security officer.");
  });

  it("who is no moderator cannot bring a ghost in, even if the relay takes the event", async () => {
    await mallory.append(conversation, { kind: "add", member: oscar.asMember(false) });
    oscar.head = mallory.head;
    const ghost = await world.attacker(lisbonOffice);
    const event = await oscar.event(conversation, { kind: "add", member: ghost.asMember(false) });
    const request = { conversation, previous: toHex(oscar.head), event };
    expect(await ask(oscar.client, "roster:append", request)).toMatchObject({ code: "roster.invalid" });
    bob.relay.inject(conversation, { kind: "roster", bytes: event });
    const drawn = await mallory.draw(conversation, [...(await toBob()), deviceOf(oscar)]);
    await mallory.send(conversation, await mallory.compose("after", drawn));
    await untilShown(bob, conversation, ["after"]);
    expect(await members()).toEqual([bob.user, mallory.user, oscar.user].sort());
  });

  it("cannot add a device to another person", async () => {
    const [device] = oscar.asMember(false).devices;
    const event = await mallory.event(conversation, {
      kind: "device-add",
      user: fromHex(bob.user),
      device: device!,
    });
    bob.relay.inject(conversation, { kind: "roster", bytes: event });
    await mallory.send(
      conversation,
      await mallory.compose("after", await mallory.draw(conversation, await toBob())),
    );
    await untilShown(bob, conversation, ["after"]);
  });

  it("that was removed cannot be kept in secretly: the next message under the new membership says so", async () => {
    await mallory.append(conversation, { kind: "add", member: oscar.asMember(false) });
    await until(bob.engine, async () => (await members()).includes(oscar.user));
    let withheld: { kind: "roster"; bytes: Uint8Array<ArrayBuffer> } | undefined;
    bob.relay.tamper = (id, { kind, bytes }) => {
      if (id !== conversation || kind !== "roster") return [{ kind, bytes }];
      withheld = { kind, bytes };
      return [];
    };
    await mallory.append(conversation, { kind: "remove", user: fromHex(oscar.user) });
    const drawn = await mallory.draw(conversation, await toBob());
    await mallory.send(conversation, await mallory.compose("Oscar is out", drawn));
    await untilShown(bob, conversation, ["roster.unknown-head"]);
    // And whoever was removed gets no key of it, whatever the relay gives them.
    const answer = await oscar.device.ask({ type: "fetch", recordHash: drawn.recordHash });
    expect(answer).toMatchObject({ type: "error", code: "copy.unknown" });
    bob.relay.inject(conversation, withheld!);
    await untilShown(bob, conversation, ["Oscar is out"]);
    expect(await members()).toEqual([bob.user, mallory.user].sort());
  });
});

describe("a certified stranger with the relay's help", () => {
  it("cannot speak in a conversation, with a key drawn for its member", async () => {
    oscar.head = mallory.head;
    const drawn = await oscar.draw(conversation, await toBob());
    const bytes = await oscar.compose("let me in", drawn);
    expect(await oscar.send(conversation, bytes)).toMatchObject({ code: "conversation.unknown" });
    bob.relay.inject(conversation, { kind: "envelope", bytes });
    // Its certificate is unknown here, or known and no member's: never opened.
    const refusals = ["certificate.unknown", "roster.sender-absent"];
    await seen(bob, conversation, ([one]) => refusals.includes(one?.problem?.code ?? ""));
  });

  it("cannot get the copy of a key that was drawn for others", async () => {
    const drawn = await mallory.draw(conversation, await toBob());
    for (const message of [
      { type: "fetch", recordHash: drawn.recordHash },
      { type: "void", recordHash: drawn.recordHash },
    ] as const)
      expect((await oscar.device.ask(message)).type).toBe("error");
    await oscar.device.ask({ type: "acknowledge", recordHashes: [drawn.recordHash] });
    await mallory.send(conversation, await mallory.compose("still there", drawn));
    await untilShown(bob, conversation, ["still there"]);
  });

  it("cannot speak as a member with a device of the same number", async () => {
    const twin = await world.attacker("auditor", mallory.device.id);
    twin.head = mallory.head;
    bob.relay.certificates = (_, all) => [...all, twin.device.certificate];
    const drawn = await twin.draw(conversation, await toBob());
    bob.relay.inject(conversation, { kind: "envelope", bytes: await twin.compose("it is me", drawn) });
    await untilShown(bob, conversation, ["envelope.signature"]);
    const own = await mallory.draw(conversation, await toBob());
    await mallory.send(conversation, await mallory.compose("it is I", own));
    await untilShown(bob, conversation, ["envelope.signature", "it is I"]);
  });

  it("cannot be a third in what two take for theirs", async () => {
    const alice = await world.start("officer");
    const id = directId(alice.user, bob.user);
    await oscar.converse([await memberOf(oscar, alice, true), await memberOf(oscar, bob, true)], id);
    const opened = await alice.engine.openConversation(bob.user);
    expect(opened).not.toBe(id);
    await alice.engine.send(opened, "between us", "OTP");
    await untilShown(bob, opened, ["between us"]);
    expect(await bob.engine.openConversation(alice.user)).toBe(opened);
    await world.stop(alice);
  });
});

/** As the engine makes it of two public names. */
function directId(a: string, b: string): string {
  const framed = ["vernam/1 direct", ...[a, b].sort()].map((part, i) => {
    const bytes = i === 0 ? Buffer.from(part) : Buffer.from(part, "hex");
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(bytes.length));
    return Buffer.concat([length, bytes]);
  });
  return toHex(hash(new Uint8Array(Buffer.concat(framed)))).slice(0, 32);
}
