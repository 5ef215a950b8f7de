import type { Bytes } from "../../shared/bytes.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";

/**
 * Splits `key` into `count` shares whose XOR it is; any fewer say nothing about it (all but one are random).
 * The caller destroys the shares; `key` is left as it is.
 */
export function splitKey(key: SecretBytes, count: number): SecretBytes[] {
  const last = key.reveal().slice();
  const shares = Array.from({ length: count - 1 }, () => SecretBytes.random(last.length));
  for (const share of shares) xorInto(last, share.reveal());
  return [...shares, SecretBytes.own(last)];
}

/** XORs `share` into `sum`, in place. @throws RangeError for another length. */
export function xorInto(sum: Bytes, share: Uint8Array): void {
  if (share.length !== sum.length) throw new RangeError("shares of one key are equally long");
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) ^ (share[i] as number);
}
