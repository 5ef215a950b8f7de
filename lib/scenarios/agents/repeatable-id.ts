import { createHash } from "node:crypto";

/**
 * A message identifier (16 bytes, hex) that follows from what the message is about: an agent that was killed and does
 * its work again sends the same message, not a second one.
 */
export function repeatableId(...parts: readonly string[]): string {
  const text = JSON.stringify(["vernam/1 agent message", ...parts]);
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
