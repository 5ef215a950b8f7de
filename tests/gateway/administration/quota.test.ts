import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tryPolicy } from "../../../lib/gateway/administration/policy-trial.ts";
import { QuotaMeter, quotasFor, windowMs } from "../../../lib/gateway/administration/quota.ts";
import { defaultLevelPolicy } from "../../../lib/protocol/level-policy.ts";
import { suites } from "../../../lib/protocol/suites.ts";

const quotas = [
  { site: "*", level: null, bytesPerHour: 1000 },
  { site: "*", level: 0, bytesPerHour: 300 },
  { site: "pt", level: 0, bytesPerHour: 500 },
];
const at = 1_000_000_000;

describe("a quota", () => {
  test("of a site's own replaces the one for every site, level by level", () => {
    expect(quotasFor(quotas, { site: "pt", level: 0 }).map((quota) => quota.bytesPerHour)).toEqual([
      500, 1000,
    ]);
    expect(quotasFor(quotas, { site: "es", level: 0 }).map((quota) => quota.bytesPerHour)).toEqual([
      300, 1000,
    ]);
    expect(quotasFor(quotas, { site: "es", level: 2 }).map((quota) => quota.bytesPerHour)).toEqual([1000]);
  });

  test("holds a draw back until enough of the last hour is over, and refuses what it can never hold", () => {
    const meter = new QuotaMeter();
    const draw = { site: "pt", level: 0, bytes: 200 };
    expect(meter.check(quotas, draw, at)).toBeUndefined();
    meter.add(draw, at);
    meter.add(draw, at + 1000);
    expect(meter.check(quotas, draw, at + 2000)?.waitMs).toBe(windowMs - 2000);
    expect(meter.check(quotas, { ...draw, site: "es" }, at + 2000)).toBeUndefined();
    expect(meter.check(quotas, { ...draw, bytes: 501 }, at + 2000)?.waitMs).toBeUndefined();
    expect(meter.check(quotas, draw, at + windowMs)).toBeUndefined();
    expect(meter.used(at + windowMs)).toEqual([{ site: "pt", level: 0, bytes: 200 }]);
  });

  test("gives back what a draw without key had taken", () => {
    const meter = new QuotaMeter();
    meter.add({ site: "pt", level: 0, bytes: 500 }, at);
    meter.remove({ site: "pt", level: 0, bytes: 500 });
    expect(meter.check(quotas, { site: "pt", level: 0, bytes: 500 }, at)).toBeUndefined();
  });
});

const draw = (offset: number, bytes: number, level = 0) => ({
  at: at + offset,
  site: "pt",
  level,
  suite: suites.aes,
  bytes,
  networkBytes: 3 * bytes,
  routes: 1,
});
const range = { from: at, to: at + 24 * windowMs };

describe("the trial of other rules", () => {
  test("changes nothing where there are no quotas and the levels are as they were", () => {
    const trial = tryPolicy([draw(0, 100), draw(5, 200)], { levels: defaultLevelPolicy, quotas: [] }, range);
    expect(trial).toMatchObject({
      draws: 2,
      bytes: 300,
      waited: 0,
      refused: 0,
      tooWeak: 0,
      extraNetworkBytes: 0,
    });
  });

  test("tells who waits how long, who is refused, and who uses too weak a suite", () => {
    const past = [draw(0, 400), draw(10, 200), draw(20, 50), draw(30, 600), draw(40, 100, 1)];
    const trial = tryPolicy(past, { levels: defaultLevelPolicy, quotas }, range);
    // 200 fits when the first 400 are an hour old; 50 stays behind it though there is room; 600 never fits.
    expect(trial).toMatchObject({
      draws: 5,
      waited: 2,
      longestWaitMs: windowMs - 10,
      refused: 1,
      refusedBytes: 600,
    });
    expect(trial.tooWeak).toBe(1);
    expect(trial.rows.find(({ level }) => level === 1)).toMatchObject({ draws: 1, waited: 0, tooWeak: 1 });
  });

  test("prices second ways by what the first one burned", () => {
    const levels = {
      serial: 1,
      levels: defaultLevelPolicy.levels.map((rule) => ({ ...rule, disjointRoutes: true })),
    };
    const twoWays = { ...draw(10, 100), routes: 2 };
    expect(tryPolicy([draw(0, 100), twoWays], { levels, quotas: [] }, range).extraNetworkBytes).toBe(300);
  });

  test("never lets a site draw more in any hour than its quota, whatever was drawn", () => {
    const offsets = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 4 * windowMs }), fc.integer({ min: 1, max: 500 })),
    );
    fc.assert(
      fc.property(offsets, (list) => {
        const past = list.map(([offset, bytes]) => draw(offset, bytes));
        const trial = tryPolicy(past, { levels: defaultLevelPolicy, quotas }, range);
        const total = list.reduce((sum, [, bytes]) => sum + bytes, 0);
        expect(trial.bytes).toBe(total);
        expect(trial.refused).toBe(0);
        // What is over the quota of the first hour comes later.
        if (total > 500 * 5) expect(trial.waited).toBeGreaterThan(0);
      }),
    );
  });
});
