import { randomBytes } from "node:crypto";
import type { AccessSecret } from "../../protocol/access-secret.ts";
import { copyBytes } from "../../shared/bytes.ts";
import type { Database } from "../../shared/database/database.ts";
import { toHex } from "../../shared/hex.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import type { WrappingKey } from "../site/wrapping-key.ts";

interface Held {
  /** The newest that the device has shown to keep. */
  readonly current: AccessSecret;
  /** Agreed in the last opening of a channel, not confirmed yet. */
  readonly pending: AccessSecret | undefined;
}

interface StoredSecret {
  readonly generation: number;
  readonly confirmed: boolean;
  readonly wrapped: Uint8Array;
}

/**
 * The access secrets of one site's devices, stored wrapped. Each opening of a channel agrees on the next generation;
 * it becomes current when the device uses it, so that either side may crash at any point and still be understood.
 * Secrets handed out stay this register's: callers do not destroy them.
 */
export class AccessSecrets {
  readonly #site: string;
  readonly #database: Database;
  readonly #wrapping: WrappingKey;
  readonly #held = new Map<string, Held>();

  constructor(site: string, database: Database, wrapping: WrappingKey) {
    this.#site = site;
    this.#database = database;
    this.#wrapping = wrapping;
  }

  async current(device: Uint8Array): Promise<AccessSecret | undefined> {
    return (await this.#load(device))?.current;
  }

  /** The current secret or the pending one; undefined for any other generation. */
  async find(device: Uint8Array, generation: number): Promise<SecretBytes | undefined> {
    const held = await this.#load(device);
    return [held?.current, held?.pending].find((access) => access?.generation === generation)?.secret;
  }

  /** A random first secret at enrolment: generation 0, what was there before is forgotten. Durable on return. */
  async restart(device: Uint8Array): Promise<AccessSecret> {
    const first = { generation: 0, secret: SecretBytes.own(copyBytes(randomBytes(32))) };
    await this.#database.transaction(async (client) => {
      await client.query(`DELETE FROM "gateway_access_secret" WHERE "site" = $1 AND "device" = $2`, [
        this.#site,
        device,
      ]);
      await client.query(insertText, this.#row(device, first, true));
    });
    this.#held.set(toHex(device), { current: first, pending: undefined });
    return first;
  }

  /** Keeps what an opening agreed on, instead of an earlier one that was never confirmed. Durable on return. */
  async propose(device: Uint8Array, next: AccessSecret): Promise<void> {
    const held = await this.#load(device);
    if (held === undefined) throw new Error("an access secret follows another");
    await this.#database.query(insertText, this.#row(device, next, false));
    this.#held.set(toHex(device), { current: held.current, pending: next });
  }

  /** The device uses this generation: it is the current one from now on. Durable on return. */
  async confirm(device: Uint8Array, generation: number): Promise<void> {
    const held = await this.#load(device);
    if (held?.pending?.generation !== generation) return;
    await this.#database.transaction(async (client) => {
      await client.query(
        `DELETE FROM "gateway_access_secret" WHERE "site" = $1 AND "device" = $2 AND "generation" < $3`,
        [this.#site, device, generation],
      );
      await client.query(
        `UPDATE "gateway_access_secret" SET "confirmed" = true WHERE "site" = $1 AND "device" = $2 AND "generation" = $3`,
        [this.#site, device, generation],
      );
    });
    this.#held.set(toHex(device), { current: held.pending, pending: undefined });
  }

  async #load(device: Uint8Array): Promise<Held | undefined> {
    const name = toHex(device);
    const known = this.#held.get(name);
    if (known !== undefined) return known;
    const rows = await this.#database.query<StoredSecret>(
      `SELECT "generation", "confirmed", "wrapped" FROM "gateway_access_secret"
       WHERE "site" = $1 AND "device" = $2 ORDER BY "generation" DESC`,
      [this.#site, device],
    );
    const current = rows.find((row) => row.confirmed);
    if (current === undefined) return undefined;
    const pending = rows.find((row) => !row.confirmed && row.generation > current.generation);
    // Another caller may have loaded, or changed, it meanwhile.
    const loaded = this.#held.get(name) ?? {
      current: this.#unwrap(device, current),
      pending: pending === undefined ? undefined : this.#unwrap(device, pending),
    };
    this.#held.set(name, loaded);
    return loaded;
  }

  #unwrap(device: Uint8Array, { generation, wrapped }: StoredSecret): AccessSecret {
    const secret = this.#wrapping.unwrap(wrapped, this.#purpose(device, generation));
    return { generation, secret: SecretBytes.own(secret) };
  }

  #row(device: Uint8Array, { generation, secret }: AccessSecret, confirmed: boolean) {
    const wrapped = this.#wrapping.wrap(secret.reveal(), this.#purpose(device, generation));
    return [this.#site, device, generation, confirmed, wrapped, Date.now()];
  }

  #purpose(device: Uint8Array, generation: number): string {
    return `access secret ${this.#site} ${toHex(device)} ${generation}`;
  }
}

const insertText = `INSERT INTO "gateway_access_secret" ("site", "device", "generation", "confirmed", "wrapped", "created_at")
  VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT ("site", "device", "generation") DO UPDATE
  SET "wrapped" = EXCLUDED."wrapped", "confirmed" = EXCLUDED."confirmed", "created_at" = EXCLUDED."created_at"`;
