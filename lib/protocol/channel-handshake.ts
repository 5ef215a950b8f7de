import { type Bytes, concatBytes, utf8 } from "../shared/bytes.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { bytesOf, structOf, uintOf, versionedOf } from "./cbor-codecs.ts";
import { frame, uint64 } from "./frame.ts";
import { hash } from "./hash.ts";
import { framedLabel, labels } from "./labels.ts";
import { lengths, limits } from "./limits.ts";

/** Message 2, device to gateway. */
export interface ChannelOpening {
  /** Signed DeviceCertificate. */
  readonly certificate: Bytes;
  /** Fresh X-Wing public key of this session. */
  readonly ephemeralKey: Bytes;
  /** Which access secret is the psk. */
  readonly generation: number;
  readonly enc: Bytes;
  /** First sealed message: the device's Ed25519 signature over frame("vernam/1 channel") ‖ frame(info). */
  readonly sealedSignature: Bytes;
}

/** Message 3, gateway to device. */
export interface ChannelAnswer {
  readonly enc: Bytes;
  /** First sealed message: 32 bytes exported from the device's context, which only the gateway could open. */
  readonly sealedConfirmation: Bytes;
}

const openingCodec = versionedOf<ChannelOpening>({
  certificate: [2, bytesOf(1, limits.signed)],
  ephemeralKey: [3, bytesOf(lengths.sealingKey)],
  generation: [4, uintOf()],
  enc: [5, bytesOf(lengths.encapsulation)],
  sealedSignature: [6, bytesOf(lengths.ed25519Signature + lengths.tag)],
});

const answerCodec = structOf<ChannelAnswer>({
  enc: [1, bytesOf(lengths.encapsulation)],
  sealedConfirmation: [2, bytesOf(32 + lengths.tag)],
});

export function encodeChannelOpening(opening: ChannelOpening): Bytes {
  return encodeWith(openingCodec, "channel opening", opening, limits.signed);
}

export function decodeChannelOpening(bytes: Uint8Array): ChannelOpening {
  return decodeWith(openingCodec, "channel opening", bytes, limits.signed);
}

export function encodeChannelAnswer(answer: ChannelAnswer): Bytes {
  return encodeWith(answerCodec, "channel answer", answer, limits.signed);
}

export function decodeChannelAnswer(bytes: Uint8Array): ChannelAnswer {
  return decodeWith(answerCodec, "channel answer", bytes, limits.signed);
}

/** HPKE info of the device's context: hash(frame(label) ‖ frame(c) ‖ frame(site) ‖ frame(certificate) ‖ frame(e) ‖ frame(generation)). */
export function openingInfo(
  challenge: Bytes,
  site: string,
  opening: Pick<ChannelOpening, "certificate" | "ephemeralKey" | "generation">,
): Bytes {
  const { certificate, ephemeralKey, generation } = opening;
  return hash(
    framedLabel(labels.channel),
    frame(challenge, utf8(site), certificate, ephemeralKey, uint64(generation)),
  );
}

/** HPKE info of the gateway's context: hash(frame(label) ‖ frame(message 1) ‖ frame(message 2)). */
export function answerInfo(challenge: Bytes, opening: Bytes): Bytes {
  return hash(framedLabel(labels.channelAnswer), frame(challenge, opening));
}

/** What the device signs inside its first sealed message. */
export function openingMessage(info: Bytes): Bytes {
  return concatBytes(framedLabel(labels.channel), frame(info));
}
