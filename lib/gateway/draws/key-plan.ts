import type { ProviderStatus } from "../../keys/key-provider.ts";
import { GatewayError } from "../gateway-error.ts";

/** How one pad is put together: `count` keys of `sizeBits` each, in order; what is over the pad is discarded. */
export interface KeyPlan {
  readonly count: number;
  readonly sizeBits: number;
}

const mostKeysPerPad = 4096;

/**
 * Fits a pad of `bytes` to what the key manager supplies: one key where it can, else several of its largest size.
 * @throws GatewayError `draw.too-large`.
 */
export function planKeys(bytes: number, limits: Pick<ProviderStatus, "maxKeySize" | "minKeySize">): KeyPlan {
  const bits = bytes * 8;
  if (bits <= limits.maxKeySize) return { count: 1, sizeBits: Math.max(bits, roundUp(limits.minKeySize)) };
  const largest = limits.maxKeySize - (limits.maxKeySize % 8);
  const count = largest > 0 ? Math.ceil(bits / largest) : Number.POSITIVE_INFINITY;
  if (count > mostKeysPerPad) {
    throw new GatewayError("draw.too-large", "The key manager cannot supply a key of this length.", {
      nextStep: "Send a shorter message, or use AES.",
    });
  }
  return { count, sizeBits: largest };
}

function roundUp(bits: number): number {
  return Math.ceil(bits / 8) * 8;
}
