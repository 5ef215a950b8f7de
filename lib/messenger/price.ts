import { otpKeyLength } from "../protocol/suite-otp.ts";
import { otpHybridKeyLength } from "../protocol/suite-otp-hybrid.ts";
import { epochSuiteOf, type Suite, suites, usesPad } from "../protocol/suites.ts";
import type { PriceView } from "./messenger-api.ts";

const epochKeyBits = 256;

/** Bytes of one-time key for a message of this padded length: none in suites without a pad. */
export function padBytesFor(suite: Suite, paddedBytes: number): number {
  if (!usesPad(suite)) return 0;
  return suite === suites.otp ? otpKeyLength(paddedBytes) : otpHybridKeyLength(paddedBytes);
}

/**
 * What a message of this padded length costs in bits of end-to-end key: a pad as long as itself and 32 bytes for
 * authentication (28 more around a hybrid), and 256 bits when it opens an epoch.
 */
export function priceOf(paddedBytes: number, suite: Suite, epochOpen: boolean): PriceView {
  const opens = epochSuiteOf(suite) !== undefined && !epochOpen;
  const bits = 8 * padBytesFor(suite, paddedBytes) + (opens ? epochKeyBits : 0);
  return { bits, paddedBytes, drawsKey: bits > 0 };
}
