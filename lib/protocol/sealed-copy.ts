import type { Bytes } from "../shared/bytes.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { bytesOf, idBytes, structOf, uintOf } from "./cbor-codecs.ts";
import { lengths, limits } from "./limits.ts";

/** A key sealed by a gateway to one device, stored until acknowledged: the same bytes on every fetch. */
export interface SealedCopy {
  /** Names the HPKE context that `enc` opens; one context serves many copies. */
  readonly contextId: Bytes;
  readonly enc: Bytes;
  readonly index: number;
  /** AES-256-GCM ciphertext ‖ tag of the key. */
  readonly ciphertext: Bytes;
  /** Which access secret of the device is the context's psk. */
  readonly generation: number;
}

const codec = structOf<SealedCopy>({
  contextId: [1, idBytes],
  enc: [2, bytesOf(lengths.encapsulation)],
  index: [3, uintOf(limits.sealingContextCopies - 1)],
  ciphertext: [4, bytesOf(32 + lengths.tag, limits.envelope + lengths.tag)],
  generation: [5, uintOf()],
});

export function encodeSealedCopy(copy: SealedCopy): Bytes {
  return encodeWith(codec, "sealed copy", copy, limits.channelFrame);
}

export function decodeSealedCopy(bytes: Uint8Array): SealedCopy {
  return decodeWith(codec, "sealed copy", bytes, limits.channelFrame);
}
