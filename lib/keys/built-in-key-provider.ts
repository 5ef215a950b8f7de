import { formatUuid, parseUuid } from "../shared/uuid.ts";
import { KeyNotFoundError } from "./key-errors.ts";
import type {
  EncKeysAnswer,
  EncKeysRequest,
  KeyProvider,
  ProvidedKey,
  ProviderStatus,
} from "./key-provider.ts";
import { keyLimits } from "./kme/key-limits.ts";
import type { SuppliedKey } from "./kme/key-request.ts";
import type { Kme } from "./kme/kme.ts";

/** A site's KME asked directly, in the same process, as its SAE. */
export class BuiltInKeyProvider implements KeyProvider {
  readonly #kme: Kme;
  readonly #sae: string;

  constructor(kme: Kme, sae: string) {
    this.#kme = kme;
    this.#sae = sae;
  }

  async status(slaveSae: string): Promise<ProviderStatus> {
    const { storedKeyCount } = this.#kme.status(this.#sae, slaveSae);
    return {
      keySize: keyLimits.keySize,
      storedKeyCount,
      maxKeyPerRequest: keyLimits.maxKeyPerRequest,
      maxKeySize: keyLimits.maxKeySize,
      minKeySize: keyLimits.minKeySize,
      maxSaeIdCount: keyLimits.maxSaeIdCount,
    };
  }

  async encKeys(request: EncKeysRequest): Promise<EncKeysAnswer> {
    const { keys, origin } = await this.#kme.encKeys({
      masterSae: this.#sae,
      slaveSaes: [request.slaveSae, ...(request.additionalSlaveSaes ?? [])],
      number: request.number,
      size: request.size,
      ...(request.priority === undefined ? {} : { priority: request.priority }),
      ...(request.disjoint === undefined ? {} : { disjoint: request.disjoint }),
    });
    return { keys: keys.map(toProvided), origin };
  }

  async decKeys(masterSae: string, keyIds: readonly string[]): Promise<readonly ProvidedKey[]> {
    const keys = await this.#kme.decKeys(this.#sae, masterSae, keyIds.map(parseOrMissing));
    return keys.map(toProvided);
  }
}

function toProvided({ keyId, key }: SuppliedKey): ProvidedKey {
  return { keyId: formatUuid(keyId), key };
}

function parseOrMissing(keyId: string): Uint8Array {
  try {
    return parseUuid(keyId);
  } catch {
    throw new KeyNotFoundError();
  }
}
