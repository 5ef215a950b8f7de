import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitText } from "../../../lib/gateway/channel/fit-text.ts";

const bytes = (text: string) => new TextEncoder().encode(text).length;

describe("a text for a message of limited size", () => {
  it("stays as it is when it fits", () => {
    expect(fitText("no key route", 12)).toBe("no key route");
  });

  it("is cut after a whole character, and says so", () => {
    expect(fitText("Évora – Elvas", 8)).toBe("Évor…");
    expect(fitText("🔑🔑🔑", 11)).toBe("🔑🔑…");
  });

  it("never exceeds the limit and is always valid Unicode", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 200 }),
        fc.integer({ min: 3, max: 100 }),
        (text, most) => {
          const fitted = fitText(text, most);
          expect(bytes(fitted)).toBeLessThanOrEqual(most);
          expect(/\p{Surrogate}/u.test(fitted)).toBe(false);
        },
      ),
    );
  });
});
