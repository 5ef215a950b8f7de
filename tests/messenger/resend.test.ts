import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MessageView } from "../../lib/messenger/messenger-api.ts";
import { parseDrawRecord } from "../../lib/protocol/draw-record.ts";
import { type ParsedEnvelope, parseEnvelope } from "../../lib/protocol/envelope.ts";
import { parseResendRequest, signResendRequest } from "../../lib/protocol/resend-request.ts";
import { fromHex, toHex } from "../../lib/shared/hex.ts";
import { CrashingDisk } from "./fakes/crashing-store.ts";
import { makeSigner } from "./fakes/fake-gateway.ts";
import { type TestDevice, TestWorld, until, untilDelivery, untilTexts } from "./fakes/world.ts";

let world: TestWorld;
let alice: TestDevice;
let bob: TestDevice;
let carol: TestDevice;
let conversation: string;
let shift = 0;
/** What survives of each. */
let disks: Record<"alice" | "bob", CrashingDisk>;

beforeEach(async () => {
  shift = 0;
  world = await TestWorld.create();
  disks = { alice: new CrashingDisk(), bob: new CrashingDisk() };
  bob = await world.start(world.user("Bob", "madrid"), disks.bob.reopen());
  carol = await world.start(world.user("Carol", "paris"));
  alice = await world.start(
    world.user("Alice", "lisbon"),
    disks.alice.reopen(),
    true,
    () => Date.now() + shift,
  );
  conversation = await alice.engine.createGroup("Cable", [bob.user.id, carol.user.id]);
  await alice.engine.send(conversation, "first", "OTP");
  for (const device of [bob, carol]) await untilTexts(device, conversation, ["first"]);
});
afterEach(async () => {
  await world.close();
});

function envelopes(): readonly ParsedEnvelope[] {
  const { entries } = world.relay.log(conversation);
  return entries.filter(({ kind }) => kind === "envelope").map(({ bytes }) => parseEnvelope(bytes));
}

function requests(): readonly Uint8Array<ArrayBuffer>[] {
  return world.relay
    .log(conversation)
    .entries.flatMap(({ kind, bytes }) => (kind === "resend" ? [bytes] : []));
}

/** The newest message as this device has it, once it cannot be opened for good. */
async function untilLost(device: TestDevice, text: string | null = null): Promise<MessageView> {
  let seen: MessageView | undefined;
  await until(device.engine, async () => {
    seen = (await device.engine.messages(conversation)).find(({ problem }) => problem?.passing === false);
    return seen?.text === text && seen.problem?.asks !== null && seen.problem?.asks !== undefined;
  });
  return seen as MessageView;
}

/** Bob's site loses the key of what is written in `write`; everybody else's has it. */
async function whileBobsKeyIsLost(write: () => Promise<unknown>): Promise<MessageView> {
  const bobs = bob.port().device;
  const drop = (device: string) => device === bobs;
  world.gateways.lost = drop;
  await write();
  const lost = await untilLost(bob);
  world.gateways.lost = () => false;
  return lost;
}

describe("a message whose key was lost at the receiver's site", () => {
  it.each(["OTP", "AES", "HYBRID", "OTP_HYBRID"] as const)(
    "is sent again when its reader asks, takes its place and is shown once (%s)",
    async (suite) => {
      let id = "";
      const lost = await whileBobsKeyIsLost(async () => {
        id = await alice.engine.send(conversation, "second", suite);
      });
      expect(lost.problem).toMatchObject({ code: "copy.void", asks: 0 });
      await alice.engine.send(conversation, "third", "OTP");
      await untilTexts(bob, conversation, ["first", null, "third"]);
      await bob.engine.askAgain(lost.id);
      const seen = await untilTexts(bob, conversation, ["first", "second", "third"]);
      expect(seen.map(({ gapBefore, problem, suite: used }) => [gapBefore, problem, used])).toEqual([
        [false, null, "OTP"],
        [false, null, suite],
        [false, null, "OTP"],
      ]);
      expect((await bob.engine.keyCard(seen[1]?.id ?? ""))?.resent).toBe(true);
      await untilDelivery(alice, conversation, id, "delivered");
      await alice.engine.send(conversation, "fourth", suite);
      for (const device of [bob, carol]) {
        const all = await untilTexts(device, conversation, ["first", "second", "third", "fourth"]);
        expect(all).toHaveLength(4);
        expect(all.every(({ gapBefore, problem }) => !gapBefore && problem === null)).toBe(true);
      }
      expect((await alice.engine.messages(conversation)).map(({ text }) => text)).toEqual([
        "first",
        "second",
        "third",
        "fourth",
      ]);
    },
  );

  it("goes under a new key whose record names the device that asked and no other", async () => {
    const lost = await whileBobsKeyIsLost(() => alice.engine.send(conversation, "second", "OTP"));
    await bob.engine.askAgain(lost.id);
    await untilTexts(bob, conversation, ["first", "second"]);
    const [, original, again] = envelopes();
    expect(again?.fields.resends).toEqual(original?.hash);
    expect(again?.fields.drawRecordHash).not.toEqual(original?.fields.drawRecordHash);
    const record = world.gateways.records.find(
      ([hash]) => hash === toHex(again?.fields.drawRecordHash ?? new Uint8Array()),
    );
    const { recipients } = parseDrawRecord(record?.[1] ?? new Uint8Array()).value;
    expect(recipients.map(({ device }) => toHex(device))).toEqual([bob.port().device]);
  });

  it("is asked for again after a restart of both, and answered once", async () => {
    const lost = await whileBobsKeyIsLost(() => alice.engine.send(conversation, "second", "OTP"));
    alice.port().disconnect();
    await bob.engine.askAgain(lost.id);
    await bob.engine.stop();
    await alice.engine.stop();
    bob = await world.start(bob.user, disks.bob.reopen());
    alice = await world.start(alice.user, disks.alice.reopen());
    await untilTexts(bob, conversation, ["first", "second"]);
    expect(envelopes().filter(({ fields }) => fields.resends.length > 0)).toHaveLength(1);
  });

  it("can be asked for again when what was sent again is lost too, three times at most", async () => {
    const lost = await whileBobsKeyIsLost(() => alice.engine.send(conversation, "second", "OTP"));
    for (const time of [1, 2, 3]) {
      world.gateways.lost = (device) => device === bob.port().device;
      await bob.engine.askAgain(lost.id);
      await until(alice.engine, async () => envelopes().length === 2 + time);
      await untilDelivery(
        alice,
        conversation,
        (await alice.engine.messages(conversation))[0]?.id ?? "",
        "delivered",
      );
    }
    world.gateways.lost = () => false;
    await bob.engine.askAgain(lost.id);
    await alice.engine.send(conversation, "after", "OTP");
    const seen = await untilTexts(bob, conversation, ["first", null, "after"]);
    expect(seen[1]?.problem?.asks).toBe(4);
    expect(envelopes().filter(({ fields }) => fields.resends.length > 0)).toHaveLength(3);
  });
});

describe("a message whose key expired before its reader came", () => {
  it("says so, and is opened in its place when it was sent again", async () => {
    await bob.engine.stop();
    world.gateways.copies = "late";
    shift = -8 * 24 * 60 * 60 * 1000;
    await alice.engine.send(conversation, "while you were away", "OTP");
    await until(alice.engine, async () => envelopes().length === 2);
    shift = 0;
    bob = await world.start(bob.user, disks.bob.reopen());
    const lost = await untilLost(bob);
    expect(lost.problem).toMatchObject({ code: "key.expired", asks: 0 });
    world.gateways.copies = "push";
    await bob.engine.askAgain(lost.id);
    const seen = await untilTexts(bob, conversation, ["first", "while you were away"]);
    expect(seen[1]?.at).toBe(lost.at);
  });
});

describe("asking again, by an attacker", () => {
  /** Lets the sender write one more message, so that everything before it was settled. */
  async function settled(): Promise<number> {
    await alice.engine.send(conversation, "settled", "OTP");
    await until(
      carol.engine,
      async () => (await carol.engine.messages(conversation)).at(-1)?.text === "settled",
    );
    return envelopes().filter(({ fields }) => fields.resends.length > 0).length;
  }

  it("gets nothing twice for one request, however often the relay repeats it", async () => {
    const lost = await whileBobsKeyIsLost(() => alice.engine.send(conversation, "second", "OTP"));
    await bob.engine.askAgain(lost.id);
    await untilTexts(bob, conversation, ["first", "second"]);
    const [request] = requests();
    for (const name of ["a", "b"])
      world.relay.append(conversation, "resend", request as Uint8Array<ArrayBuffer>, name, bob.user.id);
    expect(await settled()).toBe(1);
  });

  it("gets nothing for a request of a stranger, in a member's name, or for another conversation's message", async () => {
    const other = await alice.engine.openConversation(carol.user.id);
    await alice.engine.send(other, "for Carol alone", "OTP");
    await untilTexts(carol, other, ["for Carol alone"]);
    const elsewhere = world.relay.log(other).entries.find(({ kind }) => kind === "envelope");
    const foreign = parseEnvelope(elsewhere?.bytes ?? new Uint8Array()).hash;
    const [first] = envelopes();
    const stranger = await makeSigner();
    const base = { conversation: fromHex(conversation), reason: 1, at: Date.now() } as const;
    const device = fromHex(bob.port().device);
    const forged = [
      await signResendRequest(
        { ...base, device: crypto.getRandomValues(new Uint8Array(16)), envelope: first?.hash ?? foreign },
        stranger,
      ),
      await signResendRequest({ ...base, device, envelope: first?.hash ?? foreign }, stranger),
      await signResendRequest({ ...base, device, envelope: foreign }, stranger),
      new Uint8Array([1, 2, 3]),
    ];
    for (const [i, bytes] of forged.entries())
      world.relay.append(conversation, "resend", bytes, `forged ${i}`, bob.user.id);
    expect(await settled()).toBe(0);
  });

  it("gives a member who came later nothing that was not written for them", async () => {
    const dave = await world.start(world.user("Dave", "rome"));
    const lost = await whileBobsKeyIsLost(() => alice.engine.send(conversation, "before Dave", "OTP"));
    await alice.engine.addMembers(conversation, [dave.user.id]);
    await bob.engine.askAgain(lost.id);
    await untilTexts(bob, conversation, ["first", "before Dave"]);
    await settled();
    const seen = await untilTexts(dave, conversation, ["settled"]);
    expect(seen).toHaveLength(1);
    const { value } = parseResendRequest(requests()[0] as Uint8Array<ArrayBuffer>);
    expect(toHex(value.device)).toBe(bob.port().device);
  });

  it("cannot make a reader take a message again that it did not ask for", async () => {
    const lost = await whileBobsKeyIsLost(() => alice.engine.send(conversation, "second", "OTP"));
    await bob.engine.askAgain(lost.id);
    await untilTexts(bob, conversation, ["first", "second"]);
    const again = envelopes().find(({ fields }) => fields.resends.length > 0);
    const entry = world.relay
      .log(conversation)
      .entries.find(({ bytes }) => toHex(parseSafely(bytes)) === toHex(again?.hash ?? new Uint8Array()));
    world.relay.append(conversation, "envelope", entry?.bytes ?? new Uint8Array(), "replayed", alice.user.id);
    await settled();
    const seen = await untilTexts(bob, conversation, ["first", "second", "settled"]);
    expect(seen).toHaveLength(3);
    expect(seen.every(({ problem, gapBefore }) => problem === null && !gapBefore)).toBe(true);
  });
});

function parseSafely(bytes: Uint8Array<ArrayBuffer>): Uint8Array {
  try {
    return parseEnvelope(bytes).hash;
  } catch {
    return new Uint8Array(0);
  }
}
