import type { RelayErrorCode, RelayRefusal } from "../protocol/relay-events.ts";
import { VernamError } from "../shared/errors.ts";

interface RelayErrorOptions {
  readonly head?: string;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** A refusal that a device is told: see RelayErrorCode for the codes. */
export class RelayError extends VernamError {
  declare readonly code: RelayErrorCode;
  readonly head: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: RelayErrorCode, message: string, options: RelayErrorOptions = {}) {
    super(code, message, options);
    this.head = options.head;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** One answer for "no such conversation" and "not yours", so that nobody can probe for identifiers. */
export function unknownConversation(): RelayError {
  return new RelayError("conversation.unknown", "There is no such conversation for this user.");
}

/** As it is answered. */
export function refusalOf(error: RelayError): RelayRefusal {
  return {
    ok: false,
    code: error.code,
    message: error.message,
    ...(error.head === undefined ? {} : { head: error.head }),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  };
}
