import { VernamError } from "../shared/errors.ts";

export interface GatewayErrorOptions {
  readonly nextStep?: string;
  readonly cause?: unknown;
  /** HTTP status where the error answers a request; 400 when absent. */
  readonly status?: number;
  readonly retryAfterMs?: number;
}

/** What a site gateway refuses or cannot do, with a code a device may compare. */
export class GatewayError extends VernamError {
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, options: GatewayErrorOptions = {}) {
    super(code, message, {
      ...(options.nextStep === undefined ? {} : { nextStep: options.nextStep }),
      ...(options.cause === undefined ? {} : { cause: options.cause }),
    });
    this.status = options.status ?? 400;
    this.retryAfterMs = options.retryAfterMs;
  }
}
