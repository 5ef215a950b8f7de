import { type Bytes, equalBytes } from "../shared/bytes.ts";
import { SecretBytes } from "../shared/secret-bytes.ts";
import type { AccessSecret } from "./access-secret.ts";
import { fromCarriedText, toCarriedText } from "./carried-text.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { bytesOf, hashBytes, idBytes, siteText, structOf, uintOf, versionedOf } from "./cbor-codecs.ts";
import { lengths, limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";

/**
 * Approval mode: the access secret of generation 0, printed or saved at the site and carried by hand. Whoever reads it
 * can only use it with the private keys of that very device.
 */
interface AccessCard {
  readonly site: string;
  readonly device: Bytes;
  /** `deviceKeysHash` as the site saw them. */
  readonly keysHash: Bytes;
  /** Secret. */
  readonly secret: Bytes;
  /** Milliseconds UTC. */
  readonly issuedAt: number;
}

export interface AccessCardFacts {
  readonly site: string;
  readonly device: Bytes;
  readonly keysHash: Bytes;
}

const codec = versionedOf<AccessCard>({
  site: [2, siteText],
  device: [3, idBytes],
  keysHash: [4, hashBytes],
  secret: [5, bytesOf(lengths.accessSecret)],
  issuedAt: [6, uintOf()],
});

/** The gateway's side: the text of the QR code or file. It is a secret: show it once, store it nowhere. */
export function writeAccessCard(facts: AccessCardFacts, secret: SecretBytes, issuedAt: number): string {
  const { site, device, keysHash } = facts;
  const card = { site, device, keysHash, secret: secret.reveal(), issuedAt };
  const bytes = encodeWith(codec, "access card", card, limits.header);
  try {
    return toCarriedText("access", bytes);
  } finally {
    bytes.fill(0);
  }
}

/**
 * The device's side. `own` holds what this device knows of itself and of its site: a card for other keys means that
 * somebody's keys were swapped on the way to the officer.
 * @throws ProtocolError carried.*, cbor.*, access-card.other-device, access-card.other-keys
 */
export function readAccessCard(text: string, own: AccessCardFacts): AccessSecret {
  const bytes = fromCarriedText("access", text);
  const card = decodeWith(codec, "access card", bytes, limits.header);
  bytes.fill(0);
  const secret = SecretBytes.own(card.secret);
  if (card.site !== own.site || !equalBytes(card.device, own.device)) {
    secret.destroy();
    throw new ProtocolError("access-card.other-device", "this access card is for another device", {
      nextStep: "Use the card that your site's officer made for this device.",
    });
  }
  if (!equalBytes(card.keysHash, own.keysHash)) {
    secret.destroy();
    throw new ProtocolError("access-card.other-keys", "the site has other keys for this device", {
      nextStep: "Stop, and tell your site's security officer.",
    });
  }
  return { generation: 0, secret };
}

/** What the gateway answers an approved device over the network: no access secret. */
export interface ApprovedAnswer {
  /** Signed DeviceCertificate. */
  readonly certificate: Bytes;
  /** Signed SiteList. */
  readonly siteList: Bytes;
}

const answerCodec = structOf<ApprovedAnswer>({
  certificate: [1, bytesOf(1, limits.signed)],
  siteList: [2, bytesOf(1, limits.siteList)],
});

const answerMaximum = limits.siteList + limits.signed;

export function encodeApprovedAnswer(answer: ApprovedAnswer): Bytes {
  return encodeWith(answerCodec, "approved answer", answer, answerMaximum);
}

export function decodeApprovedAnswer(bytes: Uint8Array): ApprovedAnswer {
  return decodeWith(answerCodec, "approved answer", bytes, answerMaximum);
}
