import { EtsiKeyProvider } from "../etsi014/etsi-key-provider.ts";
import { KeyRequestError } from "../key-errors.ts";
import type {
  EncKeysAnswer,
  EncKeysRequest,
  KeyProvider,
  ProvidedKey,
  ProviderStatus,
} from "../key-provider.ts";
import type { ExternalKme } from "./external-kmes.ts";

/** Foreign key managers are asked again after these waits before the caller hears of it, ms. */
const shortageWaits = [250, 500, 1000];
/** Keys that the other site drew may reach this key manager late. */
const lateWaits = [100, 200, 400, 800, 1500];

export interface ExternalKeyProviderOptions {
  readonly kme: ExternalKme;
  /** SAE IDs as gateways say them. */
  readonly saeOf: (site: string) => string;
  /** The site's own key manager, for every site that the external one does not know. */
  readonly builtIn: KeyProvider;
  readonly acceptKeys: (keys: readonly ProvidedKey[]) => Promise<void>;
}

/**
 * A site with a real key manager: its keys with the sites named in the configuration come from there, by ETSI GS QKD
 * 014, all others from the built-in network. To the gateway it is one key manager.
 */
export class ExternalKeyProvider implements KeyProvider {
  readonly #external: EtsiKeyProvider;
  readonly #builtIn: KeyProvider;
  /** Our SAE ID → the external key manager's. */
  readonly #names: ReadonlyMap<string, string>;

  constructor({ kme, saeOf, builtIn, acceptKeys }: ExternalKeyProviderOptions) {
    this.#external = new EtsiKeyProvider({
      address: kme.address,
      extensionMandatory: kme.extensionMandatory,
      encKeysRetryMs: shortageWaits,
      decKeysGraceMs: lateWaits,
      acceptKeys,
    });
    this.#builtIn = builtIn;
    this.#names = new Map([...kme.peers].map(([site, sae]) => [saeOf(site), sae]));
  }

  status(slaveSae: string): Promise<ProviderStatus> {
    const name = this.#names.get(slaveSae);
    return name === undefined ? this.#builtIn.status(slaveSae) : this.#external.status(name);
  }

  /** One key cannot come from two networks. */
  canShare(slaveSaes: readonly string[]): boolean {
    const known = slaveSaes.filter((sae) => this.#names.has(sae)).length;
    return known === 0 || known === slaveSaes.length;
  }

  async encKeys(request: EncKeysRequest): Promise<EncKeysAnswer> {
    const slaves = [request.slaveSae, ...(request.additionalSlaveSaes ?? [])];
    const names = slaves.flatMap((sae) => this.#names.get(sae) ?? []);
    const [slaveSae, ...additionalSlaveSaes] = names;
    if (slaveSae === undefined) return this.#builtIn.encKeys(request);
    if (names.length < slaves.length) throw new KeyRequestError("one key cannot come from two networks");
    return this.#external.encKeys({ ...request, slaveSae, additionalSlaveSaes });
  }

  decKeys(masterSae: string, keyIds: readonly string[]): Promise<readonly ProvidedKey[]> {
    const name = this.#names.get(masterSae);
    return name === undefined
      ? this.#builtIn.decKeys(masterSae, keyIds)
      : this.#external.decKeys(name, keyIds);
  }

  async recover(masterSae: string, keyIds: readonly string[]): Promise<readonly ProvidedKey[] | undefined> {
    return this.#names.has(masterSae) ? undefined : this.#builtIn.recover?.(masterSae, keyIds);
  }

  close(): void {
    this.#external.close();
  }
}
