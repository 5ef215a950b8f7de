import { frame, hash, hex, label } from "./framing.ts";
import { isPaddedLength } from "./padding.ts";
import { demand } from "./refused.ts";
import { decode } from "./shapes.ts";
import { verifyEd25519 } from "./signatures.ts";
import { envelope, type Header, header } from "./structures.ts";
import type { Sealed } from "./suites.ts";

/** An envelope whose signature verified, with the header's bytes as transmitted. */
export interface Received {
  readonly header: Header;
  readonly encodedHeader: Buffer;
  readonly sealed: Sealed;
  /** What the signature stands under. */
  readonly signedMessage: Buffer;
}

/**
 * Steps 1, 2 and 5 of docs/PROTOCOL.md §7.
 * @throws Refused cbor.*, version.unsupported, suite.unsupported, header.epoch,
 * header.padded-length, envelope.length, envelope.signature
 */
export function receive(transmitted: Uint8Array, ed25519Key: string): Received {
  const { header: headerHex, ciphertext, tag, signature } = decode(envelope, transmitted);
  const encodedHeader = hex(headerHex);
  const value = decode(header, encodedHeader);
  demand(value.suite >= 1 && value.suite <= 4, "suite.unsupported");
  demand((value.suite === 1) === (value.epochId === ""), "header.epoch");
  demand(value.suite !== 1 || value.index === 0, "header.epoch");
  demand(isPaddedLength(value.paddedLength), "header.padded-length");
  const overhead = [0, 12, 12, 28][value.suite - 1] ?? 0;
  demand(ciphertext.length / 2 === value.paddedLength + overhead, "envelope.length");
  const sealed = { ciphertext: hex(ciphertext), tag: hex(tag) };
  const signedMessage = Buffer.concat([
    label("envelope"),
    frame(encodedHeader),
    frame(hash(sealed.ciphertext, sealed.tag)),
  ]);
  demand(verifyEd25519(ed25519Key, signedMessage, hex(signature)), "envelope.signature");
  return { header: value, encodedHeader, sealed, signedMessage };
}
