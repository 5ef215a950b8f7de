import type { RelayRefusal } from "../../protocol/relay-events.ts";
import { MessengerError } from "../messenger-error.ts";

/** The relay answered, and the answer is no. */
export class RelayRefused extends MessengerError {
  readonly head: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(refusal: RelayRefusal) {
    super(refusal.code, refusal.message);
    this.head = refusal.head;
    this.retryAfterMs = refusal.retryAfterMs;
  }

  /** True when the same request may succeed later. */
  get passing(): boolean {
    return (
      this.code === "relay.rate" || this.code === "relay.unavailable" || this.code === "relay.signed-out"
    );
  }
}

export function relayOffline(cause?: unknown): MessengerError {
  return new MessengerError("relay.offline", "the relay did not answer", { cause });
}
