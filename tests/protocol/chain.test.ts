import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Chain, destroyChain, startChain, stepChain } from "../../lib/protocol/chain.ts";
import { limits } from "../../lib/protocol/limits.ts";
import { decodeReceivingEpoch, encodeReceivingEpoch } from "../../lib/protocol/receiving-epoch.ts";
import { toHex } from "../../lib/shared/hex.ts";
import { SecretBytes } from "../../lib/shared/secret-bytes.ts";
import { expectCode, random } from "./expectations.ts";

const fresh = (seed = new Uint8Array(32).fill(3)) => startChain(SecretBytes.copyOf(seed));

function take(chain: Chain, index: number, now = 0) {
  const step = stepChain(chain, index, now);
  const key = toHex(step.messageKey.reveal());
  for (const secret of step.consumed) secret.destroy();
  return { key, chain: step.chain };
}

function inOrder(count: number): string[] {
  let chain = fresh();
  const keys: string[] = [];
  for (let i = 0; i < count; i++) {
    const step = take(chain, i);
    keys.push(step.key);
    chain = step.chain;
  }
  return keys;
}

describe("an epoch's chain", () => {
  test("gives each position its key whatever the order of arrival, each once", () => {
    const keys = inOrder(20);
    expect(new Set(keys).size).toBe(20);
    const orders = fc.shuffledSubarray(Array.from({ length: 20 }, (_, i) => i));
    fc.assert(
      fc.property(orders, (order) => {
        let chain = fresh();
        for (const index of order) {
          const step = take(chain, index);
          expect(step.key).toBe(keys[index]);
          chain = step.chain;
          expect(() => stepChain(chain, index, 0)).toThrow("was used");
        }
      }),
    );
  });

  test("leaves what went in untouched until the step is taken", () => {
    const chain = fresh();
    const before = toHex(chain.chainKey.reveal());
    const step = stepChain(chain, 5, 0);
    for (const secret of step.made) secret.destroy();
    expect(toHex(chain.chainKey.reveal())).toBe(before);
    expect(chain.skipped.size).toBe(0);
    expect(take(chain, 5).key).toBe(inOrder(6)[5]);
  });

  test("refuses positions beyond the epoch before deriving anything", async () => {
    await expectCode(() => stepChain(fresh(), limits.epochMessages, 0), "chain.index");
    await expectCode(() => stepChain(fresh(), -1, 0), "chain.index");
    await expectCode(() => stepChain(fresh(), 2 ** 40, 0), "chain.index");
  });

  test("keeps at most 1,000 skipped keys", async () => {
    const chain = take(fresh(), limits.skippedKeys).chain;
    expect(chain.skipped.size).toBe(limits.skippedKeys);
    await expectCode(() => stepChain(fresh(), limits.skippedKeys + 1, 0), "chain.skip-limit");
    await expectCode(() => stepChain(chain, limits.skippedKeys + 2, 0), "chain.skip-limit");
    expect(take(chain, limits.skippedKeys + 1).chain.skipped.size).toBe(limits.skippedKeys);
  });

  test("forgets skipped keys after 24 hours, and zeroes them", async () => {
    const chain = take(fresh(), 3, 1000).chain;
    const late = 1000 + limits.skippedKeyAge + 1;
    await expectCode(() => stepChain(chain, 0, late), "chain.used");
    const step = stepChain(chain, 4, late);
    expect(step.chain.skipped.size).toBe(0);
    const skipped = [...chain.skipped.values()].map(({ key }) => key);
    expect(skipped.every((key) => step.consumed.includes(key))).toBe(true);
  });

  test("hands out every secret it gives up", () => {
    const chain = fresh();
    const step = stepChain(chain, 2, 0);
    expect(step.consumed).toContain(chain.chainKey);
    const again = stepChain(step.chain, 0, 0);
    expect(again.consumed).toContain(step.chain.skipped.get(0)?.key);
    destroyChain(again.chain);
    expect(again.chain.chainKey.destroyed).toBe(true);
  });

  test("is stored and restored with its skipped keys", () => {
    const chain = take(fresh(), 4, 7).chain;
    const facts = {
      epochId: random(16),
      suite: 2,
      conversation: random(16),
      senderDevice: random(16),
      rosterHead: random(64),
      recordHash: random(64),
      drawnAt: 5,
    };
    const restored = decodeReceivingEpoch(encodeReceivingEpoch({ ...facts, chain }));
    expect(take(restored.chain, 2, 7).key).toBe(inOrder(3)[2]);
    expect(take(restored.chain, 5, 7).key).toBe(inOrder(6)[5]);
  });
});
