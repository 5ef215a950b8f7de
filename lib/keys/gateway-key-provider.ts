import type {
  EncKeysAnswer,
  EncKeysRequest,
  KeyProvider,
  ProvidedKey,
  ProviderStatus,
} from "./key-provider.ts";
import type { Kme } from "./kme/kme.ts";

/**
 * A gateway's own key manager, asked whichever way. What the gateway collects stays recoverable until the commit that
 * stores it: ETSI GS QKD 014 knows no acknowledgement, and a kill between the two would lose the key. A client of the
 * interface that is not this gateway gets a key once, as the standard says.
 */
export class GatewayKeyProvider implements KeyProvider {
  readonly #asked: KeyProvider;
  readonly #kme: Kme;
  readonly #sae: string;

  constructor(asked: KeyProvider, kme: Kme, sae: string) {
    this.#asked = asked;
    this.#kme = kme;
    this.#sae = sae;
  }

  status(slaveSae: string): Promise<ProviderStatus> {
    return this.#asked.status(slaveSae);
  }

  encKeys(request: EncKeysRequest): Promise<EncKeysAnswer> {
    return this.#asked.encKeys(request);
  }

  async decKeys(masterSae: string, keyIds: readonly string[]): Promise<readonly ProvidedKey[]> {
    this.#kme.keepHanded(this.#sae, keyIds);
    try {
      return await this.#asked.decKeys(masterSae, keyIds);
    } finally {
      this.#kme.keepNoMore(this.#sae, keyIds);
    }
  }

  async recover(masterSae: string, keyIds: readonly string[]): Promise<readonly ProvidedKey[] | undefined> {
    return this.#kme.recoverHanded(this.#sae, masterSae, keyIds);
  }
}
