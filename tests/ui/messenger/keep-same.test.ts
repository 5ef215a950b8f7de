import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keepSame } from "../../../lib/ui/messenger/keep-same.ts";

const tree = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, undefined, 0, -0, 1, "a", true, Number.NaN),
    fc.uint8Array({ maxLength: 3 }),
    fc.array(tie("node"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("node"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).node;

describe("an answer put beside the one before", () => {
  it("says what the new one says", () => {
    fc.assert(
      fc.property(tree, tree, (held, next) => {
        expect(keepSame(held, next)).toEqual(next);
      }),
    );
  });

  it("is the old one itself when nothing changed", () => {
    fc.assert(
      fc.property(tree, (held) => {
        expect(keepSame(held, structuredClone(held))).toBe(held);
      }),
    );
  });

  it("keeps the parts that did not change", () => {
    const held = {
      sender: { name: "Lisbon" },
      preview: new Uint8Array([1, 2]),
      text: "a",
      delivery: ["sent"],
    };
    const kept = keepSame(held, { ...structuredClone(held), delivery: ["read"] });
    expect(kept.sender).toBe(held.sender);
    expect(kept.preview).toBe(held.preview);
    expect(kept.delivery).toEqual(["read"]);
    expect(kept).not.toBe(held);
  });

  it("tells a part that is gone from one that says nothing", () => {
    expect(Object.keys(keepSame<object>({ a: undefined }, {}))).toEqual([]);
    expect(Object.keys(keepSame<object>({ b: 1 }, { a: undefined }))).toEqual(["a"]);
  });
});
