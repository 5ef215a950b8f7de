import { demand } from "./refused.ts";
import {
  bytes,
  bytesOrEmpty,
  checked,
  integer,
  list,
  oneOf,
  record,
  text,
  uint,
  type ValueOf,
  versioned,
} from "./shapes.ts";

/** docs/PROTOCOL.md §2, in its order; draws, commands, level policies, roster, payloads, history and vault have files of their own. */
export const id = bytes(16);
export const hash = bytes(64);
export const site = text(1, 64);
const ed25519Key = bytes(32);
const mlDsaKey = bytes(1952);
/** A structure in a byte string of its own. */
export const nested = bytes(1, 4_194_304);
const xWingKey = bytes(1216);
export const suite = oneOf(1, 2, 3, 4);
export const level = integer(0, 3);

export const certificate = checked(
  versioned({
    site,
    user: id,
    device: id,
    ed25519Key,
    mlDsaKey,
    sealingKey: xWingKey,
    assurance: integer(0, 1),
    roles: list(oneOf("user", "officer", "administrator", "presenter", "auditor", "agent"), 0, 8),
    name: text(0, 120),
    notBefore: uint,
    notAfter: uint,
  }),
  ({ notBefore, notAfter }) => demand(notBefore <= notAfter, "certificate.validity"),
);

export const siteList = versioned({
  serial: uint,
  expiry: uint,
  network: text(0, 120),
  sites: checked(
    list(
      record({
        site,
        name: text(0, 120),
        country: text(0, 8),
        ed25519Key,
        mlDsaKey,
        gatewayKey: xWingKey,
        gatewayUrl: text(0, 512),
      }),
      0,
      1024,
    ),
    (entries) => ascending(entries, (entry) => entry.site, "site-list.duplicate"),
  ),
});

export const header = versioned({
  suite: integer(0, 255),
  conversation: id,
  messageId: id,
  senderDevice: id,
  sequence: integer(1, Number.MAX_SAFE_INTEGER),
  parents: list(hash, 0, 16),
  rosterHead: hash,
  level,
  drawRecordHash: hash,
  epochId: bytesOrEmpty(16),
  index: uint,
  sentAt: uint,
  paddedLength: integer(0, 1_048_576),
  resends: bytesOrEmpty(64),
});

export const envelope = record({
  header: bytes(1, 4096),
  ciphertext: bytes(1, 1_048_576),
  tag: bytes(16),
  signature: bytes(64),
});

const encapsulation = bytes(1120);

export const epochStart = versioned({
  suite: integer(0, 255),
  conversation: id,
  senderDevice: id,
  epochId: id,
  rosterHead: hash,
  drawRecordHash: hash,
  transcript: hash,
  commit: bytes(32),
  startedAt: uint,
  sealed: list(record({ device: id, encapsulation, sealed: bytes(48) }), 0, 256),
});

export const receipt = versioned({
  conversation: id,
  device: id,
  kind: oneOf(1, 2),
  frontier: list(hash, 1, 16),
  at: uint,
});

export const enrolRequest = versioned({
  identityToken: text(1, 4096),
  device: id,
  ed25519Key,
  mlDsaKey,
  sealingKey: xWingKey,
  challenge: bytes(32),
  name: text(0, 120),
});

export const enrolAnswer = record({
  certificate: nested,
  siteList: nested,
  enc: encapsulation,
  sealedSecret: bytes(48),
});

export const channelOpening = versioned({
  certificate: nested,
  ephemeralKey: xWingKey,
  generation: uint,
  enc: encapsulation,
  sealedSignature: bytes(80),
});

export const channelAnswer = record({ enc: encapsulation, sealedConfirmation: bytes(48) });

export const revocationList = versioned({
  site,
  serial: uint,
  issuedAt: uint,
  devices: checked(list(record({ device: id, revokedAt: uint }), 0, 16_384), (entries) =>
    ascending(entries, (entry) => entry.device, "revocation.order"),
  ),
});

export const resendRequest = versioned({
  conversation: id,
  device: id,
  envelope: hash,
  reason: oneOf(1, 2, 3),
  at: uint,
});

export const approvedAnswer = record({ certificate: nested, siteList: nested });

export const accessCard = versioned({
  site,
  device: id,
  keysHash: hash,
  accessSecret: bytes(32),
  issuedAt: uint,
});

export const safetyCode = versioned({ user: id, safetyHash: hash, otherUser: id, otherHash: hash });

export const sealedCopy = record({
  contextId: id,
  enc: encapsulation,
  index: integer(0, 999),
  ciphertext: bytes(48, 1_048_592),
  generation: uint,
});

export type Header = ValueOf<typeof header>;
export type SealedCopy = ValueOf<typeof sealedCopy>;

/** Ascending by bytes, each once. */
export function ascending<T>(entries: T[], key: (entry: T) => string, code: string): void {
  for (const [at, entry] of entries.entries()) {
    const before = entries[at - 1];
    demand(
      before === undefined || Buffer.compare(Buffer.from(key(before)), Buffer.from(key(entry))) < 0,
      code,
    );
  }
}
