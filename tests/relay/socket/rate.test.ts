import fc from "fast-check";
import { expect, it } from "vitest";
import { RateLimit } from "../../../lib/relay/socket/rate.ts";

it("never lets through more than the burst and what time has earned", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 500 }), { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 50 }),
      (gaps, perSecond, burst) => {
        const limit = new RateLimit({ perSecond, burst }, 0);
        let now = 0;
        let taken = 0;
        for (const gap of gaps) {
          now += gap;
          if (limit.take(now).ok) taken++;
        }
        expect(taken).toBeLessThanOrEqual(burst + (now * perSecond) / 1000 + 1e-9);
      },
    ),
  );
});

it("says how long to wait, and waiting that long is enough", () => {
  const limit = new RateLimit({ perSecond: 3, burst: 1 }, 0);
  expect(limit.take(0).ok).toBe(true);
  const refused = limit.take(0);
  expect(refused.ok).toBe(false);
  if (!refused.ok) expect(limit.take(refused.waitMs).ok).toBe(true);
});

it("takes several as so many single ones, or none of them", () => {
  const limit = new RateLimit({ perSecond: 10, burst: 8 }, 0);
  expect(limit.take(0, 5).ok).toBe(true);
  const refused = limit.take(0, 5);
  expect(refused).toEqual({ ok: false, waitMs: 200 });
  expect(limit.take(0, 3).ok).toBe(true);
  expect(limit.take(0).ok).toBe(false);
});
