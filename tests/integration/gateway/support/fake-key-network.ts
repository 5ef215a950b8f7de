import { KeyNotFoundError, KeyUnavailableError } from "../../../../lib/keys/key-errors.ts";
import type { KeyProvider, ProvidedKey } from "../../../../lib/keys/key-provider.ts";
import { SecretBytes } from "../../../../lib/shared/secret-bytes.ts";
import { formatUuid, randomUuid } from "../../../../lib/shared/uuid.ts";

interface Waiting {
  readonly master: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Key managers of a whole network as seen by gateways: random keys, each handed out once at each side. */
export class FakeKeyNetwork {
  readonly #waiting = new Map<string, Waiting>();
  /** Bytes of key left; draws beyond it fail. */
  available = Number.POSITIVE_INFINITY;
  /** Key_IDs to supply next instead of random ones. */
  readonly nextIds: string[] = [];
  requests = 0;
  keysDrawn = 0;
  maxKeySize = 1024 * 1024 * 8;
  maxKeyPerRequest = 128;
  maxSaeIdCount = 32;

  providerFor(site: string): KeyProvider {
    const sae = `sae-${site}`;
    return {
      status: async () => ({
        keySize: 256,
        storedKeyCount: 1000,
        maxKeyPerRequest: this.maxKeyPerRequest,
        maxKeySize: this.maxKeySize,
        minKeySize: 64,
        maxSaeIdCount: this.maxSaeIdCount,
      }),
      encKeys: async ({ slaveSae, additionalSlaveSaes = [], number, size }) => {
        this.requests++;
        const cost = (number * size) / 8;
        if (cost > this.available) throw new KeyUnavailableError("not enough key", { retryAfterMs: 1500 });
        this.available -= cost;
        this.keysDrawn += number;
        const keys: ProvidedKey[] = [];
        for (let i = 0; i < number; i++) {
          const keyId = this.nextIds.shift() ?? formatUuid(randomUuid());
          const key = SecretBytes.random(size / 8);
          for (const slave of [slaveSae, ...additionalSlaveSaes])
            this.#waiting.set(`${slave} ${keyId}`, { master: sae, bytes: key.reveal().slice() });
          keys.push({ keyId, key });
        }
        return {
          keys,
          origin: {
            routes: [[site, "pt-bja", slaveSae.slice(4)]],
            networkBits: 2 * number * size,
            epsilonExponent: 14,
          },
        };
      },
      decKeys: async (masterSae, keyIds) => {
        const found = keyIds.map((id) => this.#waiting.get(`${sae} ${id}`));
        if (found.some((key) => key?.master !== masterSae)) throw new KeyNotFoundError();
        return keyIds.map((keyId, index) => {
          this.#waiting.delete(`${sae} ${keyId}`);
          return { keyId, key: SecretBytes.own((found[index] as Waiting).bytes) };
        });
      },
    };
  }
}
