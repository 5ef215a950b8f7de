import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPaddedLength, pad, paddedLengthFor, unpad } from "../../lib/protocol/padding.ts";
import { codeOf, expectCode, random } from "./expectations.ts";

describe("padding", () => {
  test("every text comes back, in a bucket of the protocol", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        const padded = pad(bytes);
        expect(isPaddedLength(padded.length)).toBe(true);
        expect(padded.length).toBeGreaterThan(bytes.length);
        expect(unpad(padded)).toEqual(new Uint8Array(bytes));
      }),
    );
  });

  test("the buckets are 64, 128, 256, 512, then multiples of 512, with room for the marker", () => {
    const expected = [
      [0, 64],
      [63, 64],
      [64, 128],
      [127, 128],
      [128, 256],
      [256, 512],
      [511, 512],
      [512, 1024],
      [1023, 1024],
      [1024, 1536],
    ];
    for (const [length, padded] of expected) expect(paddedLengthFor(length!)).toBe(padded);
  });

  test("a larger drawn key is used whole", () => {
    expect(unpad(pad(new Uint8Array([1, 0]), 512))).toEqual(new Uint8Array([1, 0]));
    expect(() => pad(random(10), 100)).toThrow(RangeError);
    expect(() => pad(random(64), 64)).toThrow(RangeError);
  });

  test("refuses a missing marker, any other byte after it, and other lengths", async () => {
    await expectCode(() => unpad(new Uint8Array(64)), "padding.malformed");
    await expectCode(() => unpad(new Uint8Array(0)), "padding.malformed");
    await expectCode(() => unpad(new Uint8Array([...pad(random(3)), 0])), "padding.malformed");
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 4, max: 63 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, value) => {
          const padded = pad(new Uint8Array([1, 2, 3]));
          padded[at] = value;
          // 0x80 further on is a longer text, not a malformed one.
          expect(await codeOf(() => unpad(padded))).toBe(value === 0x80 ? "accepted" : "padding.malformed");
        },
      ),
    );
  });
});
