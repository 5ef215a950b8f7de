import type { Bytes } from "../shared/bytes.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { bytesOf, idBytes, uintOf, versionedOf } from "./cbor-codecs.ts";
import { labels } from "./labels.ts";
import { ProtocolError } from "./protocol-error.ts";
import { encodeSigned, type Parsed, parseSigned, signedMessage, verifySigned } from "./signed.ts";
import type { Signer } from "./signing.ts";

/**
 * Longest document a vault takes, bytes: one message under a one-time pad carries a share of it, at every
 * classification. Each custodian stores as much again.
 */
export const vaultDocumentBytes = 64 * 1024;
export const vaultCustodians = 32;
const shareBytes = vaultDocumentBytes + 1024;
const signedBytes = shareBytes + 1024;

/** One custodian's part of a document that was split k-of-n (Shamir over GF(2^8), byte by byte). */
export interface VaultShare {
  readonly vault: Bytes;
  /** 1 for the first splitting; shares of different generations never combine. */
  readonly generation: number;
  /** 1…total. */
  readonly index: number;
  /** k: so many shares restore the document, fewer tell nothing. */
  readonly threshold: number;
  /** n. */
  readonly total: number;
  readonly share: Bytes;
}

const codec = versionedOf<VaultShare>({
  vault: [2, idBytes],
  generation: [3, uintOf(0xffffffff, 1)],
  index: [4, uintOf(vaultCustodians, 1)],
  threshold: [5, uintOf(vaultCustodians, 2)],
  total: [6, uintOf(vaultCustodians, 2)],
  share: [7, bytesOf(2, shareBytes)],
});

/** @throws ProtocolError cbor.*, vault.numbers */
export function encodeVaultShare(share: VaultShare): Bytes {
  return encodeWith(codec, "vault share", checked(share), signedBytes);
}

function decodeVaultShare(body: Uint8Array): VaultShare {
  return checked(decodeWith(codec, "vault share", body, signedBytes));
}

/** The owner's device signs each share: a custodian or a carrier that changes one is found out. */
export async function signVaultShare(share: VaultShare, signer: Signer): Promise<Bytes> {
  const body = encodeVaultShare(share);
  const ed25519 = await signer.sign(signedMessage(labels.vaultShare, body));
  return encodeSigned({ body, ed25519 }, signedBytes);
}

export function parseVaultShare(bytes: Uint8Array): Parsed<VaultShare> {
  return parseSigned(bytes, decodeVaultShare, signedBytes);
}

/** @throws ProtocolError signature.* */
export function verifyVaultShare(share: Parsed<VaultShare>, ed25519Key: Bytes): Promise<void> {
  return verifySigned(labels.vaultShare, share.signed, { ed25519Key });
}

function checked(share: VaultShare): VaultShare {
  if (share.threshold > share.total || share.index > share.total)
    throw new ProtocolError("vault.numbers", "a share's numbers do not fit each other");
  return share;
}
