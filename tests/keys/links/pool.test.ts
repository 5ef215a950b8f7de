import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LinkKeyPurpose } from "../../../lib/keys/link-types.ts";
import { balanceOf, noCounts } from "../../../lib/keys/links/link-counts.ts";
import { PoolRing } from "../../../lib/keys/links/pool-ring.ts";
import { nextPoolState } from "../../../lib/keys/links/pool-state.ts";
import { SimulatedPool } from "../../../lib/keys/links/simulated-pool.ts";

function poolOf(options: Partial<ConstructorParameters<typeof SimulatedPool>[0]> = {}) {
  return new SimulatedPool({
    linkId: "aa~bb",
    a: "aa",
    b: "bb",
    capacityBytes: 1000,
    reserveBytes: 100,
    initial: { a: noCounts, b: noCounts },
    onReserved: () => {},
    onStateChange: () => {},
    ...options,
  });
}

const pattern = (length: number, from: number) =>
  Uint8Array.from({ length }, (_, index) => ((from + index) % 251) + 1);

describe("the ring of one end", () => {
  it("behaves as a plain queue of bytes, keeps stream positions and zeroes what left", () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant("append" as const), length: fc.nat(40) }),
      fc.record({ kind: fc.constant("withdraw" as const), length: fc.nat(40) }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), fc.nat(1000), (actions, start) => {
        const ring = new PoolRing(64, start);
        let model: number[] = [];
        let first = start;
        let made = 0;
        for (const { kind, length } of actions) {
          if (kind === "append") {
            const key = pattern(length, made);
            if (length > 64 - model.length) expect(() => ring.append(key)).toThrow(RangeError);
            else {
              ring.append(key);
              model.push(...key);
              made += length;
            }
          } else if (length > model.length) expect(() => ring.withdraw(length)).toThrow(RangeError);
          else {
            expect([...ring.withdraw(length)]).toEqual(model.slice(0, length));
            model = model.slice(length);
            first += length;
          }
          expect([ring.first, ring.length, ring.room]).toEqual([first, model.length, 64 - model.length]);
        }
      }),
    );
  });
});

describe("a pool", () => {
  it("gives both ends the same bits of a range once, and its counts balance whatever happens", () => {
    const purpose = fc.constantFrom<LinkKeyPurpose>(
      "relayed",
      "supplied",
      "authentication",
      "expired",
      "discarded",
    );
    const action = fc.oneof(
      fc.record({ kind: fc.constant("block" as const), bytes: fc.integer({ min: 1, max: 400 }), purpose }),
      fc.record({ kind: fc.constant("reserve" as const), bytes: fc.integer({ min: 1, max: 200 }), purpose }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 50 }), (actions) => {
        const pool = poolOf();
        let made = 0;
        for (const step of actions) {
          if (step.kind === "block") {
            const bytes = Math.min(step.bytes, pool.room);
            pool.append(pattern(bytes, made), pattern(bytes, made), 14);
            made += bytes;
          } else {
            const before = pool.counts().a.stored;
            const own = step.purpose !== "relayed" && step.purpose !== "supplied";
            const reservation = pool.reserve(step.bytes, step.purpose);
            expect(reservation !== undefined).toBe(step.bytes <= (own ? before : before - 100));
            if (reservation === undefined) continue;
            const a = pool.end("aa").take(reservation);
            const b = pool.end("bb").take(reservation);
            expect(a.reveal()).toEqual(b.reveal());
            expect(a.reveal()).not.toBe(b.reveal());
            expect(a.reveal()[0]).toBe((reservation.offset % 251) + 1);
            expect(() => pool.end("aa").take(reservation)).toThrow(/taken before/);
          }
          const counts = pool.counts();
          expect(counts.a).toEqual(counts.b);
          expect(counts.a.generated).toBe(made);
          expect(balanceOf(counts.a)).toBe(0);
        }
      }),
    );
  });

  it("gives no key to others while in alarm or cut, but keeps it", () => {
    const pool = poolOf();
    pool.append(pattern(500, 0), pattern(500, 0), 14);
    for (const condition of ["alarm", "down"] as const) {
      pool.setCondition(condition);
      expect(pool.usable).toBe(false);
      expect(pool.reserve(10, "relayed")).toBeUndefined();
    }
    pool.setCondition("generating");
    expect(pool.usable).toBe(true);
    expect(pool.reserve(10, "relayed")).toEqual({ offset: 0, bytes: 10 });
    expect(pool.availableBytes).toBe(390);
  });

  it("starts empty after a restart: what it held is counted as lost, and positions go on", () => {
    const initial = { ...noCounts, generated: 900, relayed: 500, authentication: 100, lostAtRestart: 20 };
    const pool = poolOf({ initial: { a: initial, b: initial } });
    expect(pool.endA.lost).toBe(280);
    expect(pool.counts().a).toMatchObject({ lostAtRestart: 300, stored: 0 });
    expect(balanceOf(pool.counts().b)).toBe(0);
    pool.append(pattern(200, 0), pattern(200, 0), 14);
    expect(pool.reserve(50, "supplied")).toEqual({ offset: 900, bytes: 50 });
  });

  it("refuses counts that cannot be", () => {
    const initial = { ...noCounts, generated: 10, relayed: 11 };
    expect(() => poolOf({ initial: { a: initial, b: initial } })).toThrow(/More key left/);
  });

  it("tells the worst epsilon of the key it holds", () => {
    const pool = poolOf();
    pool.append(pattern(200, 0), pattern(200, 0), 12);
    pool.append(pattern(200, 200), pattern(200, 200), 14);
    expect(pool.epsilonExponent).toBe(12);
    pool.reserve(200, "supplied");
    expect(pool.epsilonExponent).toBe(14);
  });

  it("zeroes its key when it is closed", () => {
    const pool = poolOf();
    pool.append(pattern(300, 0), pattern(300, 0), 14);
    const waiting = pool.reserve(50, "supplied");
    pool.destroy();
    expect(pool.availableBytes).toBe(0);
    expect(() => pool.end("aa").take(waiting!)).toThrow();
  });
});

describe("the state of a pool", () => {
  it("changes with hysteresis", () => {
    const path = [0, 10, 40, 60, 30, 24, 40, 50, 10, 0, 5].map((fill) => fill);
    let state = nextPoolState("empty", 0, 100);
    const states = path.map((fill) => {
      state = nextPoolState(state, fill, 100);
      return state;
    });
    expect(states.join(" ")).toBe(
      "empty charging charging ready ready warning warning ready warning empty charging",
    );
  });
});
