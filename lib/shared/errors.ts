/**
 * Base of every error that crosses a zone. `code` is stable and may be compared; `message` says what happened
 * and never holds key bytes or plaintext; `nextStep` is the one thing a person can do, when there is one.
 */
export class VernamError extends Error {
  readonly code: string;
  readonly nextStep: string | undefined;

  constructor(code: string, message: string, options: { nextStep?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.nextStep = options.nextStep;
  }
}
