import { expect, it } from "vitest";
import { toCsv } from "../../lib/ui/format/csv.ts";
import { groupIdentifier } from "../../lib/ui/format/group-identifier.ts";
import { dataQuantity, rateQuantity } from "../../lib/ui/format/quantity.ts";

it("amounts keep the unit that keeps them short", () => {
  expect(dataQuantity(9_999)).toEqual({ unit: "bytes", value: 9_999, digits: 0 });
  expect(dataQuantity(48_200)).toEqual({ unit: "kilobytes", value: 48.2, digits: 1 });
  expect(dataQuantity(31_480_220)).toMatchObject({ unit: "megabytes", digits: 1 });
});

it("rates do too", () => {
  expect(rateQuantity(0)).toEqual({ unit: "bitsPerSecond", value: 0, digits: 0 });
  expect(rateQuantity(332_000)).toMatchObject({ unit: "kilobitsPerSecond", value: 332 });
  expect(rateQuantity(2_500_000)).toMatchObject({ unit: "megabitsPerSecond", value: 2.5 });
});

it("identifiers come in groups of four", () => {
  expect(groupIdentifier("3f2a9c10-77be")).toBe("3f2a 9c10 77be");
});

it("cells with commas, quotes and line breaks survive, formulas do not run", () => {
  expect(
    toCsv([
      ["a,b", 'c"d', "e\nf"],
      ["=1+1", 2, null],
    ]),
  ).toBe('"a,b","c""d","e\nf"\r\n\'=1+1,2,\r\n');
});
