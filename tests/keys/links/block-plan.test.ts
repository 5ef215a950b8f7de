import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockSizesFor, chooseBlock } from "../../../lib/keys/links/block-plan.ts";
import { presetFor } from "../../../lib/quantum/parameters.ts";
import { readTopology } from "./support/link-network-fixture.ts";

const sizes = blockSizesFor(presetFor({ kind: "fibre", lengthKm: 60, lossDb: 14.7 }));

describe("the size of a link's next block", () => {
  it("is the smallest at first, so that key appears in seconds, and a million sifted bits later", () => {
    const room = 250_000;
    expect(chooseBlock(sizes, { first: true, room, mostSifted: 1e6 })?.siftedTarget).toBe(1e5);
    expect(chooseBlock(sizes, { first: false, room, mostSifted: 1e6 })?.siftedTarget).toBe(1e6);
    expect(chooseBlock(sizes, { first: false, room, mostSifted: 3e5 })?.siftedTarget).toBe(2e5);
    expect(chooseBlock(sizes, { first: false, room: 10_000, mostSifted: 1e6 })?.siftedTarget).toBe(2e5);
    expect(chooseBlock(sizes, { first: false, room: 100, mostSifted: 1e6 })).toBeUndefined();
  });

  it("brings no more key than there is room for, whatever the room", () => {
    fc.assert(
      fc.property(
        fc.nat(300_000),
        fc.integer({ min: 1, max: 2e6 }),
        fc.boolean(),
        (room, mostSifted, first) => {
          const size = chooseBlock(sizes, { first, room, mostSifted });
          if (size !== undefined) expect(size.expectedBytes).toBeLessThanOrEqual(room);
        },
      ),
    );
  });

  it("exists for every key link of the nine states and of all 27", () => {
    for (const name of ["nine", "eu27"]) {
      for (const link of readTopology(name).keyLinks) {
        expect(blockSizesFor(presetFor(link)).key.length, link.id).toBeGreaterThan(0);
      }
    }
  });
});
