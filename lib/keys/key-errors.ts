import { VernamError } from "../shared/errors.ts";

/** Not enough key, no route, or no way to write the ledger: nothing was supplied, ask again later (HTTP 503). */
export class KeyUnavailableError extends VernamError {
  readonly retryAfterMs: number;

  constructor(message: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super("key.unavailable", message, {
      nextStep: "Wait: the request is tried again when key is there, or choose a suite that needs less key.",
      cause: options.cause,
    });
    this.retryAfterMs = options.retryAfterMs ?? 2000;
  }
}

/** A key_ID is unknown, expired, void or already collected. Nothing was handed out (HTTP 400). */
export class KeyNotFoundError extends VernamError {
  constructor() {
    super("key.not-found", "one or more keys specified are not found on KME");
  }
}

/** The caller is known but these keys are not for it (HTTP 401). */
export class KeyNotAuthorisedError extends VernamError {
  constructor(message: string) {
    super("key.not-authorised", message);
  }
}

/** The request itself is wrong (HTTP 400). */
export class KeyRequestError extends VernamError {
  constructor(message: string) {
    super("key.bad-request", message);
  }
}

/** The network has no ways such as the request demands, and no amount of key would change that (HTTP 400). */
export class KeyRouteUnmetError extends KeyRequestError {
  /** Why, in a person's words; the message is the standard's. */
  readonly reason: string;

  constructor(reason: string) {
    super("not all extension_mandatory request options could be met");
    this.reason = reason;
  }
}

/** Whether a key manager, ours or a foreign one, has no such routes as were demanded; then one may do without. */
export function isRouteRefusal(error: unknown): boolean {
  return error instanceof VernamError && error.message.includes("not all extension_mandatory ");
}
