import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OneTelescope } from "../../../lib/keys/space/one-telescope.ts";

interface Contact {
  readonly satellite: string;
  readonly station: string;
  readonly rise: number;
  readonly set: number;
  readonly worth: number;
}

const worth = (contact: Contact) => contact.worth;
const contact = (station: string, rise: number, set: number, value: number): Contact => ({
  satellite: "sat",
  station,
  rise,
  set,
  worth: value,
});

describe("a satellite with one telescope", () => {
  it("takes the pass that is worth most of those that overlap", () => {
    const telescope = new OneTelescope();
    const passes = [contact("a", 0, 400_000, 5), contact("b", 100_000, 500_000, 9)];
    expect(passes.map((pass) => telescope.takes(pass, passes, worth))).toEqual([false, true]);
  });

  it("takes both where they do not overlap, or belong to two satellites", () => {
    const telescope = new OneTelescope();
    const passes = [
      contact("a", 0, 400_000, 5),
      contact("b", 400_000, 500_000, 9),
      { ...contact("c", 0, 450_000, 7), satellite: "other" },
    ];
    for (const pass of passes) expect(telescope.takes(pass, passes, worth)).toBe(true);
  });

  it("never serves two stations at once, whatever they are worth when they are asked for", () => {
    const minutes = fc.tuple(fc.nat(120), fc.integer({ min: 1, max: 7 }), fc.nat(3));
    fc.assert(
      fc.property(fc.array(minutes, { maxLength: 25 }), (rows) => {
        const telescope = new OneTelescope();
        const passes = rows
          .map(([rise, length, value], i) => contact(`s${i}`, rise * 60_000, (rise + length) * 60_000, value))
          .sort((one, other) => one.set - other.set);
        const taken = passes.filter((pass) => telescope.takes(pass, passes, worth));
        for (const one of taken) {
          for (const other of taken) {
            if (one !== other) expect(one.rise < other.set && other.rise < one.set).toBe(false);
          }
        }
        if (passes.length > 0) expect(taken.length).toBeGreaterThan(0);
      }),
    );
  });
});
