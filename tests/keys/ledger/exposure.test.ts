import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitKey, xorInto } from "../../../lib/keys/kme/shares.ts";
import { canRebuild, type KeyWays, nodesThatSaw, waysOf } from "../../../lib/keys/ledger/exposure.ts";
import { SecretBytes } from "../../../lib/shared/secret-bytes.ts";

const detail = {
  keys: ["k"],
  slaves: ["b", "c"],
  routes: ["a n1 b", "a n2 n3 b", "a n3 c", "a n4 c"],
  shares: [1, 2, 1, 2],
};
const ways = waysOf("a", detail);
const knows = (...nodes: string[]) => canRebuild(ways, new Set(nodes));

describe("what nodes can rebuild", () => {
  it("is a key of which they saw every share for one place, and no other", () => {
    expect(knows("n1")).toBe(false);
    expect(knows("n1", "n2")).toBe(true);
    expect(knows("n3", "n4")).toBe(true);
    expect(knows("n2", "n3")).toBe(false);
    // A share for one place and a share for another are of different sharings.
    expect(knows("n1", "n4")).toBe(false);
    expect(knows("elsewhere")).toBe(false);
  });

  it("is every key that they end, or that passed one of them whole", () => {
    expect(knows("a")).toBe(true);
    expect(knows("c")).toBe(true);
    const whole = waysOf("a", { keys: ["k"], slaves: ["b"], routes: ["a n1 b"] });
    expect(canRebuild(whole, new Set(["n1"]))).toBe(true);
    expect(nodesThatSaw(whole)).toEqual({ key: ["n1"], share: [] });
    expect(nodesThatSaw(ways)).toEqual({ key: [], share: ["n1", "n2", "n3", "n4"] });
  });

  it("is what they can compute from what passed them, and nothing else", () => {
    // The slow twin: shares as masks of random bits; the nodes' masks span the key's or they do not.
    const sites = ["n1", "n2", "n3", "n4", "n5"];
    const route = fc.uniqueArray(fc.constantFrom(...sites), { maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(fc.array(route, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 }),
        fc.uniqueArray(fc.constantFrom(...sites), { maxLength: 4 }),
        (slaves, nodes) => {
          const held = new Set(nodes);
          let nextBit = 1;
          const seen: number[] = [];
          for (const routes of slaves) {
            const masks = routes.slice(1).map(() => 1 << nextBit++);
            masks.push(masks.reduce((sum, mask) => sum ^ mask, 1));
            for (const [i, inside] of routes.entries())
              if (inside.some((site) => held.has(site))) seen.push(masks[i]!);
          }
          const keyWays: KeyWays = {
            keyIds: ["k"],
            masterSite: "a",
            slaveSites: slaves.map((_routes, i) => `s${i}`),
            routes: slaves.flatMap((routes, i) => routes.map((inside) => ["a", ...inside, `s${i}`])),
            shares: slaves.flatMap((routes) => routes.map((_route, i) => (routes.length === 1 ? 0 : i + 1))),
          };
          expect(canRebuild(keyWays, held)).toBe(spans(seen, 1));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

function spans(masks: readonly number[], wanted: number): boolean {
  let sums = new Set([0]);
  for (const mask of masks) sums = new Set([...sums, ...[...sums].map((sum) => sum ^ mask)]);
  return sums.has(wanted);
}

describe("shares", () => {
  it("give the key together and are as long", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        fc.integer({ min: 2, max: 4 }),
        (bytes, count) => {
          const key = SecretBytes.copyOf(bytes);
          const sum = new Uint8Array(bytes.length);
          for (const share of splitKey(key, count)) xorInto(sum, share.reveal());
          expect(sum).toEqual(Uint8Array.from(bytes));
        },
      ),
    );
  });

  it("say nothing with one of them missing: no sum of fewer is the key, and each split has others", () => {
    const key = SecretBytes.random(32);
    const wanted = key.reveal().toString();
    const seen = new Set<string>();
    for (let split = 0; split < 20; split++) {
      const shares = splitKey(key, 4).map((share) => share.reveal());
      for (let chosen = 1; chosen < 15; chosen++) {
        const sum = new Uint8Array(32);
        for (const [i, share] of shares.entries()) if ((chosen >> i) & 1) xorInto(sum, share);
        expect(sum.toString()).not.toBe(wanted);
        expect(sum.some((byte) => byte !== 0)).toBe(true);
        seen.add(sum.toString());
      }
    }
    expect(seen.size).toBe(20 * 14);
  });
});
