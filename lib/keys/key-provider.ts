import type { SecretBytes } from "../shared/secret-bytes.ts";
import type { KeyPriority } from "./policy/waiting-queue.ts";

/** One key as a gateway gets it from its key manager. `keyId`: lower-case UUID. */
export interface ProvidedKey {
  readonly keyId: string;
  readonly key: SecretBytes;
}

/** What the key manager tells about the way a key took; absent where a foreign key manager does not say. */
export interface KeyOrigin {
  /** Every route that carried a share, each as site ids from master to slave. */
  readonly routes: readonly (readonly string[])[];
  /** Bits of link key burned over all links, tags included, for the whole request. */
  readonly networkBits: number;
  /** ε ≤ 10^-epsilonExponent for each key. */
  readonly epsilonExponent: number;
}

export interface EncKeysRequest {
  readonly slaveSae: string;
  readonly additionalSlaveSaes?: readonly string[];
  readonly number: number;
  /** Bits, a multiple of 8. */
  readonly size: number;
  /** Whose turn it is where key is short; a foreign key manager may not care. Default "ordinary". */
  readonly priority?: KeyPriority;
  /** Routes without a common node, each with a share of the key; refused where there are not so many. Default 1. */
  readonly disjoint?: number;
}

export interface EncKeysAnswer {
  readonly keys: readonly ProvidedKey[];
  readonly origin: KeyOrigin | undefined;
}

export interface ProviderStatus {
  readonly keySize: number;
  readonly storedKeyCount: number;
  readonly maxKeyPerRequest: number;
  readonly maxKeySize: number;
  readonly minKeySize: number;
  readonly maxSaeIdCount: number;
}

/**
 * A site gateway's view of its key manager (ETSI GS QKD 014). Implemented by the ETSI 014 client over mutual TLS
 * (ours or a foreign key manager) and by the built-in direct call.
 */
export interface KeyProvider {
  status(slaveSae: string): Promise<ProviderStatus>;
  /** False when one key cannot reach all of these: each gets a key of its own then. Absent: it can. */
  canShare?(slaveSaes: readonly string[]): boolean;
  /** @throws KeyUnavailableError when there is not enough key (503), with reason and retry time. */
  encKeys(request: EncKeysRequest): Promise<EncKeysAnswer>;
  /** @throws KeyNotFoundError when any key_ID is unknown, expired or already collected. */
  decKeys(masterSae: string, keyIds: readonly string[]): Promise<readonly ProvidedKey[]>;
  /**
   * Keys that this gateway collected in an earlier start (or attempt) and did not store; undefined when one of them is
   * not kept. Absent where the key manager keeps nothing.
   */
  recover?(masterSae: string, keyIds: readonly string[]): Promise<readonly ProvidedKey[] | undefined>;
}
