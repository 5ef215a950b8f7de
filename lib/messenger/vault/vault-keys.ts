import { isCertificateValidAt } from "../../protocol/device-certificate.ts";
import { limits } from "../../protocol/limits.ts";
import type { Signer } from "../../protocol/signing.ts";
import { signVaultConsent, signVaultRequest } from "../../protocol/vault-request.ts";
import { signVaultShare } from "../../protocol/vault-share.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import type { SigningKeyView, VaultStatement } from "../api/vault.ts";
import type { EngineParts } from "../engine/engine-parts.ts";

/** The encoded signed structure. */
export async function signVaultStatement(statement: VaultStatement, signer: Signer): Promise<Bytes> {
  if (statement.kind === "share") return await signVaultShare(statement.value, signer);
  if (statement.kind === "request") return await signVaultRequest(statement.value, signer);
  return await signVaultConsent(statement.value, signer);
}

/** Keys of a user's devices that are certified now and not revoked. @throws MessengerError "relay.offline" */
export async function certifiedKeys(
  user: string,
  { directory, revocations, now }: Pick<EngineParts, "directory" | "revocations" | "now">,
): Promise<readonly SigningKeyView[]> {
  const at = now();
  const certificates = await directory.devicesOf(user);
  return certificates.flatMap(({ value }) => {
    const revoked = revocations().revokedAt(value.site, value.device) !== undefined;
    if (revoked || !isCertificateValidAt(value, at, limits.clockSkew)) return [];
    return [{ device: toHex(value.device), ed25519Key: value.ed25519Key }];
  });
}
