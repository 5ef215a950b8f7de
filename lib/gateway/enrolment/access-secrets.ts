import { randomBytes } from "node:crypto";
import { type Bytes, copyBytes } from "../../shared/bytes.ts";
import type { Database } from "../../shared/database/database.ts";
import { toHex } from "../../shared/hex.ts";
import type { WrappingKey } from "../site/wrapping-key.ts";

export interface AccessSecret {
  readonly generation: number;
  /** 32 bytes. */
  readonly secret: Bytes;
}

interface StoredSecret {
  readonly generation: number;
  readonly wrapped: Uint8Array;
}

const generationsKept = 2;

/**
 * The access secrets of one site's devices, by generation, newest first. Stored wrapped; a device may open its
 * channel with the newest or the one before, since either side may have crashed before it kept the newest.
 */
export class AccessSecrets {
  readonly #site: string;
  readonly #database: Database;
  readonly #wrapping: WrappingKey;
  readonly #known = new Map<string, readonly AccessSecret[]>();

  constructor(site: string, database: Database, wrapping: WrappingKey) {
    this.#site = site;
    this.#database = database;
    this.#wrapping = wrapping;
  }

  /** Newest first, at most two. Empty for a device that never finished enrolment. */
  async of(device: Uint8Array): Promise<readonly AccessSecret[]> {
    const name = toHex(device);
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const rows = await this.#database.query<StoredSecret>(
      `SELECT "generation", "wrapped" FROM "gateway_access_secret" WHERE "site" = $1 AND "device" = $2
       ORDER BY "generation" DESC LIMIT ${generationsKept}`,
      [this.#site, device],
    );
    const secrets = rows.map(({ generation, wrapped }) => ({
      generation,
      secret: this.#wrapping.unwrap(wrapped, this.#purpose(device, generation)),
    }));
    if (secrets.length > 0 && !this.#known.has(name)) this.#known.set(name, secrets);
    return this.#known.get(name) ?? secrets;
  }

  /** A random first secret at enrolment: generation 0, whatever was there before is forgotten. */
  async restart(device: Uint8Array): Promise<AccessSecret> {
    const first = { generation: 0, secret: copyBytes(randomBytes(32)) };
    await this.#database.transaction(async (client) => {
      await client.query(`DELETE FROM "gateway_access_secret" WHERE "site" = $1 AND "device" = $2`, [
        this.#site,
        device,
      ]);
      await client.query(insertText, this.#row(device, first));
    });
    this.#known.set(toHex(device), [first]);
    return first;
  }

  /** Durable before it returns. A generation that is already there is replaced: the device never confirmed it. */
  async keep(device: Uint8Array, next: AccessSecret): Promise<void> {
    const older = (await this.of(device)).filter((secret) => secret.generation < next.generation);
    await this.#database.query(insertText, this.#row(device, next));
    await this.#database.query(
      `DELETE FROM "gateway_access_secret" WHERE "site" = $1 AND "device" = $2 AND "generation" <= $3`,
      [this.#site, device, next.generation - generationsKept],
    );
    this.#known.set(toHex(device), [next, ...older].slice(0, generationsKept));
  }

  #row(device: Uint8Array, { generation, secret }: AccessSecret) {
    const wrapped = this.#wrapping.wrap(secret, this.#purpose(device, generation));
    return [this.#site, device, generation, wrapped, Date.now()];
  }

  #purpose(device: Uint8Array, generation: number): string {
    return `access secret ${this.#site} ${toHex(device)} ${generation}`;
  }
}

const insertText = `INSERT INTO "gateway_access_secret" ("site", "device", "generation", "wrapped", "created_at")
  VALUES ($1, $2, $3, $4, $5) ON CONFLICT ("site", "device", "generation") DO UPDATE SET "wrapped" = EXCLUDED."wrapped", "created_at" = EXCLUDED."created_at"`;
