import { type Bytes, equalBytes } from "../shared/bytes.ts";
import { chunkCountOf } from "./file-stream.ts";
import { defaultLevelPolicy, type LevelPolicy, levelRule } from "./level-policy.ts";
import { type Payload, payloadKinds } from "./payload.ts";
import { ProtocolError } from "./protocol-error.ts";
import { type Suite, usesPad } from "./suites.ts";

/**
 * Sender's and receiver's check of a payload against its envelope: a file goes by stream in AES and HYBRID only and
 * under the pad in OTP and OTP_HYBRID only, within the level's sizes; what contradicts itself is refused.
 * @throws ProtocolError payload.suite, payload.file-too-large, payload.contradictory
 */
export function checkPayload(
  payload: Payload,
  suite: Suite,
  level: number,
  policy: LevelPolicy = defaultLevelPolicy,
): void {
  if (payload.kind === payloadKinds.file) {
    if (usesPad(suite)) throw wrongSuite();
    const { size, chunks } = payload.body;
    if (chunks !== chunkCountOf(size)) throw contradictory("a file's chunks do not make its size");
    if (size > levelRule(policy, level).streamFileBytes) throw tooLarge();
  } else if (payload.kind === payloadKinds.inlineFile) {
    if (!usesPad(suite)) throw wrongSuite();
    if (payload.body.bytes.length > levelRule(policy, level).padFileBytes) throw tooLarge();
  } else if (payload.kind === payloadKinds.formal) {
    if (payload.body.copy > payload.body.copies) throw contradictory("a copy number is beyond the last copy");
  } else if (payload.kind === payloadKinds.order) {
    if (payload.body.notAfter < payload.body.notBefore) throw contradictory("an order ends before it begins");
  }
}

function wrongSuite(): ProtocolError {
  return new ProtocolError("payload.suite", "a file does not travel that way in this suite");
}

function tooLarge(): ProtocolError {
  return new ProtocolError("payload.file-too-large", "the file is larger than this classification allows", {
    nextStep: "Send a smaller file, or another way.",
  });
}

function contradictory(text: string): ProtocolError {
  return new ProtocolError("payload.contradictory", text);
}

/** A message that another one is about, as the receiver has stored it. */
export interface TargetMessage {
  /** Of the device that sent it, by the roster it was written under. */
  readonly user: Bytes;
  readonly kind: number;
  readonly deleted: boolean;
}

const { text, reply, edit, formal, order, telemetry, payment, file, inlineFile } = payloadKinds;
const editable: readonly number[] = [text, reply];
const shown: readonly number[] = [text, reply, file, inlineFile, formal, order, telemetry, payment];
const answerable: readonly number[] = [formal, order, telemetry, payment];

/** The envelope hash that a payload is about; undefined for messages that stand alone. */
export function targetOf(payload: Payload): Bytes | undefined {
  switch (payload.kind) {
    case reply:
    case edit:
    case payloadKinds.delete:
    case payloadKinds.reaction:
    case payloadKinds.acknowledgement:
      return payload.body.target;
    default:
      return undefined;
  }
}

/**
 * Whether `user`'s message may do this to `target` (undefined: not known here). Edits and deletes come from devices
 * of the user who wrote the target; who may not is refused, and the target stays as it is. A reply needs no target.
 * @throws ProtocolError payload.target-unknown (keep it until the target comes), payload.not-author,
 * payload.target-kind, payload.target-deleted
 */
export function checkTarget(payload: Payload, user: Bytes, target: TargetMessage | undefined): void {
  if (targetOf(payload) === undefined || payload.kind === reply) return;
  if (target === undefined)
    throw new ProtocolError("payload.target-unknown", "the message this one is about is not here", {
      nextStep: "Wait for the missing message.",
    });
  const own = equalBytes(user, target.user);
  if ((payload.kind === edit || payload.kind === payloadKinds.delete) && !own)
    throw new ProtocolError("payload.not-author", "only its author may change or delete a message");
  const allowed =
    payload.kind === edit ? editable : payload.kind === payloadKinds.acknowledgement ? answerable : shown;
  if (!allowed.includes(target.kind) || (payload.kind === payloadKinds.acknowledgement && own))
    throw new ProtocolError("payload.target-kind", "that cannot be done to a message of this kind");
  if (target.deleted)
    throw new ProtocolError("payload.target-deleted", "the message this one is about was deleted");
}
