import { describe, expect, it } from "vitest";
import { encodeEnvelope, parseEnvelope } from "../../lib/protocol/envelope.ts";
import { copyBytes } from "../../lib/shared/bytes.ts";
import type { StoredEntry } from "./fakes/fake-relay.ts";
import { alice, bob, conversation, freshPair, world } from "./fakes/pair.ts";
import { until, untilDelivery, untilTexts } from "./fakes/world.ts";

freshPair();

/** Changes the ciphertext of the envelope with this sender sequence. */
function alter(sequence: number): (entry: StoredEntry) => StoredEntry {
  return (entry) => {
    if (entry.kind !== "envelope") return entry;
    const envelope = parseEnvelope(entry.bytes);
    if (envelope.fields.sequence !== sequence) return entry;
    const ciphertext = copyBytes(envelope.ciphertext);
    ciphertext[0] = (ciphertext[0] as number) ^ 1;
    const { header, tag, signature } = envelope;
    return { ...entry, bytes: encodeEnvelope({ header, ciphertext, tag, signature }) };
  };
}

describe("a relay that misbehaves", () => {
  it.each(["OTP", "AES"] as const)(
    "cannot alter a message unseen, nor stop those after it (%s)",
    async (suite) => {
      world.relay.tamper = alter(2);
      for (const text of ["one", "two", "three"]) await alice.engine.send(conversation, text, suite);
      const seen = await untilTexts(bob, conversation, ["one", null, "three"]);
      expect(seen[1]?.problem).toMatchObject({ code: "envelope.signature", passing: false });
      expect(seen[1]?.problem?.nextStep).not.toBe("");
      expect(seen[2]).toMatchObject({ problem: null, gapBefore: true });
    },
  );

  it("cannot spell a message another way, so that its signature holds and its place in the line does not", async () => {
    world.relay.tamper = (entry) => {
      if (entry.kind !== "envelope" || parseEnvelope(entry.bytes).fields.sequence !== 1) return entry;
      // The first key of the envelope's map, 1, as a half float.
      const bytes = new Uint8Array([
        ...entry.bytes.subarray(0, 1),
        0xf9,
        0x3c,
        0x00,
        ...entry.bytes.subarray(2),
      ]);
      return { ...entry, bytes };
    };
    for (const text of ["one", "two"]) await alice.engine.send(conversation, text, "OTP");
    const seen = await untilTexts(bob, conversation, [null, "two"]);
    expect(seen[0]?.problem?.code).toBe("cbor.not-shortest");
    expect(seen[1]?.problem).toBeNull();
  });

  it("does not make a sender believe that a message it altered was delivered", async () => {
    world.relay.tamper = alter(2);
    const ids: string[] = [];
    for (const text of ["one", "two", "three"]) ids.push(await alice.engine.send(conversation, text, "OTP"));
    await untilDelivery(alice, conversation, ids[2] as string, "delivered");
    const states = (await alice.engine.messages(conversation)).map(({ delivery }) => delivery?.state);
    expect(states).toEqual(["delivered", "sent", "delivered"]);
  });

  it("cannot show a message twice by replaying it", async () => {
    await alice.engine.send(conversation, "once", "OTP");
    await untilTexts(bob, conversation, ["once"]);
    const entry = world.relay.log(conversation).entries.find(({ kind }) => kind === "envelope");
    world.relay.append(conversation, "envelope", entry?.bytes ?? new Uint8Array(), "again", alice.user.id);
    await alice.engine.send(conversation, "after", "OTP");
    const seen = await untilTexts(bob, conversation, ["once", "after"]);
    expect(seen).toHaveLength(2);
  });

  it("cannot make its own rubbish stop a conversation", async () => {
    world.relay.append(conversation, "envelope", new Uint8Array([1, 2, 3]), "x", alice.user.id);
    world.relay.append(conversation, "epoch", new Uint8Array([1, 2, 3]), "y", alice.user.id);
    await alice.engine.send(conversation, "after", "AES");
    const seen = await untilTexts(bob, conversation, [null, "after"]);
    expect(seen[0]?.problem).not.toBeNull();
  });

  it("cannot hide a message it withholds: the next one shows the gap", async () => {
    await alice.engine.send(conversation, "one", "OTP");
    await untilTexts(bob, conversation, ["one"]);
    // The relay drops the second and renumbers what follows.
    const send = world.relay.append.bind(world.relay);
    world.relay.append = (id, kind, bytes, clientId, sender) =>
      kind === "envelope" && parseEnvelope(bytes).fields.sequence === 2
        ? { seq: 99, kind, bytes, clientId, sender }
        : send(id, kind, bytes, clientId, sender);
    await alice.engine.send(conversation, "two", "OTP");
    await alice.engine.send(conversation, "three", "OTP");
    const seen = await untilTexts(bob, conversation, ["one", "three"]);
    expect(seen[1]?.gapBefore).toBe(true);
  });

  it("may push out of order or drop pushes: every message arrives, in order", async () => {
    const held: StoredEntry[] = [];
    const push = world.relay.push.bind(world.relay);
    world.relay.push = (id, entry) => {
      if (entry.kind === "roster" || entry.seq % 3 === 0) return;
      held.push(entry);
      if (held.length < 4) return;
      for (const late of held.splice(0).reverse()) push(id, late);
    };
    const texts = Array.from({ length: 12 }, (_, i) => `message ${i}`);
    for (const text of texts) await alice.engine.send(conversation, text, "AES");
    const seen = await untilTexts(bob, conversation, texts);
    expect(seen.every(({ gapBefore, problem }) => !gapBefore && problem === null)).toBe(true);
  });

  it("gets the same bytes again when its acknowledgement is lost", async () => {
    let lost = 0;
    world.relay.beforeAck = ({ kind }) => {
      if (kind !== "envelope" || lost++ > 0) return;
      alice.port().disconnect();
      queueMicrotask(() => alice.port().connect());
    };
    await alice.engine.send(conversation, "once", "OTP");
    await untilTexts(bob, conversation, ["once"]);
    await until(
      alice.engine,
      async () => (await alice.engine.messages(conversation))[0]?.delivery?.state === "delivered",
    );
    expect(world.relay.log(conversation).entries.filter(({ kind }) => kind === "envelope")).toHaveLength(1);
  });
});

describe("a receiver that was away", () => {
  it("gets its messages later, in order", async () => {
    await alice.engine.send(conversation, "before", "AES");
    await untilTexts(bob, conversation, ["before"]);
    bob.port().disconnect();
    const texts = Array.from({ length: 20 }, (_, i) => `while away ${i}`);
    for (const [i, text] of texts.entries())
      await alice.engine.send(conversation, text, i % 2 ? "AES" : "OTP");
    await until(alice.engine, async () => {
      const seen = await alice.engine.messages(conversation);
      return seen.every(({ delivery }) => delivery?.state === "sent" || delivery?.state === "delivered");
    });
    bob.port().connect();
    const seen = await untilTexts(bob, conversation, ["before", ...texts]);
    expect(seen.every(({ problem, gapBefore }) => problem === null && !gapBefore)).toBe(true);
  });

  it("shows a message whose key is late as waiting, lets the next pass, and opens it when the key comes", async () => {
    await alice.engine.send(conversation, "in an epoch", "AES");
    await untilTexts(bob, conversation, ["in an epoch"]);
    world.gateways.copies = "late";
    await alice.engine.send(conversation, "late key", "OTP");
    await until(bob.engine, async () => (await bob.engine.messages(conversation)).length === 2);
    expect((await bob.engine.messages(conversation))[1]?.problem).toMatchObject({ code: "key.waiting" });
    await alice.engine.send(conversation, "passes", "AES");
    await untilTexts(bob, conversation, ["in an epoch", null, "passes"]);
    world.gateways.release();
    const seen = await untilTexts(bob, conversation, ["in an epoch", "late key", "passes"]);
    expect(seen.map(({ problem, gapBefore }) => [problem, gapBefore])).toEqual([
      [null, false],
      [null, false],
      [null, false],
    ]);
  });
});
