import { SecretBytes } from "../../shared/secret-bytes.ts";
import { formatUuid, parseUuid } from "../../shared/uuid.ts";
import { KeyNotAuthorisedError, KeyNotFoundError, KeyRequestError } from "../key-errors.ts";
import type { KeyMetrics } from "../metrics/key-metrics.ts";
import { hopTagKeyBytes } from "./hop.ts";
import { keyLimits } from "./key-limits.ts";
import type { KeyDemand, KeySupply, KmeStatus, SuppliedKey } from "./key-request.ts";
import type { KeyStore } from "./key-store.ts";
import type { RelayDesk } from "./relay-desk.ts";
import type { RouteFinder } from "./route-finder.ts";
import type { WrappingKeys } from "./wrapping-keys.ts";

export interface KmeOptions {
  readonly site: string;
  readonly desk: RelayDesk;
  readonly store: KeyStore;
  readonly wrapping: WrappingKeys;
  readonly finder: RouteFinder;
  /** The site whose KME serves an SAE; undefined for a stranger. */
  readonly siteOfSae: (sae: string) => string | undefined;
  readonly now: () => number;
  readonly metrics: Pick<KeyMetrics, "observe">;
}

/** The key manager of one site: what its SAEs may ask (ETSI GS QKD 014), whatever the transport. */
export class Kme {
  readonly site: string;
  readonly id: string;
  readonly #options: KmeOptions;
  /** "SAE key_ID" of what gateways of this process are collecting now. */
  readonly #keeping = new Set<string>();

  constructor(options: KmeOptions) {
    this.site = options.site;
    this.id = kmeIdOf(options.site);
    this.#options = options;
  }

  /**
   * New keys, the same for the caller and every slave named.
   * @throws KeyRequestError, KeyNotAuthorisedError, KeyUnavailableError.
   */
  encKeys(demand: KeyDemand): Promise<KeySupply> {
    return this.#options.metrics.observe("enc_keys", () => this.#encKeys(demand));
  }

  async #encKeys(demand: KeyDemand): Promise<KeySupply> {
    this.#mustServe(demand.masterSae);
    checkDemand(demand);
    const slaves = demand.slaveSaes.map((sae) => ({ sae, site: this.#siteOfSlave(sae) }));
    this.#mustKnow(demand.avoidSites ?? []);
    const relayed = await this.#options.desk.order(
      {
        masterSite: this.site,
        masterSae: demand.masterSae,
        slaves,
        keyBytes: demand.size / 8,
        avoidSites: demand.avoidSites ?? [],
        space: demand.space ?? "allow",
        disjoint: demand.disjoint ?? 1,
        priority: demand.priority ?? "ordinary",
        waitMs: Math.min(demand.maxAgeMs ?? keyLimits.waitMs, keyLimits.waitMs),
      },
      demand.number,
    );
    return {
      keys: relayed.keys,
      origin: {
        routes: relayed.routes.length === 0 ? [[this.site]] : relayed.routes,
        networkBits: relayed.networkBytes * 8,
        epsilonExponent: relayed.epsilonExponent,
      },
    };
  }

  /**
   * Keys that wait for `slaveSae`, once; all or none.
   * @throws KeyRequestError, KeyNotFoundError, KeyNotAuthorisedError.
   */
  decKeys(slaveSae: string, masterSae: string, keyIds: readonly Uint8Array[]): Promise<SuppliedKey[]> {
    return this.#options.metrics.observe("dec_keys", () => this.#decKeys(slaveSae, masterSae, keyIds));
  }

  async #decKeys(slaveSae: string, masterSae: string, keyIds: readonly Uint8Array[]): Promise<SuppliedKey[]> {
    this.#mustServe(slaveSae);
    const { store, wrapping, now } = this.#options;
    const keep = keyIds.every((keyId) => this.#keeping.has(`${slaveSae} ${formatUuid(keyId)}`));
    const at = now();
    const collected = await store.collect({ at, site: this.site, sae: slaveSae, masterSae, keyIds, keep });
    return collected.map(({ keyId, wrappingKey, wrapped }) => ({
      keyId,
      key: SecretBytes.own(openOrMissing(() => wrapping.unwrap(wrappingKey, keyId, slaveSae, wrapped))),
    }));
  }

  /** What `sae`, a gateway of this process, collects of these (lower-case UUIDs) is kept until it stores it. */
  keepHanded(sae: string, keyIds: readonly string[]): void {
    for (const keyId of keyIds) this.#keeping.add(`${sae} ${keyId}`);
  }

  keepNoMore(sae: string, keyIds: readonly string[]): void {
    for (const keyId of keyIds) this.#keeping.delete(`${sae} ${keyId}`);
  }

  /** Keys that `sae` collected with `keepHanded` and did not store; undefined when any of them is not kept. */
  async recoverHanded(
    sae: string,
    masterSae: string,
    keyIds: readonly string[],
  ): Promise<{ readonly keyId: string; readonly key: SecretBytes }[] | undefined> {
    this.#mustServe(sae);
    const { store, wrapping } = this.#options;
    const ids = keyIds.map(parseUuid);
    const rows = new Map(
      (await store.handed(sae, masterSae, ids)).map((row) => [formatUuid(row.keyId), row]),
    );
    const found = keyIds.flatMap((keyId) => rows.get(keyId) ?? []);
    if (found.length < keyIds.length) return undefined;
    return found.map(({ keyId, wrappingKey, wrapped }) => ({
      keyId: formatUuid(keyId),
      key: SecretBytes.own(openOrMissing(() => wrapping.unwrap(wrappingKey, keyId, sae, wrapped))),
    }));
  }

  /** @throws KeyNotAuthorisedError for a caller of another KME, KeyRequestError for an unknown slave. */
  status(callerSae: string, slaveSae: string): KmeStatus {
    this.#mustServe(callerSae);
    if (callerSae === slaveSae) throw new KeyRequestError("master and slave SAE are the same");
    const slaveSite = this.#siteOfSlave(slaveSae);
    return {
      sourceKme: this.id,
      targetKme: kmeIdOf(slaveSite),
      storedKeyCount: this.#storedKeys(slaveSite),
    };
  }

  /** Bytes of end-to-end key obtainable now over the best route, or why none. */
  available(slaveSite: string): {
    readonly bytes: number;
    readonly route?: readonly string[];
    readonly reason?: string;
  } {
    if (slaveSite === this.site) return { bytes: Number.MAX_SAFE_INTEGER, route: [this.site] };
    const found = this.#options.finder.find({ from: this.site, to: slaveSite, bytes: hopTagKeyBytes + 1 });
    if ("reason" in found) return { bytes: 0, reason: found.reason };
    return { bytes: found.route.bottleneckBytes - hopTagKeyBytes, route: found.route.sites };
  }

  #storedKeys(slaveSite: string): number {
    const { bytes } = this.available(slaveSite);
    return Math.min(keyLimits.maxKeyCount, Math.floor((bytes * 8) / keyLimits.keySize));
  }

  #mustServe(sae: string): void {
    if (this.#options.siteOfSae(sae) !== this.site) {
      throw new KeyNotAuthorisedError(`SAE ${sae} is not served by ${this.id}`);
    }
  }

  /** To leave out what nobody knows is a wish that was misspelt. */
  #mustKnow(avoid: readonly string[]): void {
    const { finder } = this.#options;
    const unknown = avoid.find((name) => !finder.knows(name) && !finder.knowsLink(name));
    if (unknown !== undefined) throw new KeyRequestError(`there is no site or link ${unknown} to avoid`);
  }

  #siteOfSlave(sae: string): string {
    const site = this.#options.siteOfSae(sae);
    if (site === undefined) throw new KeyRequestError(`SAE ${sae} is not known to ${this.id}`);
    return site;
  }
}

export function kmeIdOf(site: string): string {
  return `kme-${site}`;
}

export function saeIdOf(site: string): string {
  return `sae-${site}`;
}

function checkDemand({ masterSae, slaveSaes, number, size, disjoint = 1 }: KeyDemand): void {
  if (!Number.isInteger(disjoint) || disjoint < 1 || disjoint > keyLimits.maxDisjoint)
    throw new KeyRequestError(`disjoint shall be from 1 to ${keyLimits.maxDisjoint}`);
  if (new Set(slaveSaes).size !== slaveSaes.length) throw new KeyRequestError("a slave SAE is named twice");
  if (slaveSaes.includes(masterSae)) throw new KeyRequestError("master and slave SAE are the same");
  if (slaveSaes.length > keyLimits.maxSaeIdCount + 1) {
    throw new KeyRequestError(`at most ${keyLimits.maxSaeIdCount} additional slave SAEs can be named`);
  }
  if (!Number.isInteger(number) || number < 1) throw new KeyRequestError("number shall be at least 1");
  if (number > keyLimits.maxKeyPerRequest) {
    throw new KeyRequestError(`number shall be at most ${keyLimits.maxKeyPerRequest}`);
  }
  if (!Number.isInteger(size) || size % 8 !== 0) throw new KeyRequestError("size shall be a multiple of 8");
  if (size < keyLimits.minKeySize)
    throw new KeyRequestError(`size shall be at least ${keyLimits.minKeySize}`);
  if (size > keyLimits.maxKeySize) throw new KeyRequestError(`size shall be at most ${keyLimits.maxKeySize}`);
}

/** A row that cannot be opened (its wrapping key gone, or changed in the database) is as good as not there. */
function openOrMissing<T>(open: () => T): T {
  try {
    return open();
  } catch {
    throw new KeyNotFoundError();
  }
}
