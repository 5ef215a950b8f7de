import { describe, expect, it } from "vitest";
import english from "../../../lib/ui/i18n/en.json";
import portuguese from "../../../lib/ui/i18n/pt.json";
import { touredAreas, tourOf, tours } from "../../../lib/ui/tour/tours.ts";

describe("the guided tours", () => {
  it("have words in both languages for every step, and no word without a step", () => {
    for (const { tour } of [english, portuguese]) {
      for (const area of touredAreas) {
        const told = tour[area] as Readonly<Record<string, { title: string; text: string }>>;
        expect(Object.keys(told).sort()).toEqual(tours[area].map(({ key }) => key).sort());
        for (const { title, text } of Object.values(told)) {
          expect(title).not.toBe("");
          expect(text).not.toBe("");
        }
      }
    }
  });

  it("belong to their pages, and the audience's window has none", () => {
    expect(tourOf("/messages")).toBe("messages");
    expect(tourOf("/admin/ledger")).toBe("admin");
    expect(tourOf("/stage")).toBe("stage");
    expect(tourOf("/stage/audience")).toBeNull();
    expect(tourOf("/")).toBeNull();
  });
});
