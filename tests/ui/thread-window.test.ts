import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MessageView } from "../../lib/messenger/messenger-api.ts";
import {
  aroundPlace,
  emptyWindow,
  mostHeld,
  newerQuestion,
  type PageQuestion,
  type PlaceQuestion,
  refreshQuestion,
  type ThreadWindow,
  threadPage,
  withNewer,
  withOlder,
  withRefreshed,
} from "../../lib/ui/messenger/thread-window.ts";

/** A conversation as the messenger answers for it. */
class Conversation {
  readonly all: MessageView[] = [];

  constructor(count: number) {
    this.grow(count);
  }

  /** As the engine answers: the later half from the place on, the rest before it. */
  around(id: string, limit: number): MessageView[] {
    const index = this.all.findIndex((message) => message.id === id);
    const later = this.all.slice(index, index + Math.ceil(limit / 2));
    return [...this.all.slice(Math.max(0, index - (limit - later.length)), index), ...later];
  }

  grow(count: number): void {
    for (let i = 0; i < count; i++) {
      const at = this.all.length;
      this.all.push({ id: `m${at}`, at, ordinal: at, text: `first of ${at}` } as MessageView);
    }
  }

  ask(question: PageQuestion | PlaceQuestion): MessageView[] {
    if ("around" in question) return this.around(question.around, question.limit);
    const { before, limit } = question;
    const end = before === undefined ? this.all.length : this.all.findIndex(({ id }) => id === before);
    return this.all.slice(Math.max(0, end - limit), end);
  }
}

const jumped = (talk: Conversation, id: string): ThreadWindow =>
  aroundPlace(talk.around(id, threadPage), id, threadPage);
const open = (talk: Conversation): ThreadWindow => {
  const question = refreshQuestion(emptyWindow);
  return withRefreshed(emptyWindow, talk.ask(question), question);
};
const older = (talk: Conversation, held: ThreadWindow): ThreadWindow => {
  const before = held.messages[0]?.id as string;
  return withOlder(held, talk.ask({ before, limit: threadPage }));
};
const newer = (talk: Conversation, held: ThreadWindow): ThreadWindow => {
  const question = newerQuestion(held);
  if (question === null) return held;
  return withNewer(held, talk.ask(question)) ?? open(talk);
};
const refreshed = (talk: Conversation, held: ThreadWindow): ThreadWindow => {
  const question = refreshQuestion(held);
  return withRefreshed(held, talk.ask(question), question);
};

describe("a place that is gone to", () => {
  it("is held with what stands around it, and leads without a hole to both ends", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 900 }), fc.nat(), (count, pick) => {
        const talk = new Conversation(count);
        const id = `m${pick % count}`;
        let held = jumped(talk, id);
        expectUnbroken(held);
        expect(held.messages.some((message) => message.id === id)).toBe(true);
        talk.grow(7);
        for (let i = 0; i < 40 && held.newer.length > 0; i++) held = newer(talk, held);
        expectUnbroken(held);
        held = refreshed(talk, held);
        expect(held.messages.at(-1)?.id).toBe(`m${count + 6}`);
        for (let i = 0; i < 40 && held.hasOlder; i++) held = older(talk, held);
        expectUnbroken(held);
        expect(held.messages[0]?.id).toBe("m0");
      }),
    );
  });

  it("is left alone by what comes at the end meanwhile", () => {
    const talk = new Conversation(500);
    const held = jumped(talk, "m100");
    talk.grow(1);
    const after = refreshed(talk, held);
    expect(after.messages.at(-1)?.id).toBe(held.messages.at(-1)?.id);
    expectUnbroken(after);
  });
});

/** Fails unless the messages are neighbours in the conversation. */
function expectUnbroken(held: ThreadWindow): void {
  const [first] = held.messages;
  expect(held.messages.map(({ at }) => at)).toEqual(held.messages.map((_, i) => (first?.at ?? 0) + i));
}

describe("what a page holds of a conversation", () => {
  it("is the newest page first, and knows a short conversation's beginning", () => {
    expect(open(new Conversation(10))).toMatchObject({ hasOlder: false, newer: [] });
    expect(open(new Conversation(1000)).messages).toHaveLength(threadPage);
  });

  it("never grows beyond its bound while somebody goes back through ten thousand messages", () => {
    const talk = new Conversation(10_000);
    let held = open(talk);
    for (let turns = 0; held.hasOlder; turns++) {
      expect(turns).toBeLessThan(200);
      held = older(talk, held);
      expect(held.messages.length).toBeLessThanOrEqual(mostHeld);
      expectUnbroken(held);
    }
    expect(held.messages[0]?.id).toBe("m0");
    while (held.newer.length > 0) {
      held = newer(talk, held);
      expectUnbroken(held);
    }
    expect(held.messages.at(-1)?.id).toBe("m9999");
  });

  it("shows an edit of a message in sight though the newest page was let go", () => {
    const talk = new Conversation(3000);
    let held = open(talk);
    for (let i = 0; i < 20; i++) held = older(talk, held);
    const last = held.messages.at(-1) as MessageView;
    talk.all[last.at] = { ...last, text: "edited" };
    expect(refreshed(talk, held).messages.at(-1)?.text).toBe("edited");
  });

  it("begins anew at the end when more came meanwhile than can be joined", () => {
    const talk = new Conversation(2000);
    let held = open(talk);
    for (let i = 0; i < 12; i++) held = older(talk, held);
    talk.grow(5000);
    while (held.newer.length > 0) held = newer(talk, held);
    expectUnbroken(held);
    expect(held.messages.at(-1)?.id).toBe("m6999");
  });

  it("stays one unbroken stretch whatever is asked in whatever order", () => {
    const steps = fc.array(fc.constantFrom("older", "newer", "grow", "refresh"), { maxLength: 60 });
    fc.assert(
      fc.property(fc.nat({ max: 2500 }), steps, (count, order) => {
        const talk = new Conversation(count + 1);
        let held = open(talk);
        for (const step of order) {
          if (step === "older" && held.hasOlder) held = older(talk, held);
          if (step === "newer") held = newer(talk, held);
          if (step === "grow") talk.grow(7);
          if (step === "refresh") held = refreshed(talk, held);
          expectUnbroken(held);
          expect(held.messages.length).toBeLessThanOrEqual(2 * mostHeld);
          if (!held.hasOlder) expect(held.messages[0]?.id).toBe("m0");
        }
      }),
      { numRuns: 150 },
    );
  });
});
