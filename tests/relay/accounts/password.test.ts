import { expect, it } from "vitest";
import { lockDelayMs } from "../../../lib/relay/accounts/lockout.ts";
import { hashPassword, verifyPassword } from "../../../lib/relay/accounts/password.ts";

it("verifies the password that was hashed, in either Unicode spelling, and no other", async () => {
  const stored = await hashPassword("caf\u00e9 com leite");
  expect(await verifyPassword("cafe\u0301 com leite", stored)).toBe(true);
  expect(await verifyPassword("cafe com leite", stored)).toBe(false);
  expect(stored).not.toContain("caf");
});

it("never hashes the same password to the same text", async () => {
  expect(await hashPassword("the same words")).not.toBe(await hashPassword("the same words"));
});

it("says no where there is no user, after the same work", async () => {
  expect(await verifyPassword("", null)).toBe(false);
});

it("locks for longer with each failure, up to an hour", () => {
  expect([1, 4, 5, 6, 7, 100].map(lockDelayMs)).toEqual([0, 0, 30_000, 60_000, 120_000, 3_600_000]);
});
