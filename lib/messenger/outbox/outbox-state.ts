import { MessengerError } from "../messenger-error.ts";

/** Why a message has no key yet, and when the engine asks again (null: when something changes). */
export interface Waiting {
  readonly code: string;
  readonly reason: string;
  readonly retryAt: number | null;
}

/**
 * Where one outgoing message stands. A key exists for it only in "drawn", and only in memory; from "bound" on there
 * is one final ciphertext, and nothing but that ciphertext is ever sent for it.
 */
export type OutboxState =
  | { readonly phase: "queued"; readonly attempts: number; readonly waiting: Waiting | null }
  | { readonly phase: "drawing"; readonly attempts: number }
  | { readonly phase: "drawn"; readonly attempts: number }
  | { readonly phase: "bound"; readonly sequence: number; readonly hash: string }
  | { readonly phase: "sent"; readonly sequence: number; readonly hash: string }
  | { readonly phase: "acked"; readonly sequence: number; readonly hash: string; readonly seq: number }
  | { readonly phase: "cancelled" }
  | {
      readonly phase: "failed";
      readonly code: string;
      readonly reason: string;
      readonly nextStep: string;
      /** A ciphertext exists: this message cannot be tried again, only written again. */
      readonly final: boolean;
    };

export type OutboxEvent =
  | { readonly type: "key-asked" }
  | { readonly type: "key-refused"; readonly waiting: Waiting }
  | { readonly type: "key-ready" }
  /** The ciphertext and its place in the sender's sequence are committed in the store; the key is zeroed. */
  | { readonly type: "bound"; readonly sequence: number; readonly hash: string }
  | { readonly type: "sent" }
  | { readonly type: "acked"; readonly seq: number }
  | { readonly type: "connection-lost" }
  | { readonly type: "cancel" }
  | { readonly type: "retry" }
  | { readonly type: "refused"; readonly code: string; readonly reason: string; readonly nextStep: string };

export const queued: OutboxState = { phase: "queued", attempts: 0, waiting: null };

/** What a store may hold of a state: keys and connections do not outlive the engine. */
export function durableForm(state: OutboxState): OutboxState {
  if (state.phase === "drawing" || state.phase === "drawn")
    return { phase: "queued", attempts: state.attempts, waiting: null };
  if (state.phase === "sent") return { phase: "bound", sequence: state.sequence, hash: state.hash };
  return state;
}

/**
 * The next state. Late or repeated news (an acknowledgement after an acknowledgement, a lost connection while
 * nothing was under way) changes nothing.
 * @throws MessengerError "outbox.too-late" (cancel or retry once a ciphertext exists), "outbox.impossible" (a
 * second binding, or a binding without a key: the caller is wrong and must not go on).
 */
export function advance(state: OutboxState, event: OutboxEvent): OutboxState {
  switch (event.type) {
    case "key-asked":
      if (state.phase !== "queued") throw impossible(state, event);
      return { phase: "drawing", attempts: state.attempts };
    case "key-refused":
      if (state.phase !== "drawing" && state.phase !== "drawn") return state;
      return { phase: "queued", attempts: state.attempts + 1, waiting: event.waiting };
    case "key-ready":
      if (state.phase !== "drawing") throw impossible(state, event);
      return { phase: "drawn", attempts: state.attempts };
    case "bound":
      if (state.phase !== "drawn") throw impossible(state, event);
      return { phase: "bound", sequence: event.sequence, hash: event.hash };
    case "sent":
      if (state.phase === "bound") return { ...state, phase: "sent" };
      if (state.phase === "sent" || state.phase === "acked") return state;
      throw impossible(state, event);
    case "acked":
      if (state.phase === "bound" || state.phase === "sent")
        return { ...state, phase: "acked", seq: event.seq };
      if (state.phase === "acked") return state;
      throw impossible(state, event);
    case "connection-lost":
      return durableForm(state);
    case "cancel":
      if (state.phase === "cancelled") return state;
      if (isOpen(state) || (state.phase === "failed" && !state.final)) return { phase: "cancelled" };
      throw tooLate();
    case "retry":
      if (state.phase === "queued") return { ...state, waiting: null };
      if (state.phase === "failed" && !state.final) return queued;
      if (state.phase === "drawing" || state.phase === "drawn") return state;
      throw tooLate();
    case "refused":
      if (state.phase === "acked" || state.phase === "cancelled") return state;
      return {
        phase: "failed",
        code: event.code,
        reason: event.reason,
        nextStep: event.nextStep,
        final: !isOpen(state),
      };
  }
}

/** True while no ciphertext exists: the message may still be cancelled or take another suite. */
export function isOpen(state: OutboxState): boolean {
  return state.phase === "queued" || state.phase === "drawing" || state.phase === "drawn";
}

function impossible(state: OutboxState, event: OutboxEvent): MessengerError {
  return new MessengerError("outbox.impossible", `a message that is ${state.phase} cannot be ${event.type}`);
}

export function tooLate(): MessengerError {
  return new MessengerError(
    "outbox.too-late",
    "the message is already encrypted under its key and on its way",
    {
      nextStep: "Write another message that corrects it.",
    },
  );
}
