import { type Bytes, concatBytes } from "../shared/bytes.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { bytesOf, structOf } from "./cbor-codecs.ts";
import { frame } from "./frame.ts";
import { hash } from "./hash.ts";
import { decodeHeader, type Header } from "./header.ts";
import { framedLabel, labels } from "./labels.ts";
import { lengths, limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import { type Signer, verifyEd25519 } from "./signing.ts";

export interface Envelope {
  /** The encoded header as transmitted. */
  readonly header: Bytes;
  readonly ciphertext: Bytes;
  readonly tag: Bytes;
  readonly signature: Bytes;
}

/** A decoded envelope; nothing is verified yet. */
export interface ParsedEnvelope extends Envelope {
  readonly fields: Header;
  readonly bytes: Bytes;
  /** SHA-512 of `bytes`: what parents, receipts and re-send requests name. */
  readonly hash: Bytes;
}

const codec = structOf<Envelope>({
  header: [1, bytesOf(1, limits.header)],
  ciphertext: [2, bytesOf(1, limits.envelope)],
  tag: [3, bytesOf(lengths.tag)],
  signature: [4, bytesOf(lengths.ed25519Signature)],
});

export function encodeEnvelope(envelope: Envelope): Bytes {
  return encodeWith(codec, "envelope", envelope, limits.envelope);
}

export function decodeEnvelope(bytes: Uint8Array): Envelope {
  return decodeWith(codec, "envelope", bytes, limits.envelope);
}

/** Decodes envelope and header. @throws ProtocolError cbor.*, version.unsupported */
export function parseEnvelope(bytes: Uint8Array): ParsedEnvelope {
  const envelope = decodeEnvelope(bytes);
  return {
    ...envelope,
    fields: decodeHeader(envelope.header),
    bytes: bytes as Bytes,
    hash: envelopeHash(bytes),
  };
}

export function envelopeHash(bytes: Uint8Array): Bytes {
  return hash(bytes);
}

/** frame(label) ‖ frame(header) ‖ frame(hash(ciphertext ‖ tag)). */
export function envelopeMessage(header: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Bytes {
  return concatBytes(framedLabel(labels.envelope), frame(header, hash(ciphertext, tag)));
}

/** Signs and encodes. */
export async function signEnvelope(
  header: Bytes,
  ciphertext: Bytes,
  tag: Bytes,
  signer: Signer,
): Promise<Bytes> {
  const signature = await signer.sign(envelopeMessage(header, ciphertext, tag));
  return encodeEnvelope({ header, ciphertext, tag, signature });
}

/** @throws ProtocolError envelope.signature */
export async function verifyEnvelope(envelope: Envelope, ed25519Key: Bytes): Promise<void> {
  const message = envelopeMessage(envelope.header, envelope.ciphertext, envelope.tag);
  if (!(await verifyEd25519(ed25519Key, message, envelope.signature)))
    throw new ProtocolError(
      "envelope.signature",
      "the message was not signed by its sender, or was altered",
      {
        nextStep: "Ask the sender to send it again.",
      },
    );
}
