import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchEntries, batchesOf, cutApart } from "../../lib/protocol/relay-batches.ts";
import { concatBytes } from "../../lib/shared/bytes.ts";

describe("entries that go together", () => {
  it("come apart as they were joined", () => {
    const parts = fc.array(
      fc.uint8Array({ minLength: 1, maxLength: 50 }).map((bytes) => new Uint8Array(bytes)),
    );
    fc.assert(
      fc.property(parts, (all) => {
        const lengths = all.map(({ length }) => length);
        expect(cutApart(concatBytes(...all), lengths)).toEqual(all);
      }),
    );
  });

  it("do not come apart by lengths that are not theirs", () => {
    const bytes = new Uint8Array(6);
    for (const lengths of [[], [5], [7], [3, 4], [6, 0], [0, 6], [-1, 7], [2.5, 3.5], [Number.NaN]])
      expect(cutApart(bytes, lengths)).toBeUndefined();
  });

  it("keep their order, and no batch is too large unless its one entry is", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900_000 }), { maxLength: 300 }), (lengths) => {
        const batches = batchesOf(lengths, (length) => length);
        expect(batches.flat()).toEqual(lengths);
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(batchEntries);
          const total = batch.reduce((sum, length) => sum + length, 0);
          expect(batch.length === 1 || total <= 512 * 1024).toBe(true);
        }
      }),
    );
  });
});
