import { describe, expect, it } from "vitest";
import { OrbitClock } from "../../lib/network/clock.ts";

describe("the satellites' clock", () => {
  it("runs as fast as it is told, without a jump when that changes", () => {
    let wall = 1_000_000;
    const clock = new OrbitClock(() => wall);
    wall += 1000;
    expect(clock.now()).toBe(1_001_000);
    clock.setRate(60);
    expect(clock.now()).toBe(1_001_000);
    wall += 1000;
    expect(clock.now()).toBe(1_061_000);
    clock.setRate(1);
    wall += 1000;
    expect(clock.now()).toBe(1_062_000);
  });

  it("refuses to stand still, to run back and to outrun its passes", () => {
    for (const rate of [0, -1, Number.NaN, 121]) {
      expect(() => new OrbitClock(() => 0, rate)).toThrow("from 1 to 120");
    }
  });
});
