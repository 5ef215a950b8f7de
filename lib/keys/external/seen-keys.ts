import { createHmac, randomBytes } from "node:crypto";
import { join } from "node:path";
import type { CommitQueue } from "../../shared/database/commit-queue.ts";
import type { SqlClient } from "../../shared/database/database.ts";
import { VernamError } from "../../shared/errors.ts";
import { readFileIfThere, writePrivateFile } from "../../shared/private-file.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import { parseUuid } from "../../shared/uuid.ts";
import type { ProvidedKey } from "../key-provider.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** A foreign key manager gave a key, or named a key_ID, that it had given before. Nothing of the answer is used. */
class KeyRepeatedError extends VernamError {
  constructor(site: string) {
    super(
      "key.repeated",
      `The external key manager of ${site} repeated a key. Nothing of its answer is used.`,
      {
        nextStep: "Tell the key manager's operator: a key that is used twice protects nothing.",
      },
    );
  }
}

const keptMs = 30 * 24 * 3_600_000;
const keyBytes = 32;

/**
 * At most once, whatever a foreign key manager does: an HMAC of every key and every key_ID that came from it is kept
 * for 30 days, durably before the key is used. A fingerprint tells nothing without the key in `external/seen.key`.
 */
export class SeenKeys {
  readonly #commits: CommitQueue;
  readonly #ledger: Ledger;
  readonly #key: SecretBytes;
  readonly #now: () => number;

  constructor(folder: string, commits: CommitQueue, ledger: Ledger, now: () => number) {
    this.#commits = commits;
    this.#ledger = ledger;
    this.#key = openKey(join(folder, "external", "seen.key"));
    this.#now = now;
  }

  /** @throws KeyRepeatedError, with an alarm in the site's ledger; the keys are then destroyed. */
  async accept(site: string, keys: readonly ProvidedKey[]): Promise<void> {
    const prints = keys.flatMap(({ keyId, key }) => [
      this.#print("id", parseUuid(keyId)),
      this.#print("key", key.reveal()),
    ]);
    const fresh = await this.#commits.run(async (client) => {
      const at = this.#now();
      await client.query("DELETE FROM seen_keys WHERE seen_at < $1", [at - keptMs]);
      const added = await enter(client, site, prints, at);
      if (added === prints.length) return true;
      this.#ledger.append(site, at, "alarm", { cause: "key-repeated", keys: keys.map(({ keyId }) => keyId) });
      return false;
    });
    if (fresh) return;
    for (const { key } of keys) key.destroy();
    throw new KeyRepeatedError(site);
  }

  close(): void {
    this.#key.destroy();
  }

  #print(what: "id" | "key", bytes: Uint8Array): Uint8Array {
    return createHmac("sha256", this.#key.reveal()).update(what).update("\0").update(bytes).digest();
  }
}

async function enter(
  client: SqlClient,
  site: string,
  prints: readonly Uint8Array[],
  at: number,
): Promise<number> {
  const rows = await client.query(
    `INSERT INTO seen_keys (site, fingerprint, seen_at) SELECT $1, print, $3 FROM unnest($2::bytea[]) AS new (print)
     ON CONFLICT DO NOTHING RETURNING 1`,
    [site, [...prints], at],
  );
  return rows.length;
}

function openKey(path: string): SecretBytes {
  const stored = readFileIfThere(path);
  if (stored !== undefined && stored.length !== keyBytes) {
    throw new VernamError("external-kme.seen-key", `The key file ${path} is damaged.`, {
      nextStep: "Restore it, or remove it: repeated keys of the last 30 days are then not recognised.",
    });
  }
  const key = stored ?? randomBytes(keyBytes);
  if (stored === undefined) writePrivateFile(path, key);
  const secret = SecretBytes.copyOf(key);
  key.fill(0);
  return secret;
}
