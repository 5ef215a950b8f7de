import { createHmac } from "node:crypto";
import { type Bytes, copyBytes } from "../../shared/bytes.ts";
import type { Database } from "../../shared/database/database.ts";
import { equalSecret } from "../../shared/equal-secret.ts";
import { toHex } from "../../shared/hex.ts";
import { formatUuid } from "../../shared/uuid.ts";
import { GatewayError } from "../gateway-error.ts";
import type { WrappingKey } from "../site/wrapping-key.ts";
import type { KeyCollector } from "./key-collector.ts";
import { joinKeys, type PadDrawer } from "./pad-drawer.ts";

interface PairKey {
  readonly keyId: Bytes;
  readonly key: Bytes;
  readonly createdAt: number;
}

interface PairKeyRow {
  readonly peer: string;
  readonly direction: "out" | "in";
  readonly key_id: Uint8Array;
  readonly wrapped: Uint8Array;
  readonly created_at: number;
}

export interface PairKeysOptions {
  readonly site: string;
  readonly database: Database;
  readonly wrapping: WrappingKey;
  readonly pads: PadDrawer;
  readonly collector: KeyCollector;
  readonly saeOf: (site: string) => string;
  readonly now: () => number;
}

const keyLength = 32;
/** A sending gateway renews its key after a day; a receiving one keeps it while notices under it may still come. */
const renewAfterMs = 24 * 60 * 60 * 1000;
const keepMs = 9 * 24 * 60 * 60 * 1000;

/**
 * Authenticates what one gateway tells another with HMAC-SHA-256 under a key of one day that came over QKD. There is
 * a key for each direction: the gateway that sends draws it as master when it first needs it, and names its key_ID
 * with every notice; the receiver collects it from its own key manager, so only that master can have drawn it.
 */
export class PairKeys {
  readonly #options: PairKeysOptions;
  readonly #keys = new Map<string, PairKey>();
  readonly #current = new Map<string, PairKey>();
  readonly #pending = new Map<string, Promise<PairKey>>();

  constructor(options: PairKeysOptions) {
    this.#options = options;
  }

  /** Reads what earlier starts left and forgets what is too old. */
  async load(): Promise<void> {
    const { database, site, now } = this.#options;
    await database.query(`DELETE FROM "gateway_pair_key" WHERE "site" = $1 AND "created_at" < $2`, [
      site,
      now() - keepMs,
    ]);
    const rows = await database.query<PairKeyRow>(
      `SELECT "peer", "direction", "key_id", "wrapped", "created_at" FROM "gateway_pair_key" WHERE "site" = $1 ORDER BY "created_at"`,
      [site],
    );
    for (const row of rows) {
      const keyId = copyBytes(row.key_id);
      const key = this.#options.wrapping.unwrap(row.wrapped, purposeOf(row.direction, row.peer, keyId));
      this.#remember(row.direction, row.peer, { keyId, key, createdAt: Number(row.created_at) });
    }
  }

  /** The key for notices to `peer`, drawn when there is none of today. @throws what the key manager reports. */
  async outgoing(peer: string): Promise<{ readonly keyId: Bytes; readonly key: Uint8Array }> {
    const current = this.#current.get(peer);
    if (current !== undefined && this.#options.now() - current.createdAt < renewAfterMs) return current;
    return this.#once(`out ${peer}`, () => this.#draw(peer));
  }

  /** The key that `peer` named; collected when it is new. @throws what the key manager reports. */
  async incoming(peer: string, keyId: Uint8Array): Promise<Uint8Array> {
    const name = nameOf("in", peer, keyId);
    const known = this.#keys.get(name);
    if (known !== undefined) return known.key;
    return (await this.#once(name, () => this.#collect(peer, copyBytes(keyId)))).key;
  }

  /** The receiver cannot know a key that we named: draw another for the next notice. */
  renew(peer: string, keyId: Uint8Array): void {
    const current = this.#current.get(peer);
    if (current !== undefined && toHex(current.keyId) === toHex(keyId)) this.#current.delete(peer);
  }

  async #draw(peer: string): Promise<PairKey> {
    const pad = await this.#options.pads.draw([this.#options.saeOf(peer)], keyLength);
    const keyId = pad.keyIds[0];
    if (keyId === undefined || pad.keyIds.length !== 1) {
      pad.key.destroy();
      throw new GatewayError("gateway.pair-key", "The key manager supplies no key of 256 bits.", {
        status: 503,
      });
    }
    return this.#store("out", peer, keyId, pad.key.consume(copyBytes));
  }

  async #collect(peer: string, keyId: Bytes): Promise<PairKey> {
    const keys = await this.#options.collector.collect(this.#options.saeOf(peer), [formatUuid(keyId)]);
    return this.#store("in", peer, keyId, joinKeys(keys, keyLength).consume(copyBytes));
  }

  /** Durable before its first use: a key collected once cannot be collected again. */
  async #store(direction: "out" | "in", peer: string, keyId: Bytes, key: Bytes): Promise<PairKey> {
    const { database, site, wrapping, now } = this.#options;
    const pairKey = { keyId, key, createdAt: now() };
    await database.query(
      `INSERT INTO "gateway_pair_key" ("site", "peer", "direction", "key_id", "wrapped", "created_at") VALUES ($1, $2, $3, $4, $5, $6)`,
      [
        site,
        peer,
        direction,
        keyId,
        wrapping.wrap(key, purposeOf(direction, peer, keyId)),
        pairKey.createdAt,
      ],
    );
    this.#remember(direction, peer, pairKey);
    return pairKey;
  }

  #remember(direction: "out" | "in", peer: string, key: PairKey): void {
    if (direction === "out") this.#current.set(peer, key);
    else this.#keys.set(nameOf(direction, peer, key.keyId), key);
  }

  #once(name: string, make: () => Promise<PairKey>): Promise<PairKey> {
    let pending = this.#pending.get(name);
    if (pending === undefined) {
      pending = make().finally(() => this.#pending.delete(name));
      this.#pending.set(name, pending);
    }
    return pending;
  }
}

function nameOf(direction: string, peer: string, keyId: Uint8Array): string {
  return `${direction} ${peer} ${toHex(keyId)}`;
}

function purposeOf(direction: string, peer: string, keyId: Uint8Array): string {
  return `pair key ${nameOf(direction, peer, keyId)}`;
}

/** HMAC-SHA-256, 32 bytes. */
export function macOf(key: Uint8Array, message: Uint8Array): Bytes {
  return copyBytes(createHmac("sha256", key).update(message).digest());
}

/** Compares in constant time. */
export function macMatches(key: Uint8Array, message: Uint8Array, mac: Uint8Array): boolean {
  return equalSecret(macOf(key, message), mac);
}
