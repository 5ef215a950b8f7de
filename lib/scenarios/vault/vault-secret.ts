import { hash } from "../../protocol/hash.ts";
import { type Bytes, concatBytes, equalBytes, utf8 } from "../../shared/bytes.ts";
import { VaultError } from "./vault-error.ts";

const tagBytes = 32;

/**
 * What is split: tag(32) ‖ length of name(2) ‖ name ‖ content, tag = first 32 bytes of SHA-512 over what follows it.
 * The tag is nowhere else: a hash outside would let k − 1 custodians test guesses of the document.
 */
export function sealDocument({ name, content }: { readonly name: string; readonly content: Bytes }): Bytes {
  const named = utf8(name);
  if (named.length === 0 || named.length > 255)
    throw new VaultError("vault.name", "a stored document needs a name of at most 255 bytes");
  const inside = concatBytes(new Uint8Array([named.length >> 8, named.length & 255]), named, content);
  const secret = concatBytes(hash(inside).subarray(0, tagBytes), inside);
  inside.fill(0);
  return secret;
}

/** @throws VaultError vault.not-restored when the shares did not give back what was split. */
export function openDocument(secret: Bytes): { readonly name: string; readonly content: Bytes } {
  const inside = secret.slice(tagBytes);
  const nameLength = ((inside[0] ?? 0) << 8) | (inside[1] ?? 0);
  const whole = secret.length >= tagBytes + 2 && inside.length >= 2 + nameLength;
  if (!whole || !equalBytes(hash(inside).subarray(0, tagBytes), secret.subarray(0, tagBytes)))
    throw new VaultError("vault.not-restored", "these shares do not give back the document", {
      nextStep: "Ask other custodians for their shares.",
    });
  const name = new TextDecoder().decode(inside.subarray(2, 2 + nameLength));
  const content = inside.slice(2 + nameLength);
  inside.fill(0);
  return { name, content };
}
