import { expect } from "vitest";
import type { Operations } from "../../support/operations.ts";

export interface KeyBooks {
  /** key_IDs that came out of the network, each with the site that drew it. */
  readonly drawn: ReadonlyMap<string, string>;
  /** "key_ID SAE" of every collection. */
  readonly collected: ReadonlySet<string>;
}

/** Every link's ledger at zero, both ends and the rows of one mind, every chain whole. Returns bytes lost at restarts. */
export async function expectBalanced(operations: Operations): Promise<number> {
  const balances = await operations.balances();
  expect(balances.length).toBeGreaterThan(0);
  for (const { link, balance, agree, a, b, ledger } of balances) {
    expect({ link, balance, agree }).toEqual({ link, balance: 0, agree: true });
    expect(a, link).toEqual(b);
    expect(ledger.generated, `${link} generated`).toBeGreaterThan(0);
  }
  const { ok, brokenAt, checked } = await operations.verify();
  expect({ ok, brokenAt }).toEqual({ ok: true, brokenAt: null });
  expect(checked).toBeGreaterThan(0);
  return balances.reduce((sum, { ledger }) => sum + ledger.lostAtRestart, 0);
}

/** No key_ID entered the ledger twice: not as drawn, not as collected by one SAE, not as used by a device's draw. */
export async function expectKeysDrawnOnce(
  operations: Operations,
  sites: readonly string[],
): Promise<KeyBooks> {
  const drawn = new Map<string, string>();
  const collected = new Set<string>();
  const used = new Set<string>();
  for (const site of sites) {
    for (const { detail } of await operations.entries(site, "relay")) {
      for (const key of detail.keys as readonly string[]) {
        expect(drawn.get(key), `key ${key} left the network twice`).toBeUndefined();
        drawn.set(key, site);
      }
    }
    for (const { detail } of await operations.entries(site, "delivered")) {
      for (const key of detail.keys as readonly string[]) {
        const collection = `${key} ${String(detail.sae)}`;
        expect(collected.has(collection), `${collection} collected twice`).toBe(false);
        collected.add(collection);
      }
    }
    for (const { detail } of await operations.entries(site, "draw")) {
      const key = String(detail.key);
      expect(used.has(key), `key ${key} used for two draws`).toBe(false);
      used.add(key);
    }
  }
  expect(drawn.size).toBeGreaterThan(0);
  expect(collected.size).toBeGreaterThan(0);
  expect(used.size).toBeGreaterThan(0);
  for (const collection of collected) expect(drawn.has(collection.split(" ")[0]!), collection).toBe(true);
  return { drawn, collected };
}
