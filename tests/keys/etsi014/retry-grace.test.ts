import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { RetryGrace } from "../../../lib/keys/etsi014/retry-grace.ts";
import { KeyNotAuthorisedError, KeyNotFoundError } from "../../../lib/keys/key-errors.ts";
import { SecretBytes } from "../../../lib/shared/secret-bytes.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const saes = ["slave", "master"] as const;
const keyId = new Uint8Array(16).fill(1);
const ids = [keyId];

/** A key manager that hands a key out once. */
function supply(): () => Promise<{ keyId: Uint8Array; key: SecretBytes }[]> {
  let given = false;
  return async () => {
    if (given) throw new KeyNotFoundError();
    given = true;
    return [{ keyId, key: SecretBytes.copyOf(Uint8Array.of(1, 2, 3)) }];
  };
}

it("hands out the same keys once more within its time", async () => {
  const grace = new RetryGrace(1000);
  const ask = supply();
  for (let i = 0; i < 2; i++) {
    const [given] = await grace.collect(saes, ids, ask);
    expect(given!.key.consume((bytes) => [...bytes])).toEqual([1, 2, 3]);
  }
  await expect(grace.collect(saes, ids, ask)).rejects.toThrow(KeyNotFoundError);
});

it("forgets them after its time, when it is closed, and at once when it is off", async () => {
  for (const [graceMs, then] of [
    [1000, () => vi.advanceTimersByTime(1001)],
    [1000, (grace: RetryGrace) => grace.close()],
    [0, () => undefined],
  ] as const) {
    const grace = new RetryGrace(graceMs);
    const ask = supply();
    await grace.collect(saes, ids, ask);
    then(grace);
    await expect(grace.collect(saes, ids, ask)).rejects.toThrow(KeyNotFoundError);
  }
});

it("helps nobody else, with no other keys, and with no other refusal", async () => {
  const grace = new RetryGrace(1000);
  const ask = supply();
  await grace.collect(saes, ids, ask);
  await expect(grace.collect(["other", "master"], ids, ask)).rejects.toThrow(KeyNotFoundError);
  await expect(grace.collect(["slave", "other"], ids, ask)).rejects.toThrow(KeyNotFoundError);
  await expect(grace.collect(saes, [...ids, new Uint8Array(16)], ask)).rejects.toThrow(KeyNotFoundError);
  const refuse = async () => {
    throw new KeyNotAuthorisedError("no");
  };
  await expect(grace.collect(saes, ids, refuse)).rejects.toThrow(KeyNotAuthorisedError);
});
