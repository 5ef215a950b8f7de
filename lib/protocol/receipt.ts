import type { Bytes } from "../shared/bytes.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { arrayOf, hashBytes, idBytes, oneOf, uintOf, versionedOf } from "./cbor-codecs.ts";
import { labels } from "./labels.ts";
import { limits } from "./limits.ts";
import { type Parsed, parseSigned, signBody, verifySigned } from "./signed.ts";
import type { Signer } from "./signing.ts";

export const receiptKinds = { delivered: 1, read: 2 } as const;

/** Everything up to and with the frontier was delivered or read. Costs no key; reveals a withheld tail. */
export interface Receipt {
  readonly conversation: Bytes;
  readonly device: Bytes;
  readonly kind: 1 | 2;
  /** Envelope hashes. */
  readonly frontier: readonly Bytes[];
  readonly at: number;
}

const codec = versionedOf<Receipt>({
  conversation: [2, idBytes],
  device: [3, idBytes],
  kind: [4, oneOf([receiptKinds.delivered, receiptKinds.read])],
  frontier: [5, arrayOf(hashBytes, limits.frontier, 1)],
  at: [6, uintOf()],
});

export function encodeReceipt(receipt: Receipt): Bytes {
  return encodeWith(codec, "receipt", receipt, limits.header);
}

export function decodeReceipt(body: Uint8Array): Receipt {
  return decodeWith(codec, "receipt", body, limits.header);
}

export function signReceipt(receipt: Receipt, signer: Signer): Promise<Bytes> {
  return signBody(labels.receipt, encodeReceipt(receipt), signer);
}

export function parseReceipt(bytes: Uint8Array): Parsed<Receipt> {
  return parseSigned(bytes, decodeReceipt);
}

/** `ed25519Key`: of the device that the receipt names. @throws ProtocolError signature.* */
export function verifyReceipt(receipt: Parsed<Receipt>, ed25519Key: Bytes): Promise<void> {
  return verifySigned(labels.receipt, receipt.signed, { ed25519Key });
}
