import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bodyOf, paddedLengthOf } from "../../lib/messenger/outbox/outbox-item.ts";
import { priceOf } from "../../lib/messenger/price.ts";
import { payloadKinds } from "../../lib/protocol/payload.ts";
import { type Suite, suites } from "../../lib/protocol/suites.ts";

const price = (text: string, suite: Suite, epochOpen: boolean) =>
  priceOf(paddedLengthOf(bodyOf({ kind: payloadKinds.text, body: text })), suite, epochOpen);

describe("the price of a text", () => {
  it("is its bucket and 32 bytes in the one-time pad, and never falls when the text grows", () => {
    expect(price("", suites.otp, false)).toEqual({ bits: 8 * 96, paddedBytes: 64, drawsKey: true });
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 600 }),
        fc.string({ maxLength: 200 }),
        (text, more) => {
          const [short, long] = [price(text, suites.otp, true), price(text + more, suites.otp, true)];
          expect(short.bits).toBe(8 * (short.paddedBytes + 32));
          expect(long.bits).toBeGreaterThanOrEqual(short.bits);
        },
      ),
    );
  });

  it.each([suites.aes, suites.hybrid])(
    "is 256 bits in suite %s when an epoch has to be opened, and nothing within one",
    (suite) => {
      expect(price("x", suite, false)).toMatchObject({ bits: 256, drawsKey: true });
      expect(price("x", suite, true)).toMatchObject({ bits: 0, drawsKey: false });
    },
  );

  it("is a pad around nonce, text and tag in the hybrid one-time pad, and its epoch when there is none", () => {
    expect(price("x", suites.otpHybrid, true)).toMatchObject({ bits: 8 * (64 + 28 + 32), drawsKey: true });
    expect(price("x", suites.otpHybrid, false).bits).toBe(8 * (64 + 28 + 32) + 256);
  });
});
