import type { AccessSecret } from "../../protocol/access-secret.ts";
import { copyBytes } from "../../shared/bytes.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import { MessengerError } from "../messenger-error.ts";
import type { DeviceStore } from "../store/device-store.ts";

const most = 256;

/**
 * The access secrets this device shares with its gateway: the newest opens the next session, older ones open copies
 * that were sealed before. Each session adds one; they go once nothing waits that could be sealed under them.
 */
export class AccessSecrets {
  readonly #store: DeviceStore;
  readonly #secrets = new Map<number, SecretBytes>();

  constructor(store: DeviceStore) {
    this.#store = store;
  }

  async load(): Promise<void> {
    for (const { key, value } of await this.#store.range("device", { prefix: "access/" })) {
      this.#secrets.set(Number.parseInt(key.slice("access/".length), 16), SecretBytes.copyOf(value));
    }
  }

  get newest(): AccessSecret {
    const generation = Math.max(...this.#secrets.keys());
    const secret = this.#secrets.get(generation);
    if (!secret) throw new MessengerError("store.corrupt", "this device has no access secret");
    return { generation, secret };
  }

  get(generation: number): SecretBytes | undefined {
    return this.#secrets.get(generation);
  }

  /** Durable when the promise resolves: only then may the session be used. */
  async add({ generation, secret }: AccessSecret): Promise<void> {
    this.#secrets.set(generation, secret);
    await this.#store.commit([
      { table: "device", key: rowKey(generation), value: copyBytes(secret.reveal()) },
    ]);
  }

  /** Forgets all but the two newest; called when the gateway holds nothing for this device, or too many are kept. */
  async forgetOld(nothingWaits: boolean): Promise<void> {
    const old = [...this.#secrets.keys()].sort((a, b) => b - a).slice(nothingWaits ? 2 : most);
    if (old.length === 0) return;
    for (const generation of old) {
      this.#secrets.get(generation)?.destroy();
      this.#secrets.delete(generation);
    }
    await this.#store.commit(
      old.map((generation) => ({ table: "device", key: rowKey(generation), value: null })),
    );
  }

  destroy(): void {
    for (const secret of this.#secrets.values()) secret.destroy();
    this.#secrets.clear();
  }
}

function rowKey(generation: number): string {
  return `access/${generation.toString(16).padStart(10, "0")}`;
}
