import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { priceOf } from "../../lib/messenger/price.ts";

describe("the price of a text", () => {
  it("is its bucket and 32 bytes in the one-time pad, and never falls when the text grows", () => {
    expect(priceOf("", "OTP", false)).toEqual({ bits: 8 * 96, paddedBytes: 64, drawsKey: true });
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 600 }),
        fc.string({ maxLength: 200 }),
        (text, more) => {
          const [short, long] = [priceOf(text, "OTP", true), priceOf(text + more, "OTP", true)];
          expect(short.bits).toBe(8 * (short.paddedBytes + 32));
          expect(long.bits).toBeGreaterThanOrEqual(short.bits);
        },
      ),
    );
  });

  it("is 256 bits in AES when an epoch has to be opened, and nothing within one", () => {
    expect(priceOf("x", "AES", false)).toMatchObject({ bits: 256, drawsKey: true });
    expect(priceOf("x", "AES", true)).toMatchObject({ bits: 0, drawsKey: false });
  });
});
