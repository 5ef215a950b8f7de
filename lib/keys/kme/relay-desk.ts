import { VernamError } from "../../shared/errors.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import { randomUuid } from "../../shared/uuid.ts";
import { KeyRouteUnmetError, KeyUnavailableError } from "../key-errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { LinkNetwork } from "../link-types.ts";
import type { KeyPolicy } from "../policy/key-policy.ts";
import { carryOrder } from "./carry-order.ts";
import type { KeyStore } from "./key-store.ts";
import {
  bytesPerLinkOf,
  type HopWire,
  leastEpsilonExponent,
  networkBytes,
  type ReservedTree,
  reserveTrees,
} from "./relay.ts";
import { demandOf, isConstrained, notYet, type RelayOrder, wishOf } from "./relay-order.ts";
import type { RouteFinder } from "./route-finder.ts";
import type { Supply, WaitingKey } from "./supply.ts";
import type { AtStep } from "./supply-steps.ts";
import type { WrappingKeys } from "./wrapping-keys.ts";

export interface RelayedKeys {
  readonly keys: readonly { readonly keyId: Uint8Array; readonly key: SecretBytes }[];
  readonly routes: readonly (readonly string[])[];
  /** Bytes of link key burned for these keys, a share of the relay's where others rode along. */
  readonly networkBytes: number;
  readonly epsilonExponent: number;
}

/** An end-to-end relay that was committed. */
export interface RelayEvent {
  readonly keyIds: readonly Uint8Array[];
  readonly masterSite: string;
  readonly slaveSites: readonly string[];
  readonly routes: readonly (readonly string[])[];
  readonly bits: number;
  readonly networkBytes: number;
  readonly purpose: "relayed" | "supplied";
  readonly at: number;
}

export interface RelayDeskOptions {
  readonly network: LinkNetwork;
  readonly policy: KeyPolicy;
  readonly finder: RouteFinder;
  readonly ledger: Ledger;
  readonly store: KeyStore;
  readonly wrapping: WrappingKeys;
  readonly now: () => number;
  readonly wire: HopWire;
  readonly atStep: AtStep;
}

interface Waiting {
  readonly order: RelayOrder;
  readonly number: number;
  readonly resolve: (keys: RelayedKeys) => void;
  readonly reject: (error: unknown) => void;
}

/** Requests of one turn of the event loop share a relay up to this many bytes of key. */
const frameBytes = 16_384;

/**
 * Makes end-to-end keys: draws them at random at the master's node, carries them to every slave's node and has them
 * wait there, durably, before anybody gets one. Orders alike that come in the same turn share one relay: one pad and
 * one tag per hop for all.
 */
export class RelayDesk {
  readonly #options: RelayDeskOptions;
  readonly #listeners = new Set<(event: RelayEvent) => void>();
  #waiting = new Map<string, Waiting[]>();
  #scheduled = false;
  /** Burned key whose ledger row could not be written yet. */
  #owed: Parameters<KeyStore["voidRelay"]>[0][] = [];

  constructor(options: RelayDeskOptions) {
    this.#options = options;
  }

  /** @throws KeyUnavailableError when no route has the key or the ledger cannot be written. */
  order(order: RelayOrder, number: number): Promise<RelayedKeys> {
    return new Promise((resolve, reject) => {
      const alike = JSON.stringify(order);
      const entry = { order, number, resolve, reject };
      const found = this.#waiting.get(alike);
      if (found === undefined) this.#waiting.set(alike, [entry]);
      else found.push(entry);
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.#departAll());
    });
  }

  onRelay(listener: (event: RelayEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tries again to account for burned key that could not be ledgered when it was burned. */
  async settleOwed(): Promise<void> {
    const owed = this.#owed;
    this.#owed = [];
    for (const debt of owed) await this.#voidRelay(debt);
  }

  #departAll(): void {
    this.#scheduled = false;
    const groups = [...this.#waiting.values()];
    this.#waiting = new Map();
    for (const group of groups) for (const load of splitLoads(group)) void this.#depart(load);
  }

  /** One relay for `load`; when the network cannot carry all of it at once, each request tries alone. */
  async #depart(load: readonly Waiting[]): Promise<void> {
    const [first] = load;
    if (first === undefined) return;
    const number = load.reduce((sum, entry) => sum + entry.number, 0);
    try {
      const { keys, routes } = await this.#relay(first.order, number);
      let at = 0;
      for (const entry of load) {
        const share = entry.number / number;
        entry.resolve({
          keys: keys.slice(at, at + entry.number),
          routes: routes.flatMap((tree) => tree.routes),
          networkBytes: Math.ceil(networkBytes(routes) * share),
          epsilonExponent: leastEpsilonExponent(routes),
        });
        at += entry.number;
      }
    } catch (error) {
      if (load.length === 1) first.reject(error);
      else for (const entry of load) void this.#depart([entry]);
    }
  }

  async #relay(
    order: RelayOrder,
    number: number,
  ): Promise<{ keys: RelayedKeys["keys"]; routes: readonly ReservedTree[] }> {
    const { now, wrapping, store, atStep } = this.#options;
    const at = now();
    const keyIds = Array.from({ length: number }, randomUuid);
    const record = {
      at,
      masterSite: order.masterSite,
      masterSae: order.masterSae,
      slaveSites: order.slaves.map(({ site }) => site),
      bits: order.keyBytes * 8,
      keyIds,
    };
    const routes = this.#reserveAll(order, number * order.keyBytes);
    atStep("reserved");
    const material = SecretBytes.random(number * order.keyBytes);
    const wrappingKey = wrapping.hold(at);
    const seen = new Set<string>();
    try {
      const waiting = this.#carryAll(order, keyIds, material, routes, seen, wrappingKey.id, at);
      atStep("carried");
      const supply: Supply = { ...record, waiting, wrappingKey, routes };
      await store.supply(supply);
      this.#announce(routes, -1);
      this.#tell(supply);
      return { keys: cut(material, keyIds, order.keyBytes), routes };
    } catch (error) {
      const tampered = error instanceof VernamError && error.code === "relay.tampered";
      const reason = tampered ? error.message : "the ledger could not be written";
      await this.#voidRelay({ ...record, routes, seen: [...seen], reason });
      throw tampered
        ? new KeyUnavailableError(error.message, { retryAfterMs: 1000, cause: error })
        : new KeyUnavailableError("The key ledger cannot be written, so no key is supplied.", {
            retryAfterMs: 10_000,
            cause: error,
          });
    } finally {
      wrapping.release(wrappingKey.id);
      material.destroy();
    }
  }

  /** Sets key aside on the ways to all slave sites, or nowhere; where key is short, when it is this order's turn. */
  #reserveAll(order: RelayOrder, keyBytes: number): ReservedTree[] {
    const { finder, network, policy } = this.#options;
    const demand = demandOf(order, keyBytes, (name) => finder.knows(name));
    const found = finder.findTrees(demand);
    if ("reason" in found) {
      if (found.unmet && isConstrained(order)) throw new KeyRouteUnmetError(found.reason);
      const wanted = new Map(finder.wantedLinks(demand).map((link) => [link, demand.bytes]));
      throw notYet(found.reason, policy.wait(wishOf(order, wanted)));
    }
    const wish = wishOf(order, bytesPerLinkOf(found.trees, keyBytes));
    const delay = policy.admit(wish);
    if (delay !== undefined)
      throw notYet("Key on the way is short, and others are before this request.", delay);
    const reserved = reserveTrees(network, found.trees, keyBytes);
    if (reserved === undefined)
      throw notYet(
        "The links of the routes have too little key for all recipients at once.",
        policy.wait(wish),
      );
    policy.served(wish);
    this.#announce(reserved, 1);
    return reserved;
  }

  /** Carries the material to every slave's node and wraps what arrived there. */
  #carryAll(
    order: RelayOrder,
    keyIds: readonly Uint8Array[],
    material: SecretBytes,
    routes: readonly ReservedTree[],
    seen: Set<string>,
    wrappingKey: number,
    at: number,
  ): WaitingKey[] {
    const { wrapping, wire } = this.#options;
    const arrived = carryOrder(material, routes, wire, seen);
    if (order.slaves.some(({ site }) => site === order.masterSite))
      arrived.set(order.masterSite, material.reveal().slice());
    try {
      return order.slaves.flatMap(({ sae, site }) =>
        keyIds.map((keyId, i) => {
          const copy = arrived.get(site);
          if (copy === undefined) throw new Error(`no way of the relay led to ${site}`);
          const key = copy.subarray(i * order.keyBytes, (i + 1) * order.keyBytes);
          const wrapped = wrapping.wrap(wrappingKey, keyId, sae, key);
          return { keyId, sae, masterSae: order.masterSae, site, expiresAt: at + order.waitMs, wrapped };
        }),
      );
    } finally {
      for (const copy of arrived.values()) copy.fill(0);
    }
  }

  async #voidRelay(debt: Parameters<KeyStore["voidRelay"]>[0]): Promise<void> {
    try {
      await this.#options.store.voidRelay(debt);
      this.#announce(debt.routes, -1);
    } catch {
      this.#owed.push(debt);
    }
  }

  #announce(routes: readonly ReservedTree[], sign: 1 | -1): void {
    const { accounts } = this.#options.ledger;
    for (const { hops, bytesPerLink } of routes) {
      for (const { pool, purpose } of hops) accounts.announce(pool.linkId, purpose, sign * bytesPerLink);
    }
  }

  #tell(supply: Supply): void {
    const { keyIds, masterSite, slaveSites, bits, at, routes } = supply;
    const event: RelayEvent = {
      keyIds,
      masterSite,
      slaveSites,
      bits,
      at,
      routes: routes.flatMap((tree) => tree.routes),
      networkBytes: networkBytes(routes),
      purpose: routes.some(({ hops }) => hops.some((hop) => hop.purpose === "relayed"))
        ? "relayed"
        : "supplied",
    };
    for (const listener of this.#listeners) listener(event);
  }
}

/** Loads of at most frameBytes, except that one request is never split. */
function splitLoads(group: readonly Waiting[]): Waiting[][] {
  const loads: Waiting[][] = [];
  let room = 0;
  for (const entry of group) {
    const bytes = entry.number * entry.order.keyBytes;
    const load = loads.at(-1);
    if (load !== undefined && bytes <= room) load.push(entry);
    else {
      loads.push([entry]);
      room = frameBytes;
    }
    room -= bytes;
  }
  return loads;
}

function cut(material: SecretBytes, keyIds: readonly Uint8Array[], keyBytes: number): RelayedKeys["keys"] {
  const bytes = material.reveal();
  return keyIds.map((keyId, i) => ({
    keyId,
    key: SecretBytes.copyOf(bytes.subarray(i * keyBytes, (i + 1) * keyBytes)),
  }));
}
