import { toHex } from "../../shared/hex.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import { KeyNotFoundError } from "../key-errors.ts";
import type { SuppliedKey } from "../kme/key-request.ts";

interface Handed {
  readonly keys: readonly SuppliedKey[];
  readonly timer: NodeJS.Timeout;
}

/**
 * Lets a client whose answer got lost ask once more. A deviation from ETSI GS QKD 014, so off unless a time is given:
 * for that time the keys of an answer stay in memory, for the same SAE, the same master and the same IDs, once.
 */
export class RetryGrace {
  readonly #graceMs: number;
  readonly #handed = new Map<string, Handed>();

  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  /** @param ask consumes the keys; its error passes unless these very keys were handed out a moment ago. */
  async collect(
    saes: readonly [slave: string, master: string],
    keyIds: readonly Uint8Array[],
    ask: () => Promise<readonly SuppliedKey[]>,
  ): Promise<readonly SuppliedKey[]> {
    if (this.#graceMs <= 0) return ask();
    const name = JSON.stringify([...saes, ...keyIds.map(toHex)]);
    try {
      const keys = await ask();
      this.#keep(name, keys);
      return keys;
    } catch (error) {
      const handed = error instanceof KeyNotFoundError ? this.#handed.get(name) : undefined;
      if (handed === undefined) throw error;
      clearTimeout(handed.timer);
      this.#handed.delete(name);
      return handed.keys;
    }
  }

  close(): void {
    for (const name of [...this.#handed.keys()]) this.#forget(name);
  }

  #keep(name: string, keys: readonly SuppliedKey[]): void {
    this.#forget(name);
    const copies = keys.map(({ keyId, key }) => ({ keyId, key: SecretBytes.copyOf(key.reveal()) }));
    const timer = setTimeout(() => this.#forget(name), this.#graceMs);
    timer.unref();
    this.#handed.set(name, { keys: copies, timer });
  }

  #forget(name: string): void {
    const handed = this.#handed.get(name);
    if (handed === undefined) return;
    clearTimeout(handed.timer);
    this.#handed.delete(name);
    for (const { key } of handed.keys) key.destroy();
  }
}
