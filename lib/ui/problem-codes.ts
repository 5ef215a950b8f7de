import type { Messages } from "./i18n/messages.ts";

type Problems = Messages["problem"];
type Area = Exclude<keyof Problems, "step" | "next">;

/** Key under "problem" of what went wrong, such as "key.expired". */
type ProblemKey = { [A in Area]: `${A}.${keyof Problems[A] & string}` }[Area];
/** Key under "problem.step" of the one thing that helps. */
type StepKey = keyof Problems["step"];

export type ProblemText = readonly [ProblemKey, StepKey];

/**
 * What a person is told for a code: many codes that differ for a program are one thing for a person. An area alone
 * ("cbor") stands for every code of it that is not named itself.
 */
const texts: Readonly<Record<string, ProblemText>> = {
  cbor: ["message.altered", "askAgain"],
  signature: ["message.altered", "askAgain"],
  hpke: ["message.altered", "askAgain"],
  padding: ["message.altered", "askAgain"],
  otp: ["message.altered", "askAgain"],
  envelope: ["message.altered", "askAgain"],
  header: ["message.altered", "askAgain"],
  recipients: ["message.altered", "askAgain"],
  parents: ["message.altered", "askAgain"],
  sender: ["message.altered", "askAgain"],
  sequence: ["message.altered", "askAgain"],
  "sequence.device-copied": ["message.deviceCopied", "officer"],
  payload: ["message.altered", "askAgain"],
  "payload.target-unknown": ["message.targetMissing", "nothing"],
  "payload.target-deleted": ["message.notAllowed", "none"],
  "payload.target-kind": ["message.notAllowed", "none"],
  "payload.not-author": ["message.notAllowed", "none"],
  "payload.too-long": ["message.tooLong", "shorter"],
  "payload.file-too-large": ["file.tooLarge", "shorter"],
  "payload.kind-unknown": ["message.newer", "update"],
  version: ["message.newer", "update"],
  suite: ["message.newer", "update"],
  "suite.below-minimum": ["message.level", "stronger"],
  level: ["message.level", "stronger"],
  message: ["message.unreadable", "askAgain"],
  chain: ["message.keyUsed", "askAgain"],
  "chain.skip-limit": ["message.manyMissing", "askAgain"],
  change: ["message.notAllowed", "none"],
  outbox: ["message.tooLate", "none"],
  entry: ["message.tooLate", "rewrite"],
  receipt: ["message.altered", "nothing"],

  key: ["key.unavailable", "waitOrOther"],
  "key.waiting": ["key.waiting", "nothing"],
  "key.missing": ["key.waiting", "nothing"],
  "key.expired": ["key.expired", "askAgain"],
  "key.repeated": ["key.usedTwice", "officer"],
  "key.not-found": ["key.refused", "retry"],
  "key.not-authorised": ["key.refused", "officer"],
  "key.bad-request": ["key.refused", "retry"],
  kme: ["key.managerSilent", "nothing"],
  draw: ["key.refused", "retry"],
  "draw.too-large": ["key.tooLarge", "shorter"],
  "draw.key-repeated": ["key.usedTwice", "officer"],
  copy: ["key.mismatch", "askAgain"],
  "copy.unknown": ["key.waiting", "nothing"],
  "copy.unwanted": ["key.waiting", "nothing"],
  "copy.void": ["key.void", "askAgain"],
  "copy.generation-unknown": ["key.lost", "askAgain"],
  record: ["key.mismatch", "askAgain"],
  "record.missing": ["key.waiting", "nothing"],
  "record.used": ["key.usedTwice", "officer"],
  "record.key-repeated": ["key.usedTwice", "officer"],
  "record.expired": ["key.expired", "askAgain"],
  epoch: ["key.mismatch", "askAgain"],
  "epoch.unknown": ["key.waiting", "nothing"],
  "epoch.start-missing": ["message.startMissing", "askAgain"],
  notice: ["key.waiting", "nothing"],

  certificate: ["sender.notCertified", "senderConnects"],
  "certificate.revoked": ["sender.revoked", "otherDevice"],
  "certificate.key-swapped": ["sender.otherKeys", "compare"],
  "certificate.unknown": ["sender.unknown", "nothing"],
  contact: ["contact.unknown", "none"],
  "contact.no-device": ["contact.noDevice", "nothing"],
  "contact.two-sites": ["contact.twoSites", "officer"],
  "contact.devices-changed": ["sender.otherKeys", "compare"],
  directory: ["contact.unknown", "none"],

  conversation: ["conversation.unknown", "retry"],
  roster: ["conversation.membership", "officer"],
  "roster.unknown": ["conversation.news", "nothing"],
  "roster.unknown-head": ["conversation.news", "nothing"],
  "roster.changed": ["conversation.news", "nothing"],
  "roster.conflict": ["conversation.news", "nothing"],
  "roster.kind-unknown": ["message.newer", "update"],
  "roster.unauthorised": ["conversation.notModerator", "none"],
  "roster.no-moderator": ["conversation.needsModerator", "none"],
  "roster.self-absent": ["conversation.notMember", "none"],
  "roster.sender-absent": ["conversation.senderNotMember", "none"],
  "roster.too-many": ["conversation.full", "none"],
  group: ["conversation.groupRule", "none"],
  "group.not-moderator": ["conversation.notModerator", "none"],
  "group.last-moderator": ["conversation.needsModerator", "none"],
  resend: ["conversation.resendRefused", "rewriteAsk"],

  relay: ["connection.relay", "nothing"],
  "relay.signed-out": ["access.signedOut", "signIn"],
  "relay.rate": ["connection.busy", "nothing"],
  "relay.too-large": ["message.tooLong", "shorter"],
  web: ["connection.relay", "nothing"],
  gateway: ["connection.gateway", "nothing"],
  "gateway.full": ["connection.busy", "nothing"],
  site: ["connection.gateway", "officer"],
  channel: ["connection.gateway", "nothing"],
  "channel.busy": ["connection.busy", "nothing"],
  "channel.gateway": ["connection.notTheGateway", "officer"],
  "channel.access-unknown": ["device.enrolAgain", "enrol"],
  http: ["connection.notUnderstood", "retry"],
  ops: ["connection.notUnderstood", "retry"],
  operations: ["connection.notUnderstood", "retry"],
  host: ["connection.notUnderstood", "retry"],

  identity: ["connection.relay", "nothing"],
  "identity.signed-out": ["access.signedOut", "signIn"],
  "identity.refused": ["access.refused", "signIn"],
  session: ["access.signedOut", "signIn"],
  token: ["access.signedOut", "signIn"],
  "token.role": ["access.role", "officer"],
  command: ["command.refused", "retry"],
  "command.role": ["access.role", "officer"],
  "command.not-permitted": ["access.role", "officer"],
  "command.expired": ["command.late", "retry"],
  "command.demonstration-only": ["command.demonstration", "none"],

  device: ["device.refused", "officer"],
  "device.revoked": ["device.revoked", "officer"],
  "device.approval-needed": ["device.approval", "officer"],
  "device.officer-approval-needed": ["device.approval", "officer"],
  "device.officer-only": ["access.role", "officer"],
  "device.certificate-lapsed": ["device.lapsed", "nothing"],
  "device.not-pending": ["device.notWaiting", "none"],
  renew: ["device.lapsed", "retry"],
  enrol: ["device.refused", "officer"],
  "enrol.other-user": ["device.otherUser", "none"],
  "enrol.device-taken": ["device.enrolAgain", "enrol"],
  "enrol.too-many-pending": ["device.manyPending", "officer"],
  approval: ["device.wrongCode", "scanAgain"],
  "access-card": ["device.wrongCode", "officer"],
  safety: ["device.wrongCode", "scanAgain"],
  carried: ["device.wrongCode", "scanAgain"],

  store: ["store.damaged", "erase"],
  "store.unavailable": ["store.full", "freeSpace"],
  "store.write-failed": ["store.full", "freeSpace"],
  "store.locked": ["store.inUse", "none"],
  "store.closed": ["messenger.stopped", "reload"],
  messenger: ["messenger.stopped", "reload"],
  "messenger.not-ready": ["messenger.notReady", "nothing"],

  file: ["file.damaged", "askAgain"],
  attachment: ["file.incomplete", "retry"],
  "attachment.unknown": ["file.gone", "askAgain"],
  "attachment.quota": ["file.noRoom", "shorter"],
  "file.changed": ["file.changed", "retry"],
  "file.lost": ["file.gone", "retry"],
  history: ["history.damaged", "wholeCopy"],
  "history.open": ["history.open", "passphrase"],
  "history.passphrase": ["history.passphrase", "passphrase"],
  vault: ["vault.refused", "retry"],
  "vault.too-few": ["vault.tooFew", "nothing"],
  "vault.document-size": ["file.tooLarge", "shorter"],

  link: ["network.refused", "retry"],
  links: ["network.refused", "retry"],
  space: ["network.refused", "retry"],
  network: ["network.refused", "retry"],
  attack: ["network.refused", "retry"],
  quantum: ["network.refused", "retry"],
  ledger: ["network.export", "exportAgain"],
  "site-list": ["network.listOld", "officer"],
  revocation: ["network.listOld", "officer"],
};

/** Text and step for a stable code, by the code itself, then by its area; null when nobody has written one. */
export function problemTextOf(code: string): ProblemText | null {
  return texts[code] ?? texts[code.split(".")[0] ?? ""] ?? null;
}

/** Every text and step that some code leads to; that none is left over is a test. */
export const problemTexts: readonly ProblemText[] = Object.values(texts);

/** Codes whose English text says more than the translation can: which link of a route stands in the way. */
export const preciseInEnglish: ReadonlySet<string> = new Set(["key.unavailable"]);
