import { describe, expect, it } from "vitest";
import plan from "../../../lib/network/data/network-eu27.json";
import steps from "../../../lib/network/data/signatures.json";
import {
  dateOf,
  fibreParts,
  planOf,
  signedBy,
  wayToBrussels,
} from "../../../lib/ui/stage/signature-timeline.ts";

describe("the signatures of 2019 to 2021 over the plan of the 27", () => {
  it("begins with seven states and ends with twenty-seven", () => {
    expect(signedBy(steps, 0).size).toBe(7);
    expect(signedBy(steps, steps.length - 1).size).toBe(27);
    steps.forEach((step, index) => {
      expect(signedBy(steps, index).size, step.date).toBe(step.members);
    });
  });

  it("finds at every date the posts of each part that fibre joins", () => {
    const kindOf = new Map(plan.sites.map((site) => [site.id, site.kind]));
    steps.forEach((step, index) => {
      const parts = fibreParts(planOf(plan, signedBy(steps, index)));
      const posts = parts
        .map((part) => part.filter((id) => kindOf.get(id) === "endpoint").length)
        .filter((count) => count > 0);
      const told = step.fibreParts.map((part) => part.endpoints);
      expect(posts.sort(), step.date).toEqual(told.sort());
    });
  });

  it("joins Lisbon with Brussels by fibre in December 2019 and not before", () => {
    const joined = steps.map((_, index) =>
      fibreParts(planOf(plan, signedBy(steps, index))).some(
        (part) => part.includes("pt-lis-mne") && part.some((id) => id.startsWith("be-")),
      ),
    );
    expect(joined.indexOf(true)).toBe(steps.findIndex((step) => step.date === "2019-12"));
    expect(joined.slice(joined.indexOf(true)).every(Boolean)).toBe(true);
  });

  it("has four islands of the nine in July 2019, and Lisbon reaches Brussels by space only", () => {
    const nine = steps.find(({ members }) => members === 9);
    expect(nine?.islands).toHaveLength(4);
    expect(steps.map(wayToBrussels)).toEqual([null, null, "space", "space", ...Array(5).fill("fibre")]);
  });

  it("shows no link of a state that has not signed", () => {
    const { links } = planOf(plan, signedBy(steps, 2));
    expect(links.length).toBeGreaterThan(300);
    expect(links.some((link) => `${link.a}${link.b}`.includes("fr-"))).toBe(false);
  });

  it("reads a date with and without day and month", () => {
    expect(dateOf({ date: "2019-06-13" })).toEqual({ year: 2019, month: 6, day: 13 });
    expect(dateOf({ date: "2019-07 (8th)" })).toEqual({ year: 2019, month: 7, day: null });
    expect(dateOf({ date: "2020/21" })).toEqual({ year: 2020, month: null, day: null });
  });
});
