import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MessageView } from "../../lib/messenger/messenger-api.ts";
import {
  emptyWindow,
  mostHeld,
  newerQuestion,
  type PageQuestion,
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

  grow(count: number): void {
    for (let i = 0; i < count; i++) {
      const at = this.all.length;
      this.all.push({ id: `m${at}`, at, text: `first of ${at}` } as MessageView);
    }
  }

  ask({ before, limit }: PageQuestion): MessageView[] {
    const end = before === undefined ? this.all.length : this.all.findIndex(({ id }) => id === before);
    return this.all.slice(Math.max(0, end - limit), end);
  }
}

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
