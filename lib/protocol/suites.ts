import { ProtocolError } from "./protocol-error.ts";

export const suites = { otp: 1, aes: 2, hybrid: 3, otpHybrid: 4 } as const;
export type Suite = 1 | 2 | 3 | 4;

export const knownSuites = [suites.otp, suites.aes, suites.hybrid, suites.otpHybrid] as const;

/** Suites whose epoch start is sent: AES has its own epochs, HYBRID's serve OTP_HYBRID too. */
export type EpochSuite = 2 | 3;

/** @throws ProtocolError suite.unsupported */
export function checkSuite(suite: number): Suite {
  const known = knownSuites.find((one) => one === suite);
  if (known !== undefined) return known;
  throw new ProtocolError("suite.unsupported", "a cipher suite that this program does not speak", {
    nextStep: "Update this program.",
  });
}

/** OTP and OTP_HYBRID draw a pad for every message. */
export function usesPad(suite: number): boolean {
  return suite === suites.otp || suite === suites.otpHybrid;
}

/** The suite of the epoch whose message keys this suite takes; undefined in OTP, which has none. */
export function epochSuiteOf(suite: Suite): EpochSuite | undefined {
  if (suite === suites.otp) return undefined;
  return suite === suites.aes ? suites.aes : suites.hybrid;
}

/** What each suite is at least as strong as: AES < HYBRID < OTP_HYBRID and AES < OTP < OTP_HYBRID. */
const covers: Readonly<Record<Suite, readonly Suite[]>> = {
  1: [suites.aes, suites.otp],
  2: [suites.aes],
  3: [suites.aes, suites.hybrid],
  4: [suites.aes, suites.otp, suites.hybrid, suites.otpHybrid],
};

/** The partial order of strength: OTP and HYBRID do not replace each other. */
export function isAtLeast(suite: Suite, minimum: Suite): boolean {
  return covers[suite].includes(minimum);
}

export function satisfiesMinimum(suite: Suite, minimum: Suite | undefined): boolean {
  return minimum === undefined || isAtLeast(suite, minimum);
}
