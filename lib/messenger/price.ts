import { paddedLengthFor } from "../protocol/padding.ts";
import { encodePayload, payloadKinds } from "../protocol/payload.ts";
import { otpKeyLength } from "../protocol/suite-otp.ts";
import type { PriceView, SuiteName } from "./messenger-api.ts";

const epochKeyBits = 256;

/** Bytes of a text as they are encrypted, padding included. */
export function paddedTextLength(text: string): number {
  return paddedLengthFor(encodePayload({ kind: payloadKinds.text, body: text }).length);
}

/**
 * What a text costs in bits of end-to-end key: in OTP its padded length and 32 bytes for authentication, in AES
 * 256 bits when it opens an epoch and nothing otherwise.
 */
export function priceOf(text: string, suite: SuiteName, epochOpen: boolean): PriceView {
  const paddedBytes = paddedTextLength(text);
  if (suite === "OTP") return { bits: 8 * otpKeyLength(paddedBytes), paddedBytes, drawsKey: true };
  return { bits: epochOpen ? 0 : epochKeyBits, paddedBytes, drawsKey: !epochOpen };
}
