import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type RelayConversation,
  type RelayToClientEvents,
  relayBytes,
} from "../../../lib/protocol/relay-events.ts";
import { fromHex } from "../../../lib/shared/hex.ts";
import {
  accepted,
  ask,
  entryHeard,
  makeCreate,
  makeReceipt,
  makeRosterEvent,
  next,
  type Person,
  RelayWorld,
} from "./relay-world.ts";

let world: RelayWorld;
let lisbon: Person;
let madrid: Person;
let stranger: Person;

beforeAll(async () => {
  world = await RelayWorld.start();
  const handles = world.relay.runtime.posts.map((post) => post.handle);
  lisbon = await world.connect(handles[0]!);
  madrid = await world.connect(handles[1]!);
  stranger = await world.connect(handles[2]!);
});

afterAll(() => world?.stop());

const hex16 = () => randomBytes(16).toString("hex");
const headOf = (event: Uint8Array) => createHash("sha512").update(event).digest("hex");

describe("sending", () => {
  it("stores once, answers after the commit and tells every member's socket", async () => {
    const conversation = await lisbon.createConversation(madrid);
    const heard = [lisbon, madrid].map((person) => entryHeard(person.client, conversation, 2));
    const bytes = randomBytes(500);
    const { seq } = accepted(await lisbon.send(conversation, bytes));
    expect(seq).toBe(2);
    for (const event of await Promise.all(heard)) {
      expect(event.kind).toBe("envelope");
      expect(Buffer.compare(Buffer.from(event.bytes), bytes)).toBe(0);
    }
    const page = accepted(await madrid.read(conversation));
    expect(page.head).toBe(2);
    expect(page.entries.map(({ seq, kind }) => [seq, kind])).toEqual([
      [1, "roster"],
      [2, "envelope"],
    ]);
  });

  it("carries a request to send a message again like any other entry, in its place", async () => {
    const conversation = await lisbon.createConversation(madrid);
    const heard = entryHeard(lisbon.client, conversation, 2);
    const bytes = randomBytes(200);
    const request = { conversation, clientId: hex16(), kind: "resend", bytes };
    expect(accepted(await ask<{ seq: number }>(madrid.client, "entry:send", request)).seq).toBe(2);
    expect((await heard).kind).toBe("resend");
    const { entries } = accepted(await lisbon.read(conversation));
    expect(entries.map(({ kind }) => kind)).toEqual(["roster", "resend"]);
  });

  it("gives the same number again for the same bytes and refuses other bytes", async () => {
    const conversation = await lisbon.createConversation(madrid);
    const clientId = hex16();
    const first = accepted(await lisbon.send(conversation, Buffer.from("same"), clientId));
    const second = accepted(await lisbon.send(conversation, Buffer.from("same"), clientId));
    expect(second.seq).toBe(first.seq);
    expect(await lisbon.send(conversation, Buffer.from("other"), clientId)).toMatchObject({
      ok: false,
      code: "entry.conflict",
    });
    const epoch = { conversation, clientId, kind: "epoch", bytes: Buffer.from("same") };
    expect(await ask(lisbon.client, "entry:send", epoch)).toMatchObject({ code: "entry.conflict" });
    expect(accepted(await lisbon.read(conversation)).head).toBe(first.seq);
  });

  it("numbers many concurrent entries without gap or double, repeats within one batch included", async () => {
    const conversation = await lisbon.createConversation(madrid);
    const twice = hex16();
    const sends = Array.from({ length: 300 }, (_, index) => {
      const from = index % 2 === 0 ? lisbon : madrid;
      return index % 50 === 0
        ? lisbon.send(conversation, Buffer.from("twice"), twice)
        : from.send(conversation, Buffer.from(`entry ${index}`));
    });
    const numbers = (await Promise.all(sends)).map((answer) => accepted(answer).seq);
    const distinct = new Set(numbers);
    expect(distinct.size).toBe(295);
    expect([...distinct].sort((a, b) => a - b)).toEqual(Array.from({ length: 295 }, (_, index) => index + 2));
    expect(accepted(await lisbon.read(conversation)).head).toBe(296);
  });

  it("lets a reader go on where it stopped, page by page", async () => {
    const conversation = await lisbon.createConversation(madrid);
    await Promise.all(Array.from({ length: 25 }, (_, i) => lisbon.send(conversation, Buffer.from(`${i}`))));
    const seen: number[] = [];
    for (let after = 0; ; after = seen.at(-1)!) {
      const page = accepted(await madrid.read(conversation, after, 10));
      if (page.entries.length === 0) break;
      seen.push(...page.entries.map((entry) => entry.seq));
    }
    expect(seen).toEqual(Array.from({ length: 26 }, (_, index) => index + 1));
  });

  it("shortens a page of large entries instead of filling the memory", async () => {
    const conversation = await lisbon.createConversation(madrid);
    for (let i = 0; i < 4; i++) accepted(await lisbon.send(conversation, randomBytes(1024 * 1024)));
    const page = accepted(await madrid.read(conversation, 1));
    expect(page.entries.length).toBeLessThan(4);
    expect(page.entries.length).toBeGreaterThan(0);
    expect(page.head).toBe(5);
  });
});

describe("sending many at once", () => {
  const place = (conversation: string, bytes: Uint8Array) => {
    return { conversation, clientId: hex16(), kind: "envelope", length: bytes.length };
  };
  type Answers = { answers: ({ ok: true; seq: number } | { ok: false; code: string })[] };

  it("answers each entry, and tells everybody but the connection that brought them, in one event", async () => {
    const conversation = await lisbon.createConversation(madrid);
    const parts = [randomBytes(300), randomBytes(20), randomBytes(7)];
    const request = {
      entries: parts.map((part) => place(conversation, part)),
      bytes: Buffer.concat(parts),
    };
    const told: number[] = [];
    lisbon.client.on("entries", () => told.push(2));
    lisbon.client.on("entry", ({ seq }) => told.push(seq));
    const heard = new Promise<Parameters<RelayToClientEvents["entries"]>[0]>((resolve) =>
      madrid.client.once("entries", resolve),
    );
    const { answers } = accepted(await ask<Answers>(lisbon.client, "entries:send", request));
    expect(answers).toEqual([2, 3, 4].map((seq) => ({ ok: true, seq })));
    const event = await heard;
    expect(event.entries).toEqual(
      parts.map((part, i) => ({ seq: i + 2, kind: "envelope", length: part.length })),
    );
    expect(Buffer.compare(relayBytes(event.bytes), request.bytes)).toBe(0);
    const again = accepted(await ask<Answers>(lisbon.client, "entries:send", request));
    expect(again.answers).toEqual(answers);
    // An old-fashioned entry after them is told to all: what lisbon heard by then is all it was told.
    const last = entryHeard(lisbon.client, conversation, 5);
    accepted(await madrid.send(conversation, Buffer.from("after")));
    await last;
    expect(told).toEqual([5]);
  });

  it("looks at the membership of each entry", async () => {
    const ours = await lisbon.createConversation(madrid);
    const theirs = await madrid.createConversation(stranger);
    const parts = [Buffer.from("ours"), Buffer.from("theirs"), Buffer.from("ours again")];
    const entries = [ours, theirs, ours].map((conversation, i) => place(conversation, parts[i]!));
    const { answers } = accepted(
      await ask<Answers>(lisbon.client, "entries:send", { entries, bytes: Buffer.concat(parts) }),
    );
    expect(answers).toMatchObject([
      { ok: true, seq: 2 },
      { ok: false, code: "conversation.unknown" },
      { ok: true, seq: 3 },
    ]);
    expect(accepted(await madrid.read(theirs)).head).toBe(1);
  });

  it("refuses lengths that are not those of the bytes, and stores nothing of them", async () => {
    const conversation = await lisbon.createConversation(madrid);
    for (const length of [1, 3, 0, -2, 1.5]) {
      const entries = [{ ...place(conversation, Buffer.from("ab")), length }];
      const request = { entries, bytes: Buffer.from("ab") };
      expect(await ask(lisbon.client, "entries:send", request)).toMatchObject({ code: "relay.malformed" });
    }
    expect(accepted(await lisbon.read(conversation)).head).toBe(1);
  });
});

describe("strangers", () => {
  it("learn nothing and change nothing in a conversation that is not theirs", async () => {
    const conversation = await lisbon.createConversation(madrid);
    const receipt = makeReceipt(conversation, stranger.device, 1, 1);
    const add = makeRosterEvent(conversation, stranger, "", {
      kind: "add",
      member: { user: fromHex(stranger.user), site: stranger.site, devices: [], moderator: true },
    });
    const tries: [string, object][] = [
      ["entry:send", { conversation, clientId: hex16(), kind: "envelope", bytes: Buffer.from("x") }],
      ["entry:read", { conversation, after: 0, limit: 10 }],
      ["receipt:put", { conversation, receipt }],
      ["receipt:list", { conversation }],
      ["roster:append", { conversation, previous: "", event: add }],
      ["roster:append", { conversation, previous: "", event: makeCreate(conversation, stranger, []) }],
    ];
    for (const [name, request] of tries) {
      const missing = { ...request, conversation: hex16() };
      expect(await ask(stranger.client, name, request), name).toMatchObject({
        ok: false,
        code: "conversation.unknown",
      });
      if (name.startsWith("entry")) {
        expect(await ask(stranger.client, name, missing), name).toEqual(
          await ask(stranger.client, name, request),
        );
      }
    }
    const list = accepted(
      await ask<{ conversations: { conversation: string }[] }>(stranger.client, "conversation:list", {}),
    );
    expect(list.conversations.map((known) => known.conversation)).not.toContain(conversation);
    expect(accepted(await lisbon.read(conversation)).head).toBe(1);
  });

  it("cannot make others see them typing", async () => {
    const conversation = await lisbon.createConversation(madrid);
    const heard = next(madrid.client, "hint");
    stranger.client.emit("hint", { conversation, kind: "typing" });
    // The stranger's next answered request proves that the relay has read the hint before it.
    await ask(stranger.client, "conversation:list", {});
    lisbon.client.emit("hint", { conversation, kind: "typing" });
    expect(await heard).toEqual({ conversation, user: lisbon.user, kind: "typing" });
  });
});

describe("rosters", () => {
  const listedFor = async ({ client }: Person, conversation: string) => {
    const answer = await ask<{ conversations: RelayConversation[] }>(client, "conversation:list", {});
    return accepted(answer).conversations.find((one) => one.conversation === conversation);
  };

  const member = (person: Person, moderator = false) => ({
    user: fromHex(person.user),
    site: person.site,
    devices: [],
    moderator,
  });

  it("grow only on their head, and the same event twice is one event", async () => {
    const conversation = hex16();
    const create = makeCreate(conversation, lisbon, [madrid]);
    const request = { conversation, previous: "", event: create };
    expect(accepted(await ask<{ seq: number }>(lisbon.client, "roster:append", request)).seq).toBe(1);
    expect(accepted(await ask<{ seq: number }>(lisbon.client, "roster:append", request)).seq).toBe(1);

    const head = headOf(create);
    const told = next(stranger.client, "conversation");
    const add = makeRosterEvent(conversation, lisbon, head, { kind: "add", member: member(stranger) });
    accepted(await ask(lisbon.client, "roster:append", { conversation, previous: head, event: add }));
    expect(await told).toEqual({ conversation });
    accepted(await stranger.read(conversation));

    const late = makeRosterEvent(conversation, lisbon, head, { kind: "remove", user: fromHex(madrid.user) });
    expect(
      await ask(lisbon.client, "roster:append", { conversation, previous: head, event: late }),
    ).toMatchObject({
      code: "roster.conflict",
      head: headOf(add),
    });
  });

  it("shut somebody out at once when a moderator removes them, who learns just that", async () => {
    const conversation = hex16();
    const create = makeCreate(conversation, lisbon, [madrid]);
    accepted(await ask(lisbon.client, "roster:append", { conversation, previous: "", event: create }));
    const head = headOf(create);
    const remove = makeRosterEvent(conversation, lisbon, head, {
      kind: "remove",
      user: fromHex(madrid.user),
    });
    const told = entryHeard(madrid.client, conversation, 2);
    accepted(await ask(lisbon.client, "roster:append", { conversation, previous: head, event: remove }));
    expect(Buffer.compare(Buffer.from((await told).bytes as Uint8Array), remove)).toBe(0);
    const after: number[] = [];
    madrid.client.on("entry", (entry) => entry.conversation === conversation && after.push(entry.seq));
    accepted(await lisbon.send(conversation, Buffer.from("without Madrid")));

    // Coming back later, they find the log up to there, however they ask.
    const page = accepted(await madrid.read(conversation));
    expect([page.entries.map(({ seq }) => seq), page.head]).toEqual([[1, 2], 2]);
    const listed = { conversation, head: 2, rosterHead: headOf(remove), members: [] };
    expect(await listedFor(madrid, conversation)).toEqual(listed);
    expect((await listedFor(lisbon, conversation))?.members).toHaveLength(1);
    expect(await stranger.read(conversation)).toMatchObject({ code: "conversation.unknown" });
    expect(await ask(madrid.client, "receipt:list", { conversation })).toMatchObject({
      code: "conversation.unknown",
    });
    expect(after).toEqual([]);
    expect(await madrid.send(conversation, Buffer.from("x"))).toMatchObject({ code: "conversation.unknown" });
  });

  it("let a member who is added again read on, and shut them out anew when they leave", async () => {
    const conversation = hex16();
    const append = async (person: Person, previous: string, event: Uint8Array) => {
      accepted(await ask(person.client, "roster:append", { conversation, previous, event }));
      return headOf(event);
    };
    const leaving = { kind: "remove", user: fromHex(madrid.user) } as const;
    const first = await append(lisbon, "", makeCreate(conversation, lisbon, [madrid]));
    const second = await append(lisbon, first, makeRosterEvent(conversation, lisbon, first, leaving));
    accepted(await lisbon.send(conversation, Buffer.from("without Madrid")));
    const adding = makeRosterEvent(conversation, lisbon, second, { kind: "add", member: member(madrid) });
    const third = await append(lisbon, second, adding);
    expect(accepted(await madrid.read(conversation)).head).toBe(4);
    expect((await listedFor(madrid, conversation))?.members).toHaveLength(2);
    await append(madrid, third, makeRosterEvent(conversation, madrid, third, leaving));
    accepted(await lisbon.send(conversation, Buffer.from("alone")));
    expect(accepted(await madrid.read(conversation)).head).toBe(5);
    expect(accepted(await madrid.read(conversation, 5)).entries).toEqual([]);
  });

  it("refuse members who act as moderators, foreign authors and unknown users", async () => {
    const conversation = hex16();
    const create = makeCreate(conversation, lisbon, [madrid]);
    accepted(await ask(lisbon.client, "roster:append", { conversation, previous: "", event: create }));
    const previous = headOf(create);
    const append = (person: Person, event: Uint8Array) =>
      ask(person.client, "roster:append", { conversation, previous, event });
    const invalid = { ok: false, code: "roster.invalid" };

    const byMember = makeRosterEvent(conversation, madrid, previous, {
      kind: "add",
      member: member(stranger),
    });
    expect(await append(madrid, byMember)).toMatchObject(invalid);
    const foreign = makeRosterEvent(conversation, lisbon, previous, {
      kind: "add",
      member: member(stranger),
    });
    expect(await append(madrid, foreign)).toMatchObject(invalid);
    const nobody = { user: randomBytes(16), site: lisbon.site, devices: [], moderator: false };
    const unknown = makeRosterEvent(conversation, lisbon, previous, { kind: "add", member: nobody as never });
    expect(await append(lisbon, unknown)).toMatchObject(invalid);
    const elsewhere = makeRosterEvent(conversation, lisbon, previous, {
      kind: "add",
      member: { ...member(stranger), site: "nowhere" },
    });
    expect(await append(lisbon, elsewhere)).toMatchObject(invalid);
    const promoteSelf = makeRosterEvent(conversation, madrid, previous, {
      kind: "role",
      user: fromHex(madrid.user),
      moderator: true,
    });
    expect(await append(madrid, promoteSelf)).toMatchObject(invalid);
    expect(accepted(await lisbon.read(conversation)).head).toBe(1);
  });
});

describe("receipts", () => {
  it("keep the latest of each device and kind and reach the members", async () => {
    const conversation = await lisbon.createConversation(madrid);
    const heard = next(lisbon.client, "receipt");
    const later = makeReceipt(conversation, madrid.device, 2, 200);
    accepted(await ask(madrid.client, "receipt:put", { conversation, receipt: later }));
    expect(await heard).toMatchObject({ conversation, device: madrid.device, kind: "read" });
    const earlier = makeReceipt(conversation, madrid.device, 2, 100);
    accepted(await ask(madrid.client, "receipt:put", { conversation, receipt: earlier }));
    const { receipts } = accepted(
      await ask<{ receipts: { bytes: string }[] }>(lisbon.client, "receipt:list", { conversation }),
    );
    expect(receipts.map(({ bytes }) => Buffer.from(bytes, "base64").equals(Buffer.from(later)))).toEqual([
      true,
    ]);
  });

  it("are refused for another's device", async () => {
    const conversation = await lisbon.createConversation(madrid);
    const receipt = makeReceipt(conversation, lisbon.device, 1, 1);
    expect(await ask(madrid.client, "receipt:put", { conversation, receipt })).toMatchObject({
      code: "receipt.invalid",
    });
  });
});
