import { VernamError } from "../shared/errors.ts";

/** A parameter of a link or of a block that no device could have. `parameter` names it. */
export class QuantumParameterError extends VernamError {
  readonly parameter: string;

  constructor(parameter: string, value: unknown, range: string) {
    super("quantum.parameter", `${parameter} is ${String(value)}; it must be ${range}`, {
      nextStep: `Give ${parameter} a value that is ${range}.`,
    });
    this.parameter = parameter;
  }
}

/** A classical message of the protocol that its receiver cannot read: treated as tampering. */
export class QuantumMessageError extends VernamError {
  constructor(message: string) {
    super("quantum.message", message);
  }
}
