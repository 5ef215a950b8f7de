import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WrappingKeys } from "../../../lib/keys/kme/wrapping-keys.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vernam-wrapping-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const hour = 3_600_000;
const keyId = new Uint8Array(16).fill(1);
const key = Uint8Array.from({ length: 40 }, (_, i) => i);

describe("wrapping keys", () => {
  it("change every hour, stay readable over a restart, and bind a key to its name and recipient", () => {
    const keys = WrappingKeys.open(folder, 0);
    const now = Date.now();
    const first = keys.hold(now).id;
    const wrapped = keys.wrap(first, keyId, "sae-b", key);
    expect(keys.hold(now + hour - 1).id).toBe(first);
    expect(keys.hold(now + hour).id).not.toBe(first);
    const again = WrappingKeys.open(folder, 0);
    expect(again.unwrap(first, keyId, "sae-b", wrapped)).toEqual(key);
    expect(() => again.unwrap(first, keyId, "sae-c", wrapped)).toThrow();
    expect(() => again.unwrap(first, new Uint8Array(16), "sae-b", wrapped)).toThrow();
    expect(again.hold(now).id).toBeGreaterThan(2);
  });

  it("never take a number again that the database knows", () => {
    expect(WrappingKeys.open(folder, 41).hold(0).id).toBe(42);
  });

  it("are kept while a key under them is on its way, and gone for good once erased", () => {
    const keys = WrappingKeys.open(folder, 0);
    const { id } = keys.hold(1000);
    const wrapped = keys.wrap(id, keyId, "sae-b", key);
    expect(keys.isIdle(id, 2000)).toBe(false);
    keys.release(id);
    expect(keys.isIdle(id, 999)).toBe(false);
    expect(keys.isIdle(id, 1000)).toBe(true);
    keys.erase(id);
    expect(readdirSync(folder)).toEqual([]);
    expect(() => keys.unwrap(id, keyId, "sae-b", wrapped)).toThrow(/gone/);
    expect(keys.hold(1000).id).not.toBe(id);
  });
});
