import { split } from "shamir-secret-sharing";
import { type VaultShare, vaultCustodians, vaultDocumentBytes } from "../../protocol/vault-share.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { VaultError } from "./vault-error.ts";
import { sealDocument } from "./vault-secret.ts";

export interface SplitPlan {
  readonly vault: Bytes;
  readonly generation: number;
  /** k: 2…n. */
  readonly threshold: number;
  /** n: one for each custodian, 2…32. */
  readonly total: number;
}

/**
 * Splits a document so that any k of the n shares give it back and k − 1 tell nothing of it but its length.
 * `sign` encodes and signs one. Returns them in the order of their index. The document's name and tag are inside the secret.
 *
 * @throws VaultError vault.plan, vault.document-size
 */
export async function splitDocument(
  document: { readonly name: string; readonly content: Bytes },
  plan: SplitPlan,
  sign: (share: VaultShare) => Promise<Bytes>,
): Promise<Bytes[]> {
  const { vault, generation, threshold, total } = plan;
  if (!(Number.isInteger(threshold) && threshold >= 2 && threshold <= total && total <= vaultCustodians))
    throw new VaultError(
      "vault.plan",
      `a vault needs 2 to ${vaultCustodians} custodians and at least 2 of them`,
    );
  const secret = sealDocument(document);
  try {
    if (secret.length > vaultDocumentBytes)
      throw new VaultError(
        "vault.document-size",
        `a vault takes documents of up to ${vaultDocumentBytes / 1024} kB`,
        {
          nextStep: "Store a shorter document.",
        },
      );
    const shares = await split(secret, total, threshold);
    const signed: Bytes[] = [];
    for (const [i, bytes] of shares.entries()) {
      const share: VaultShare = {
        vault,
        generation,
        index: i + 1,
        threshold,
        total,
        share: bytes as Bytes,
      };
      signed.push(await sign(share));
      bytes.fill(0);
    }
    return signed;
  } finally {
    secret.fill(0);
  }
}
