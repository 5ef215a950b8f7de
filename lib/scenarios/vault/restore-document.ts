import { combine } from "shamir-secret-sharing";
import type { Parsed } from "../../protocol/signed.ts";
import { parseVaultShare, type VaultShare, verifyVaultShare } from "../../protocol/vault-share.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { VernamError } from "../../shared/errors.ts";
import { VaultError } from "./vault-error.ts";
import { openDocument } from "./vault-secret.ts";

/** A share as a custodian sent it back. */
export interface ReturnedShare {
  /** Who kept it, for the name of a bad one. */
  readonly custodian: string;
  readonly bytes: Uint8Array;
}

export interface BadShare {
  readonly custodian: string;
  readonly code: string;
  readonly reason: string;
}

export interface CheckedShares {
  readonly good: readonly Parsed<VaultShare>[];
  readonly bad: readonly BadShare[];
}

/** What the owner remembers of a vault: enough to know its shares, nothing that tells the document. */
export interface KnownVault {
  readonly vault: Bytes;
  readonly generation: number;
  readonly threshold: number;
  readonly total: number;
  readonly ownerKey: Bytes;
}

/** Verifies every signature before anything is combined, and names what does not belong. */
export async function checkShares(
  known: KnownVault,
  returned: readonly ReturnedShare[],
): Promise<CheckedShares> {
  const good = new Map<number, Parsed<VaultShare>>();
  const bad: BadShare[] = [];
  for (const { custodian, bytes } of returned) {
    try {
      const share = parseVaultShare(bytes);
      await verifyVaultShare(share, known.ownerKey);
      requireSame(known, share.value);
      if (good.has(share.value.index))
        throw new VaultError("vault.share-twice", "the same share came from two custodians");
      good.set(share.value.index, share);
    } catch (error) {
      if (!(error instanceof VernamError)) throw error;
      bad.push({ custodian, code: error.code, reason: error.message });
    }
  }
  return { good: [...good.values()], bad };
}

/** @throws VaultError vault.too-few, vault.not-restored */
export async function restoreDocument(
  known: KnownVault,
  shares: readonly Parsed<VaultShare>[],
): Promise<{ readonly name: string; readonly content: Bytes }> {
  if (shares.length < known.threshold)
    throw new VaultError(
      "vault.too-few",
      `${known.threshold} good shares are needed, ${shares.length} are here`,
      {
        nextStep: "Wait for more custodians, or ask them again.",
      },
    );
  const secret = (await combine(
    shares.slice(0, known.threshold).map(({ value }) => new Uint8Array(value.share)),
  )) as Bytes;
  try {
    return openDocument(secret);
  } finally {
    secret.fill(0);
  }
}

function requireSame(known: KnownVault, share: VaultShare): void {
  if (!equalBytes(share.vault, known.vault))
    throw new VaultError("vault.share-elsewhere", "the share belongs to another document");
  if (share.generation !== known.generation)
    throw new VaultError("vault.share-generation", "the share belongs to another generation of the document");
  if (share.threshold !== known.threshold || share.total !== known.total)
    throw new VaultError("vault.share-numbers", "the share was made for another number of custodians");
}
