import type { Bytes } from "../shared/bytes.ts";
import { idBytes, siteText, structOf } from "./cbor-codecs.ts";
import { compareBytes } from "./compare-bytes.ts";
import { ProtocolError } from "./protocol-error.ts";

/** A device that a draw names, and the site whose gateway hands it the key. */
export interface Recipient {
  readonly device: Bytes;
  readonly site: string;
}

export const recipientCodec = structOf<Recipient>({ device: [1, idBytes], site: [2, siteText] });

export function sortRecipients(recipients: readonly Recipient[]): Recipient[] {
  return [...recipients].sort((a, b) => compareBytes(a.device, b.device));
}

/** @throws ProtocolError recipients.order unless ascending by device and each once. */
export function checkRecipients(recipients: readonly Recipient[]): void {
  for (let i = 1; i < recipients.length; i++) {
    if (compareBytes((recipients[i - 1] as Recipient).device, (recipients[i] as Recipient).device) >= 0)
      throw new ProtocolError("recipients.order", "recipients are not in ascending order, each once");
  }
}
