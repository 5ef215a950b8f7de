import { VernamError } from "../../shared/errors.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import { randomUuid } from "../../shared/uuid.ts";
import { KeyUnavailableError } from "../key-errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { LinkNetwork } from "../link-types.ts";
import { hopTagKeyBytes } from "./hop.ts";
import type { KeyStore } from "./key-store.ts";
import { carryKey, destroyHops, type HopWire, type ReservedRoute, reserveRoute } from "./relay.ts";
import type { RouteFinder } from "./route-finder.ts";
import { costPerLink, leastEpsilonExponent, networkBytes, type Supply, type WaitingKey } from "./supply.ts";
import type { WrappingKeys } from "./wrapping-keys.ts";

/** Keys of one size from one master SAE to the same slaves, which may share a relay. */
export interface RelayOrder {
  readonly masterSite: string;
  readonly masterSae: string;
  readonly slaves: readonly { readonly sae: string; readonly site: string }[];
  /** Bytes of each key. */
  readonly keyBytes: number;
  readonly avoidSites: readonly string[];
  readonly space: "allow" | "forbid";
  readonly waitMs: number;
}

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
  readonly finder: RouteFinder;
  readonly ledger: Ledger;
  readonly store: KeyStore;
  readonly wrapping: WrappingKeys;
  readonly now: () => number;
  readonly wire: HopWire;
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
          routes: routes.map(({ route }) => route.sites),
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
  ): Promise<{ keys: RelayedKeys["keys"]; routes: readonly ReservedRoute[] }> {
    const { now, wrapping, store } = this.#options;
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
    const routes = this.#reserveAll(order, number * order.keyBytes, record);
    const material = SecretBytes.random(number * order.keyBytes);
    const wrappingKey = wrapping.hold(at);
    try {
      const waiting = this.#carryAll(order, keyIds, material, routes, wrappingKey.id, at);
      const supply: Supply = { ...record, waiting, wrappingKey, routes };
      await store.supply(supply);
      this.#announce(routes, -1);
      this.#tell(supply);
      return { keys: cut(material, keyIds, order.keyBytes), routes };
    } catch (error) {
      const tampered = error instanceof VernamError && error.code === "relay.tampered";
      await this.#voidRelay({
        ...record,
        routes,
        reason: tampered ? error.message : "the ledger could not be written",
      });
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

  /** Sets key aside on the routes to all slave sites. What is burned before a failure is accounted for as void. */
  #reserveAll(
    order: RelayOrder,
    keyBytes: number,
    record: Omit<Parameters<KeyStore["voidRelay"]>[0], "routes" | "reason">,
  ): ReservedRoute[] {
    const { finder, network } = this.#options;
    const routes: ReservedRoute[] = [];
    for (const { site } of order.slaves) {
      if (site === order.masterSite) continue;
      const found = finder.find({
        from: order.masterSite,
        to: site,
        bytes: keyBytes + hopTagKeyBytes,
        avoidSites: new Set(order.avoidSites),
        space: order.space,
      });
      const reserved = "route" in found ? reserveRoute(network, found.route, keyBytes) : undefined;
      if (reserved === undefined) {
        const reason = "reason" in found ? found.reason : "The links of the route were emptied a moment ago.";
        destroyUntaken(routes);
        if (routes.length > 0) void this.#voidRelay({ ...record, routes, reason });
        throw new KeyUnavailableError(reason);
      }
      this.#announce([reserved], 1);
      routes.push(reserved);
    }
    return routes;
  }

  /** Carries the material to every slave's node and wraps what arrived there. */
  #carryAll(
    order: RelayOrder,
    keyIds: readonly Uint8Array[],
    material: SecretBytes,
    routes: readonly ReservedRoute[],
    wrappingKey: number,
    at: number,
  ): WaitingKey[] {
    const { wrapping, wire } = this.#options;
    const waiting: WaitingKey[] = [];
    const untaken = [...routes];
    try {
      for (const { sae, site } of order.slaves) {
        const reserved = site === order.masterSite ? undefined : untaken.shift();
        const arrived =
          reserved === undefined
            ? material.reveal().slice()
            : carryKey(randomUuid(), material, reserved, wire);
        for (const [i, keyId] of keyIds.entries()) {
          const key = arrived.subarray(i * order.keyBytes, (i + 1) * order.keyBytes);
          const wrapped = wrapping.wrap(wrappingKey, keyId, sae, key);
          const expiresAt = at + order.waitMs;
          waiting.push({ keyId, sae, masterSae: order.masterSae, site, expiresAt, wrapped });
        }
        arrived.fill(0);
      }
      return waiting;
    } catch (error) {
      destroyUntaken(untaken);
      throw error;
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

  #announce(routes: readonly ReservedRoute[], sign: 1 | -1): void {
    const { accounts } = this.#options.ledger;
    for (const reserved of routes) {
      for (const [link, bytes] of costPerLink([reserved])) {
        accounts.announce(link, reserved.purpose, sign * bytes);
      }
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
      routes: routes.map(({ route }) => route.sites),
      networkBytes: networkBytes(routes),
      purpose: routes.some(({ purpose }) => purpose === "relayed") ? "relayed" : "supplied",
    };
    for (const listener of this.#listeners) listener(event);
  }
}

function destroyUntaken(routes: readonly ReservedRoute[]): void {
  for (const { hops } of routes) destroyHops(hops);
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
