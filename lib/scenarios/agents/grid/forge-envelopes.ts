import {
  type Envelope,
  encodeEnvelope,
  type ParsedEnvelope,
  signEnvelope,
} from "../../../protocol/envelope.ts";
import { encodeHeader } from "../../../protocol/header.ts";
import type { Signer } from "../../../protocol/signing.ts";
import type { Bytes } from "../../../shared/bytes.ts";

export const forgeries = ["altered", "replayed", "unsigned"] as const;
export type Forgery = (typeof forgeries)[number];

/** What an attacker without keys can make of an envelope that was caught on the wire. */
export async function forgeEnvelope(
  method: Forgery,
  caught: ParsedEnvelope,
  attacker: { readonly signer: Signer; readonly random: (length: number) => Bytes },
): Promise<Bytes> {
  if (method === "replayed") return caught.bytes;
  if (method === "altered")
    return encodeEnvelope({ ...partsOf(caught), ciphertext: flipOneBit(caught.ciphertext) });
  // An order of the attacker's own: the next one of the same device, signed with the attacker's key.
  const { fields } = caught;
  const header = encodeHeader({
    ...fields,
    messageId: attacker.random(fields.messageId.length),
    sequence: fields.sequence + 1,
    parents: [caught.hash],
  });
  return signEnvelope(
    header,
    attacker.random(caught.ciphertext.length),
    attacker.random(caught.tag.length),
    attacker.signer,
  );
}

function partsOf({ header, ciphertext, tag, signature }: Envelope): Envelope {
  return { header, ciphertext, tag, signature };
}

/** The bit in the middle: where "open" would become something else. */
function flipOneBit(bytes: Bytes): Bytes {
  const altered = bytes.slice();
  const at = altered.length >> 1;
  altered[at] = (altered[at] as number) ^ 1;
  return altered;
}
