import { KeyNotFoundError } from "../key-errors.ts";
import type { ProvidedKey } from "../key-provider.ts";

/** Keys that one part of a request brought while another failed; they wait for the request to be made again. */
export class CollectedKeys {
  readonly #keys = new Map<string, ProvidedKey>();

  /** Those of `ids` that still have to be asked for. */
  missing(master: string, ids: readonly string[]): string[] {
    return ids.filter((id) => !this.#keys.has(`${master} ${id}`));
  }

  keep(master: string, keys: readonly ProvidedKey[]): void {
    for (const key of keys) this.#keys.set(`${master} ${key.keyId}`, key);
  }

  /** All of them, in order, once. @throws KeyNotFoundError when another request took one meanwhile. */
  take(master: string, ids: readonly string[]): ProvidedKey[] {
    const keys = ids.flatMap((id) => this.#keys.get(`${master} ${id}`) ?? []);
    if (keys.length < ids.length) throw new KeyNotFoundError();
    for (const id of ids) this.#keys.delete(`${master} ${id}`);
    return keys;
  }

  destroy(): void {
    for (const { key } of this.#keys.values()) key.destroy();
    this.#keys.clear();
  }
}
