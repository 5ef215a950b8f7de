import type { Bytes } from "../../shared/bytes.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";
import { randomUuid } from "../../shared/uuid.ts";
import { carryTree, destroyHops, type HopWire, type ReservedTree } from "./relay.ts";
import { splitKey, xorInto } from "./shares.ts";

/**
 * Brings `key` to every place that `trees` serve: by one tree, or to each place in shares over routes of its own. Every
 * place has shares made afresh, so that shares of two places together say nothing.
 * @param seen gets every node that held the key or a share of it.
 * @returns the key as each place got it; the caller zeroes all of them.
 * @throws RelayTamperedError when a hop of any way does not verify: the key and all its shares are void, and what was
 *   set aside and not used is destroyed.
 */
export function carryOrder(
  key: SecretBytes,
  trees: readonly ReservedTree[],
  wire: HopWire,
  seen: Set<string>,
): Map<string, Bytes> {
  const untaken = [...trees];
  const arrived = new Map<string, Bytes>();
  const take = (tree: ReservedTree): ReservedTree => {
    untaken.splice(untaken.indexOf(tree), 1);
    return tree;
  };
  try {
    for (const tree of trees.filter(({ share }) => share === undefined)) {
      for (const [site, copy] of carryTree(randomUuid(), key, take(tree), wire, seen))
        arrived.set(site, copy);
    }
    for (const [site, ways] of groupByPlace(trees.filter(({ share }) => share !== undefined))) {
      arrived.set(site, carryShares(key, site, ways, take, wire, seen));
    }
    return arrived;
  } catch (error) {
    for (const copy of arrived.values()) copy.fill(0);
    for (const { hops } of untaken) destroyHops(hops);
    throw error;
  }
}

function carryShares(
  key: SecretBytes,
  site: string,
  ways: readonly ReservedTree[],
  take: (tree: ReservedTree) => ReservedTree,
  wire: HopWire,
  seen: Set<string>,
): Bytes {
  const sum = new Uint8Array(key.length);
  const shares = splitKey(key, ways.length);
  try {
    for (const [i, tree] of ways.entries()) {
      const copy = carryTree(randomUuid(), shares[i] as SecretBytes, take(tree), wire, seen).get(
        site,
      ) as Bytes;
      xorInto(sum, copy);
      copy.fill(0);
    }
    return sum;
  } catch (error) {
    sum.fill(0);
    throw error;
  } finally {
    for (const share of shares) share.destroy();
  }
}

function groupByPlace(trees: readonly ReservedTree[]): Map<string, ReservedTree[]> {
  const groups = new Map<string, ReservedTree[]>();
  for (const tree of trees) {
    const place = tree.routes[0]?.at(-1);
    if (place === undefined) continue;
    const group = groups.get(place);
    if (group === undefined) groups.set(place, [tree]);
    else group.push(tree);
  }
  return groups;
}
