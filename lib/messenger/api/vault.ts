import type { VaultConsent, VaultRequest } from "../../protocol/vault-request.ts";
import type { VaultShare } from "../../protocol/vault-share.ts";

/** What this device signs for a vault: these three structures and nothing else, each under its own label. */
export type VaultStatement =
  | { readonly kind: "share"; readonly value: VaultShare }
  | { readonly kind: "request"; readonly value: VaultRequest }
  | { readonly kind: "consent"; readonly value: VaultConsent };

/** A device's verification key, certified by its user's site. */
export interface SigningKeyView {
  readonly device: string;
  readonly ed25519Key: Uint8Array<ArrayBuffer>;
}

/** A note that this device keeps, encrypted like its messages; its content is its writer's business. */
export interface VaultNote {
  readonly key: string;
  readonly value: Uint8Array<ArrayBuffer>;
}

/** What secure storage (lib/scenarios/vault) needs of a device beside its messages. */
export interface VaultApi {
  /** The encoded signed structure. */
  signVault(statement: VaultStatement): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Keys of a user's devices that are certified now and not revoked, verified up to the pinned site list; also this
   * user's own. @throws "relay.offline"
   */
  signingKeys(user: string): Promise<readonly SigningKeyView[]>;
  /** Takes the content of a message away from this device, and from no other: its place and its key card stay. */
  discard(message: string): Promise<void>;
  vaultNotes(): Promise<readonly VaultNote[]>;
  /** null removes the note. Durable when the promise resolves. */
  keepVaultNote(key: string, value: Uint8Array<ArrayBuffer> | null): Promise<void>;
}
