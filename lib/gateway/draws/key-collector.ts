import type { KeyProvider, ProvidedKey } from "../../keys/key-provider.ts";

interface Waiting {
  readonly keyIds: readonly string[];
  readonly resolve: (keys: readonly ProvidedKey[]) => void;
  readonly reject: (error: unknown) => void;
}

const keysPerRequest = 100;

/**
 * Collects keys that other sites drew (dec_keys). Collections for the same master that come together share a
 * request; since one unknown key_ID fails a whole request, a failed one is halved until only the guilty fail.
 */
export class KeyCollector {
  readonly #provider: KeyProvider;
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(provider: KeyProvider) {
    this.#provider = provider;
  }

  /** The keys in the order of `keyIds` (lower-case UUIDs). @throws what the key manager reports. */
  collect(masterSae: string, keyIds: readonly string[]): Promise<readonly ProvidedKey[]> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(masterSae);
      const entry = { keyIds, resolve, reject };
      if (waiting !== undefined) waiting.push(entry);
      else {
        this.#waiting.set(masterSae, [entry]);
        setImmediate(() => void this.#run(masterSae));
      }
    });
  }

  /** Keys that an earlier start collected and lost before it stored them. */
  async recover(masterSae: string, keyIds: readonly string[]): Promise<readonly ProvidedKey[] | undefined> {
    return this.#provider.recover?.(masterSae, keyIds);
  }

  async #run(masterSae: string): Promise<void> {
    const waiting = this.#waiting.get(masterSae) ?? [];
    this.#waiting.delete(masterSae);
    const batches: Waiting[][] = [];
    let size = keysPerRequest;
    for (const entry of waiting) {
      size += entry.keyIds.length;
      if (size > keysPerRequest) {
        batches.push([]);
        size = entry.keyIds.length;
      }
      batches.at(-1)?.push(entry);
    }
    await Promise.all(batches.map((batch) => this.#request(masterSae, batch)));
  }

  async #request(masterSae: string, batch: readonly Waiting[]): Promise<void> {
    try {
      const keys = await this.#provider.decKeys(
        masterSae,
        batch.flatMap((entry) => entry.keyIds),
      );
      const byId = new Map(keys.map((key) => [key.keyId.toLowerCase(), key]));
      for (const entry of batch) entry.resolve(entry.keyIds.map((id) => found(byId, id)));
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else {
        const middle = Math.ceil(batch.length / 2);
        await this.#request(masterSae, batch.slice(0, middle));
        await this.#request(masterSae, batch.slice(middle));
      }
    }
  }
}

function found(keys: ReadonlyMap<string, ProvidedKey>, id: string): ProvidedKey {
  const key = keys.get(id);
  if (key === undefined) throw new RangeError("the key manager left a key out of its answer");
  return key;
}
