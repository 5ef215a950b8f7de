import { expect, test } from "vitest";
import { WrappingKey } from "../../../lib/gateway/site/wrapping-key.ts";

const wrapping = new WrappingKey(new Uint8Array(32).fill(1));
const secret = new Uint8Array(32).fill(7);

test("a wrapped secret opens for its purpose under its key, and never otherwise", () => {
  const wrapped = wrapping.wrap(secret, "a");
  expect(wrapping.unwrap(wrapped, "a")).toEqual(secret);
  expect(() => wrapping.unwrap(wrapped, "b")).toThrow("does not match");
  expect(() => new WrappingKey(new Uint8Array(32)).unwrap(wrapped, "a")).toThrow("does not match");
  for (const at of [0, 12, wrapped.length - 1]) {
    const altered = wrapped.slice();
    altered[at] = (altered[at] as number) ^ 1;
    expect(() => wrapping.unwrap(altered, "a")).toThrow("does not match");
  }
  expect(() => wrapping.unwrap(new Uint8Array(3), "a")).toThrow("does not match");
});

test("tags name the same value alike, differ by purpose, and are no part of the value", () => {
  expect(wrapping.tag(secret, "x")).toEqual(wrapping.tag(secret, "x"));
  expect(wrapping.tag(secret, "x")).not.toEqual(wrapping.tag(secret, "y"));
  expect(wrapping.tag(secret, "x")).not.toEqual(new WrappingKey(new Uint8Array(32)).tag(secret, "x"));
});
