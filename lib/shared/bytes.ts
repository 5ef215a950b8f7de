export type Bytes = Uint8Array<ArrayBuffer>;

/** Joins byte strings into one new array. */
export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** A copy on an ArrayBuffer of its own, safe to transfer or zero. */
export function copyBytes(bytes: Uint8Array): Bytes {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
}

export function utf8(text: string): Bytes {
  return copyBytes(new TextEncoder().encode(text));
}

/** Equality of public values. Stops at the first difference: never for secrets (see equal-secret.ts). */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
