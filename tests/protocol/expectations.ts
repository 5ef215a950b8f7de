import { expect } from "vitest";
import { VernamError } from "../../lib/shared/errors.ts";

export function random(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** The stable code of what `promise` rejects with; fails when it does not. */
export async function codeOf(action: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof action === "function" ? action() : action);
  } catch (error) {
    if (error instanceof VernamError) return error.code;
    throw error;
  }
  return "accepted";
}

export async function expectCode(action: Promise<unknown> | (() => unknown), code: string): Promise<void> {
  expect(await codeOf(action)).toBe(code);
}

export function flipBit(bytes: Uint8Array, at: number, bit = 0): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  copy[at] = (copy[at] as number) ^ (1 << bit);
  return copy;
}
