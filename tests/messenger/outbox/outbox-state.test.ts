import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  advance,
  durableForm,
  type OutboxEvent,
  type OutboxState,
  queued,
} from "../../../lib/messenger/outbox/outbox-state.ts";

const event: fc.Arbitrary<OutboxEvent> = fc.constantFrom<OutboxEvent[]>(
  { type: "key-asked" },
  { type: "key-refused", waiting: { code: "keys.empty", reason: "no key", retryAt: 5 } },
  { type: "key-ready" },
  { type: "bound", sequence: 1, hash: "aa" },
  { type: "sent" },
  { type: "acked", seq: 9 },
  { type: "connection-lost" },
  { type: "cancel" },
  { type: "retry" },
  { type: "refused", code: "entry.conflict", reason: "refused", nextStep: "write again" },
);
const steps = fc.array(fc.oneof(event, fc.constant("crash" as const)), { maxLength: 30 });

function play(
  events: readonly (OutboxEvent | "crash")[],
  visit: (state: OutboxState, before: OutboxState) => void,
) {
  let state = queued;
  for (const one of events) {
    const before = state;
    try {
      state = one === "crash" ? durableForm(state) : advance(state, one);
    } catch {
      state = before;
    }
    visit(state, before);
  }
}

describe("the outbox of one message", () => {
  it("binds one ciphertext at most, whatever happens and wherever the engine dies", () => {
    fc.assert(
      fc.property(steps, (events) => {
        let bindings = 0;
        play(events, (state, before) => {
          if (state.phase === "bound" && before.phase === "drawn") bindings++;
        });
        expect(bindings).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("never goes from a ciphertext back to text", () => {
    fc.assert(
      fc.property(steps, (events) => {
        const rank = {
          queued: 0,
          drawing: 0,
          drawn: 0,
          bound: 1,
          sent: 1,
          acked: 2,
          cancelled: 3,
          failed: 3,
        };
        let bound = false;
        play(events, (state, before) => {
          bound ||= before.phase === "bound";
          if (bound) expect(rank[state.phase]).toBeGreaterThanOrEqual(Math.min(rank[before.phase], 3));
        });
      }),
    );
  });

  it("keeps nothing of a drawn key in its durable form", () => {
    expect(durableForm({ phase: "drawn", attempts: 2 })).toEqual({
      phase: "queued",
      attempts: 2,
      waiting: null,
    });
    expect(durableForm({ phase: "sent", sequence: 3, hash: "aa" })).toEqual({
      phase: "bound",
      sequence: 3,
      hash: "aa",
    });
  });

  it("cannot be cancelled once encrypted", () => {
    expect(() => advance({ phase: "bound", sequence: 1, hash: "aa" }, { type: "cancel" })).toThrow(
      expect.objectContaining({ code: "outbox.too-late" }),
    );
    expect(advance({ phase: "drawn", attempts: 0 }, { type: "cancel" })).toEqual({ phase: "cancelled" });
  });

  it("waits with its reason after a refusal and counts the attempts", () => {
    const waiting = { code: "keys.empty", reason: "no key", retryAt: 7 };
    const once = advance(advance(queued, { type: "key-asked" }), { type: "key-refused", waiting });
    expect(once).toEqual({ phase: "queued", attempts: 1, waiting });
    expect(advance(once, { type: "retry" })).toEqual({ phase: "queued", attempts: 1, waiting: null });
  });
});
