import fc from "fast-check";
import { expect, test } from "vitest";
import { planKeys } from "../../../lib/gateway/draws/key-plan.ts";

test("a plan covers the pad with keys the key manager can supply, and no key too many", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 32, max: 8192 }).map((bytes) => bytes * 8),
      (bytes, maxKeySize) => {
        const plan = planKeys(bytes, { maxKeySize, minKeySize: 64 });
        expect(plan.sizeBits % 8).toBe(0);
        expect(plan.sizeBits).toBeLessThanOrEqual(maxKeySize);
        expect(plan.sizeBits).toBeGreaterThanOrEqual(64);
        expect(plan.count * plan.sizeBits).toBeGreaterThanOrEqual(8 * bytes);
        expect((plan.count - 1) * plan.sizeBits).toBeLessThan(8 * bytes);
      },
    ),
    { numRuns: 200 },
  );
});

test("a pad that would take thousands of keys is refused", () => {
  expect(() => planKeys(1_000_000, { maxKeySize: 256, minKeySize: 64 })).toThrow("length");
  expect(() => planKeys(10, { maxKeySize: 0, minKeySize: 0 })).toThrow("length");
});
