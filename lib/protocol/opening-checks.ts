import { type Bytes, equalBytes } from "../shared/bytes.ts";
import { toHex } from "../shared/hex.ts";
import type { SecretBytes } from "../shared/secret-bytes.ts";
import { type DeviceCertificate, isCertificateValidAt } from "./device-certificate.ts";
import { type ParsedRecord, verifyDrawRecord } from "./draw-record.ts";
import type { LevelPolicy } from "./level-policy.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { ReceiverView } from "./receiver.ts";
import type { Revocations } from "./revocation-list.ts";
import { type Roster, rosterAt } from "./roster.ts";
import type { Suite } from "./suites.ts";
import type { VerifiedCertificates } from "./verified-certificates.ts";

/** A draw record and its key, as the device's own gateway handed them over. */
export interface HandedKey {
  readonly record: ParsedRecord;
  /** Undefined while the copy is on its way. */
  readonly key: SecretBytes | undefined;
}

/** What a receiver knows when something of a conversation arrives. Nothing in it is changed. */
export interface OpeningContext {
  readonly conversation: Bytes;
  /** This device. */
  readonly self: Bytes;
  /** Milliseconds UTC. */
  readonly now: number;
  readonly certificates: VerifiedCertificates;
  /** The newest roster; older heads are found in its past. */
  readonly roster: Roster;
  readonly handedKey: (recordHash: Bytes) => HandedKey | undefined;
  readonly receiver: ReceiverView;
  /** This device's sealing keys, the current one first: what HYBRID epochs are opened with. */
  readonly sealingSeeds?: () => readonly SecretBytes[];
  /** The network's policy when it is not the default. */
  readonly policy?: LevelPolicy;
  /** The sites' newest revocation lists. */
  readonly revocations?: Revocations;
}

/** What header and epoch start both say of themselves. */
export interface Claims {
  readonly suite: Suite;
  readonly conversation: Bytes;
  readonly senderDevice: Bytes;
  readonly rosterHead: Bytes;
  readonly drawRecordHash: Bytes;
}

/** @throws ProtocolError conversation.other, sender.self */
export function checkPlace(claims: Claims, context: OpeningContext): void {
  if (!equalBytes(claims.conversation, context.conversation))
    throw new ProtocolError("conversation.other", "the message belongs to another conversation");
  if (equalBytes(claims.senderDevice, context.self))
    throw new ProtocolError("sender.self", "the message is this device's own, sent back");
}

/**
 * A certificate that verified up to a pinned site, with the keys that the roster pins for the device, valid when
 * the key was drawn (`drawnAt` undefined: the record is not here yet, the time is checked when it is).
 * @throws ProtocolError certificate.unknown, certificate.key-swapped, certificate.expired
 */
export function chooseCertificate(
  claims: Claims,
  context: OpeningContext,
  drawnAt: number | undefined,
): DeviceCertificate {
  const all = context.certificates.ofDevice(claims.senderDevice).map(({ value }) => value);
  if (all.length === 0)
    throw new ProtocolError("certificate.unknown", "the sender's device certificate is not known here", {
      nextStep: "Connect, so that it can be fetched.",
    });
  const pinned = rosterAt(context.roster, claims.rosterHead)?.devices.get(toHex(claims.senderDevice));
  const own = pinned === undefined ? all : all.filter((certificate) => hasKeys(certificate, pinned));
  if (own.length === 0)
    throw new ProtocolError(
      "certificate.key-swapped",
      "the sender's keys are not those of the conversation",
      {
        nextStep: "Compare safety numbers with the sender.",
      },
    );
  const valid = own.findLast((one) => drawnAt === undefined || isCertificateValidAt(one, drawnAt));
  if (valid === undefined)
    throw new ProtocolError(
      "certificate.expired",
      "the sender's device was not certified when the key was drawn",
      {
        nextStep: "Ask the sender to connect to their site and send it again.",
      },
    );
  return valid;
}

/**
 * Drawn and written before its site revoked the device. A thief who goes on in an epoch that was drawn before can write
 * an earlier time: only a new membership without the device, and with it a new epoch, ends that.
 * @throws ProtocolError certificate.revoked
 */
export function checkNotRevoked(
  { site, device }: DeviceCertificate,
  context: OpeningContext,
  drawnAt: number | undefined,
  writtenAt: number,
): void {
  const revokedAt = context.revocations?.revokedAt(site, device);
  if (revokedAt !== undefined && Math.max(drawnAt ?? 0, writtenAt) >= revokedAt)
    throw new ProtocolError("certificate.revoked", "the sender's device had been revoked by its site", {
      nextStep: "Ask the sender to write from another device.",
    });
}

interface PinnedKeys {
  readonly user: Bytes;
  readonly site: string;
  readonly ed25519Key: Bytes;
  readonly mlDsaKey: Bytes;
}

function hasKeys(certificate: DeviceCertificate, pinned: PinnedKeys): boolean {
  return (
    equalBytes(certificate.ed25519Key, pinned.ed25519Key) &&
    equalBytes(certificate.mlDsaKey, pinned.mlDsaKey) &&
    equalBytes(certificate.user, pinned.user) &&
    certificate.site === pinned.site
  );
}

/** The roster the sender wrote under. @throws ProtocolError roster.unknown-head, roster.sender-absent, roster.self-absent */
export function checkRoster(claims: Claims, context: OpeningContext): Roster {
  const roster = rosterAt(context.roster, claims.rosterHead);
  if (roster === undefined)
    throw new ProtocolError(
      "roster.unknown-head",
      "the message was written under a membership not known here",
      {
        nextStep: "Connect, so that the membership can be fetched.",
      },
    );
  if (!roster.devices.has(toHex(claims.senderDevice)))
    throw new ProtocolError("roster.sender-absent", "the sender's device was not a member's");
  if (!roster.devices.has(toHex(context.self)))
    throw new ProtocolError(
      "roster.self-absent",
      "this device was not a member's when the message was written",
    );
  return roster;
}

/**
 * The draw record against what the sender claims and against the roster.
 * @throws ProtocolError record.missing, record.hash, record.unknown-site, signature.*, record.conversation,
 * record.roster-head, record.suite, record.sender, record.master-site, record.not-named, record.ghost-recipient,
 * record.used
 */
export async function checkRecord(
  claims: Claims,
  context: OpeningContext,
  roster: Roster,
  envelopeHash: Bytes,
): Promise<HandedKey> {
  const handed = context.handedKey(claims.drawRecordHash);
  if (handed === undefined)
    throw new ProtocolError("record.missing", "the key of this message has not come from the site yet", {
      nextStep: "Wait for the key.",
    });
  const { record } = handed;
  if (!equalBytes(record.hash, claims.drawRecordHash)) throw mismatch("hash", "another draw");
  await verifyDrawRecord(record, context.certificates.siteList);
  const { value } = record;
  if (!equalBytes(value.conversation, claims.conversation))
    throw mismatch("conversation", "another conversation");
  if (!equalBytes(value.rosterHead, claims.rosterHead)) throw mismatch("roster-head", "another membership");
  if (value.suite !== claims.suite) throw mismatch("suite", "another suite");
  if (!equalBytes(value.drawingDevice, claims.senderDevice)) throw mismatch("sender", "another sender");
  if (value.masterSite !== roster.devices.get(toHex(claims.senderDevice))?.site)
    throw mismatch("master-site", "a site that is not the sender's");
  for (const recipient of value.recipients) {
    if (roster.devices.get(toHex(recipient.device))?.site !== recipient.site)
      throw new ProtocolError(
        "record.ghost-recipient",
        "the key was also drawn for a device outside the conversation",
        {
          nextStep: "Tell your site's security officer.",
        },
      );
  }
  if (!value.recipients.some(({ device }) => equalBytes(device, context.self)))
    throw new ProtocolError("record.not-named", "the key was not drawn for this device");
  const user = context.receiver.usedBy(record.hash);
  if (user !== undefined && !equalBytes(user, envelopeHash))
    throw new ProtocolError("record.used", "the key was used for another message already", {
      nextStep: "Tell your site's security officer.",
    });
  return handed;
}

function mismatch(field: string, text: string): ProtocolError {
  return new ProtocolError(`record.${field}`, `the key was drawn for ${text}`);
}

/** @throws ProtocolError key.missing */
export function requireKey({ key }: HandedKey): SecretBytes {
  if (key === undefined || key.destroyed)
    throw new ProtocolError("key.missing", "the key of this message is not on this device", {
      nextStep: "Wait for the key, or ask the sender to send it again.",
    });
  return key;
}
