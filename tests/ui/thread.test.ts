import { describe, expect, it } from "vitest";
import type { MessageView, TimelineView } from "../../lib/messenger/messenger-api.ts";
import { mergeMessages } from "../../lib/ui/messenger/merge-messages.ts";
import { firstUnread, threadItems } from "../../lib/ui/messenger/thread-items.ts";

const noon = Date.UTC(2026, 5, 1, 12);

function message(id: string, at: number, mine = false, more: Partial<MessageView> = {}): MessageView {
  return {
    id,
    conversation: "c",
    sender: { user: mine ? "me" : "other", name: mine ? "Me" : "Other", device: "d" },
    mine,
    suite: "OTP",
    level: 0,
    at,
    sequence: 1,
    text: id,
    delivery: null,
    problem: null,
    gapBefore: false,
    reach: null,
    ordinal: at,
    content: { kind: "text", text: id },
    editedAt: null,
    replyTo: null,
    reactions: [],
    expiresAt: null,
    timerSeconds: null,
    pendingChange: null,
    ...more,
  };
}

const ids = (messages: readonly MessageView[]) => messages.map(({ id }) => id).join("");

describe("the messages held", () => {
  it("keep older pages when the newest is read again", () => {
    const held = ["a", "b", "c", "d"].map((id, n) => message(id, n));
    const newest = ["c", "d", "e"].map((id, n) => message(id, n + 2));
    expect(ids(mergeMessages(held, newest))).toBe("abcde");
  });

  it("take the newer word on a message that both pages hold", () => {
    const held = [message("a", 0, true, { delivery: { state: "sending" } })];
    const newest = [message("a", 0, true, { delivery: { state: "read" } })];
    expect(mergeMessages(held, newest)[0]?.delivery?.state).toBe("read");
  });

  it("drop what the newest page does not hold any more", () => {
    const held = ["a", "b", "c"].map((id, n) => message(id, n));
    expect(ids(mergeMessages(held, [message("b", 1), message("d", 3)]))).toBe("abd");
  });

  it("give way to what was opened in the place of one that waited for its key", () => {
    const held = [message("waiting", 5)];
    const opened = [message("opened", 5, false, { at: 9 })];
    expect(ids(mergeMessages(held, opened))).toBe("opened");
  });

  it("stay when an answer is empty", () => {
    expect(ids(mergeMessages([message("a", 0)], []))).toBe("a");
  });
});

describe("the divider", () => {
  it("stands before the first of the unread messages of others", () => {
    const messages = [message("a", 0), message("b", 1), message("c", 2, true), message("d", 3)];
    expect(firstUnread(messages, 2)).toBe("b");
    expect(firstUnread(messages, 0)).toBeNull();
  });

  it("stands before the oldest one held when there are more", () => {
    expect(firstUnread([message("a", 0), message("b", 1)], 9)).toBe("a");
  });

  it("says how many follow", () => {
    const items = threadItems([message("a", noon), message("b", noon + 1), message("c", noon + 2, true)], {
      complete: false,
      newBefore: "b",
    });
    expect(items.find((item) => item.kind === "new")).toMatchObject({ count: 1 });
  });
});

describe("a sender is named", () => {
  const first = (messages: readonly MessageView[]) =>
    threadItems(messages, { complete: false, newBefore: null })
      .filter((item) => item.kind === "message")
      .map((item) => item.first);

  it("once for messages that follow each other", () => {
    expect(first([message("a", noon), message("b", noon + 1000), message("c", noon + 2000, true)])).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("again after five minutes, and after a gap", () => {
    expect(
      first([
        message("a", noon),
        message("b", noon + 301_000),
        message("c", noon + 302_000, false, { gapBefore: true }),
      ]),
    ).toEqual([true, true, true]);
  });
});

it("each day has one line, and the beginning is shown only when it is really there", () => {
  const messages = [message("a", noon), message("b", noon + 86_400_000)];
  const kinds = (complete: boolean) =>
    threadItems(messages, { complete, newBefore: null }).map((item) => item.kind);
  expect(kinds(true)).toEqual(["start", "day", "message", "day", "message"]);
  expect(kinds(false)).toEqual(["day", "message", "day", "message"]);
});

describe("what happened to the conversation", () => {
  const event = (ordinal: number): TimelineView => ({
    id: `e${ordinal}`,
    at: noon,
    kind: "added",
    actor: null,
    subject: null,
    ordinal,
    historyBegins: false,
  });
  const kinds = (items: ReturnType<typeof threadItems>) =>
    items.flatMap((item) =>
      item.kind === "event" ? [item.event.id] : item.kind === "message" ? [item.message.id] : [],
    );
  const messages = [message("a", noon, false, { ordinal: 2 }), message("b", noon, false, { ordinal: 5 })];

  it("stands in its place among the messages, and parts those of one sender", () => {
    const items = threadItems(messages, { complete: true, newBefore: null, events: [1, 3, 7].map(event) });
    expect(kinds(items)).toEqual(["e1", "a", "e3", "b", "e7"]);
    expect(items.flatMap((item) => (item.kind === "message" ? [item.first] : []))).toEqual([true, true]);
  });

  it("waits for its messages where the list does not reach its beginning or its end", () => {
    const options = { complete: false, toEnd: false, newBefore: null, events: [1, 3, 7].map(event) };
    expect(kinds(threadItems(messages, options))).toEqual(["a", "e3", "b"]);
  });
});
