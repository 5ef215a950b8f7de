import { ProtocolError } from "./protocol-error.ts";

export const suites = { otp: 1, aes: 2, hybrid: 3, otpHybrid: 4 } as const;
export type Suite = 1 | 2;

/** Suites this version encrypts with. 3 and 4 are reserved. */
export const knownSuites = [suites.otp, suites.aes] as const;

/** @throws ProtocolError suite.unsupported */
export function checkSuite(suite: number): Suite {
  if (suite === suites.otp || suite === suites.aes) return suite;
  throw new ProtocolError("suite.unsupported", "a cipher suite that this program does not speak", {
    nextStep: "Update this program.",
  });
}

/**
 * Suites 1 and 2 carry Unclassified only: every higher level demands a hybrid suite.
 * @throws ProtocolError level.suite-too-weak
 */
export function checkLevel(suite: Suite, level: number): void {
  if (level > 0)
    throw new ProtocolError(
      "level.suite-too-weak",
      `suite ${suite === suites.otp ? "OTP" : "AES"} is not strong enough for this classification`,
      { nextStep: "Send it as Unclassified if it is, or wait for the hybrid suites." },
    );
}

/** AES < OTP in the partial order of strength. */
export function satisfiesMinimum(suite: Suite, minimum: Suite | undefined): boolean {
  return minimum === undefined || minimum === suites.aes || suite === minimum;
}
