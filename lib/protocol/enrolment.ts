import type { Bytes } from "../shared/bytes.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { bytesOf, idBytes, structOf, textOf, versionedOf } from "./cbor-codecs.ts";
import { labels } from "./labels.ts";
import { lengths, limits } from "./limits.ts";
import { type Parsed, parseSigned, signBodyTwice, verifySigned } from "./signed.ts";
import type { DualSigner } from "./signing.ts";

/** A device proves to its gateway that it holds the keys it names, for the user of the identity token. */
export interface EnrolRequest {
  /** EdDSA JWT of the web process, audience "gateway:<site>". */
  readonly identityToken: string;
  readonly device: Bytes;
  readonly ed25519Key: Bytes;
  readonly mlDsaKey: Bytes;
  readonly sealingKey: Bytes;
  /** The gateway's 32 random bytes. */
  readonly challenge: Bytes;
  readonly name: string;
}

export interface EnrolAnswer {
  /** Signed DeviceCertificate. */
  readonly certificate: Bytes;
  /** Signed SiteList. */
  readonly siteList: Bytes;
  /** HPKE encapsulation to the request's sealing key. */
  readonly enc: Bytes;
  /** The 32-byte access secret, generation 0, sealed. */
  readonly sealedSecret: Bytes;
}

const requestCodec = versionedOf<EnrolRequest>({
  identityToken: [2, textOf(limits.identityToken, 1)],
  device: [3, idBytes],
  ed25519Key: [4, bytesOf(lengths.ed25519Key)],
  mlDsaKey: [5, bytesOf(lengths.mlDsaKey)],
  sealingKey: [6, bytesOf(lengths.sealingKey)],
  challenge: [7, bytesOf(lengths.challenge)],
  name: [8, textOf(limits.name)],
});

const answerCodec = structOf<EnrolAnswer>({
  certificate: [1, bytesOf(1, limits.signed)],
  siteList: [2, bytesOf(1, limits.siteList)],
  enc: [3, bytesOf(lengths.encapsulation)],
  sealedSecret: [4, bytesOf(lengths.accessSecret + lengths.tag)],
});

export function encodeEnrolRequest(request: EnrolRequest): Bytes {
  return encodeWith(requestCodec, "enrol request", request, limits.signed);
}

export function decodeEnrolRequest(body: Uint8Array): EnrolRequest {
  return decodeWith(requestCodec, "enrol request", body, limits.signed);
}

/** Both algorithms, by the device that asks. Returns the encoded Signed. */
export function signEnrolRequest(request: EnrolRequest, signer: DualSigner): Promise<Bytes> {
  return signBodyTwice(labels.enrol, encodeEnrolRequest(request), signer);
}

export function parseEnrolRequest(bytes: Uint8Array): Parsed<EnrolRequest> {
  return parseSigned(bytes, decodeEnrolRequest);
}

/** Proof of possession: both signatures under the keys in the request itself. @throws ProtocolError signature.* */
export function verifyEnrolRequest(request: Parsed<EnrolRequest>): Promise<void> {
  return verifySigned(labels.enrol, request.signed, request.value);
}

export function encodeEnrolAnswer(answer: EnrolAnswer): Bytes {
  return encodeWith(answerCodec, "enrol answer", answer, limits.siteList + limits.signed);
}

export function decodeEnrolAnswer(bytes: Uint8Array): EnrolAnswer {
  return decodeWith(answerCodec, "enrol answer", bytes, limits.siteList + limits.signed);
}
