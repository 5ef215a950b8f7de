import { describe, expect, it } from "vitest";
import { scaledNetworkClock, wallNetworkClock } from "../../lib/network/clock.ts";

describe("network time", () => {
  it("is wall time, or starts anywhere and runs at its own rate", () => {
    let wall = 5000;
    const plain = wallNetworkClock(() => wall);
    const fast = scaledNetworkClock(() => wall, 1_000_000, 60);
    wall += 2000;
    expect([plain.now(), plain.rate]).toEqual([7000, 1]);
    expect([fast.now(), fast.rate]).toEqual([1_120_000, 60]);
    expect(() => scaledNetworkClock(() => wall, 0, 0)).toThrow(RangeError);
  });
});
