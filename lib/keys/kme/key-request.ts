import type { SecretBytes } from "../../shared/secret-bytes.ts";
import type { KeyOrigin } from "../key-provider.ts";
import type { KeyPriority } from "../policy/waiting-queue.ts";

/** What an SAE asks of its KME, checked for form; KME.encKeys checks it against limits and the network. */
export interface KeyDemand {
  readonly masterSae: string;
  /** The slave of the path first, then the additional ones. */
  readonly slaveSaes: readonly string[];
  readonly number: number;
  /** Bits. */
  readonly size: number;
  /** Sites and links (by their identifier) that no key or share of it may touch. */
  readonly avoidSites?: readonly string[];
  readonly space?: "allow" | "forbid" | "require";
  /** Routes without a common node, each carrying a share; K is the XOR of the shares. Default 1. */
  readonly disjoint?: number;
  /** Whose turn it is where key is short. Default "ordinary". */
  readonly priority?: KeyPriority;
  /** How long the keys may wait, ms. */
  readonly maxAgeMs?: number;
}

export interface SuppliedKey {
  /** 16 bytes. */
  readonly keyId: Uint8Array;
  readonly key: SecretBytes;
}

export interface KeySupply {
  readonly keys: readonly SuppliedKey[];
  readonly origin: KeyOrigin;
}

/** What `status` answers, ETSI GS QKD 014 §6.1 without the names. */
export interface KmeStatus {
  readonly sourceKme: string;
  readonly targetKme: string;
  readonly storedKeyCount: number;
}
