import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyChange, type ChangedContent, untouched } from "../../../lib/messenger/content/apply-change.ts";
import { type Payload, payloadKinds } from "../../../lib/protocol/payload.ts";

const target = new Uint8Array(64).fill(1);
const written = 1000;
const start: ChangedContent = { row: untouched, text: "first" };

const payload: fc.Arbitrary<Payload> = fc.oneof(
  fc.record({ target: fc.constant(target), text: fc.string({ maxLength: 3 }) }).map((body) => ({
    kind: payloadKinds.edit,
    body,
  })),
  fc
    .record({ target: fc.constant(target), emoji: fc.constantFrom("👍", "❤️"), on: fc.boolean() })
    .map((body) => ({ kind: payloadKinds.reaction, body })),
);
const change = fc.record({
  payload,
  user: fc.integer({ min: 1, max: 3 }).map((id) => new Uint8Array(16).fill(id)),
  at: fc.integer({ min: written, max: written + 10_000 }),
});
const changes = fc.uniqueArray(change, { maxLength: 12, selector: ({ at }) => at });

function changed(list: readonly Parameters<typeof applyChange>[2][]): ChangedContent {
  return list.reduce((content, next) => applyChange(content, written, next), start);
}

describe("changes to a message", () => {
  it("lead to the same content in every order, and when any of them comes twice", () => {
    fc.assert(
      fc.property(changes, fc.infiniteStream(fc.nat()), (list, order) => {
        const shuffled = list
          .flatMap((one) => [one, one])
          .map((one) => ({ one, place: order.next().value as number }))
          .sort((a, b) => a.place - b.place)
          .map(({ one }) => one);
        expect(changed(shuffled)).toEqual(changed(list));
      }),
    );
  });

  it("end with a delete, whatever comes after it", () => {
    const gone = { payload: { kind: payloadKinds.delete, body: { target } } as const, user: target, at: 1 };
    fc.assert(
      fc.property(changes, changes, (before, later) => {
        const content = changed([...before, gone, ...later]);
        expect(content).toEqual({ row: { ...untouched, deleted: true }, text: "" });
      }),
    );
  });

  it("keep every text of an edited message, the newest last", () => {
    const edit = (at: number, text: string) => ({
      payload: { kind: payloadKinds.edit, body: { target, text } } as const,
      user: target,
      at,
    });
    const content = changed([edit(3000, "third"), edit(2000, "second")]);
    expect(content.text).toBe("third");
    expect(content.row.versions.map(({ text }) => text)).toEqual(["first", "second", "third"]);
  });
});
