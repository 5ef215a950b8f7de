import type { KeyOrigin } from "../../keys/key-provider.ts";
import type { KeyShare } from "../../protocol/key-shares.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";

/** One pad as drawn from the key manager; the caller destroys `key`. */
export interface DrawnPad {
  readonly keyIds: readonly Uint8Array<ArrayBuffer>[];
  readonly key: SecretBytes;
  readonly origin: KeyOrigin | undefined;
  /** Where no one key reaches every site: one share for each, in the order in which the sites were given. */
  readonly shares?: readonly Omit<KeyShare, "site">[];
}
