import { type Bytes, copyBytes } from "../shared/bytes.ts";
import { type Codec, decodeWith, encodeWith } from "./cbor.ts";
import { textOf } from "./cbor-codecs.ts";
import { limits } from "./limits.ts";
import { type FileBody, fileCodec, type InlineFileBody, inlineFileCodec } from "./payload-file.ts";
import { type FormalBody, formalCodec } from "./payload-formal.ts";
import {
  type AcknowledgementBody,
  acknowledgementCodec,
  type OrderBody,
  orderCodec,
  type PaymentBody,
  paymentCodec,
  type TelemetryBody,
  telemetryCodec,
} from "./payload-structured.ts";
import {
  type DeleteBody,
  deleteCodec,
  type EditBody,
  editCodec,
  type ReactionBody,
  type ReplyBody,
  reactionCodec,
  replyCodec,
  type TimerBody,
  type TitleBody,
  timerCodec,
  titleCodec,
} from "./payload-talk.ts";
import { ProtocolError } from "./protocol-error.ts";

/** Kinds of message. `unknown` is no kind of the wire: what a newer program sent, kept as it came. */
export const payloadKinds = {
  unknown: 0,
  text: 1,
  reply: 2,
  edit: 3,
  delete: 4,
  reaction: 5,
  timer: 6,
  title: 7,
  file: 8,
  inlineFile: 9,
  formal: 10,
  order: 11,
  telemetry: 12,
  payment: 13,
  acknowledgement: 14,
} as const;

/** Body by kind number. */
interface Bodies {
  readonly 1: string;
  readonly 2: ReplyBody;
  readonly 3: EditBody;
  readonly 4: DeleteBody;
  readonly 5: ReactionBody;
  readonly 6: TimerBody;
  readonly 7: TitleBody;
  readonly 8: FileBody;
  readonly 9: InlineFileBody;
  readonly 10: FormalBody;
  readonly 11: OrderBody;
  readonly 12: TelemetryBody;
  readonly 13: PaymentBody;
  readonly 14: AcknowledgementBody;
}

type KnownKind = keyof Bodies;
export type PayloadOf<K extends KnownKind> = K extends KnownKind
  ? { readonly kind: K; readonly body: Bodies[K] }
  : never;
type KnownPayload = PayloadOf<KnownKind>;

/** Well-formed, of a kind that only a newer program knows: shown as such, and decoded again after an update. */
interface UnknownPayload {
  readonly kind: 0;
  /** The kind's number on the wire. */
  readonly unknownKind: number;
  readonly encoded: Bytes;
}

export type Payload = KnownPayload | UnknownPayload;

const codecs: { readonly [K in KnownKind]: Codec<Bodies[K]> } = {
  1: textOf(limits.textBody),
  2: replyCodec,
  3: editCodec,
  4: deleteCodec,
  5: reactionCodec,
  6: timerCodec,
  7: titleCodec,
  8: fileCodec,
  9: inlineFileCodec,
  10: formalCodec,
  11: orderCodec,
  12: telemetryCodec,
  13: paymentCodec,
  14: acknowledgementCodec,
};

function codecOf(kind: unknown): Codec<unknown> | undefined {
  return Object.hasOwn(codecs, String(kind)) ? (codecs[kind as KnownKind] as Codec<unknown>) : undefined;
}

const payloadCodec: Codec<Payload> = {
  toItem(payload, where) {
    if (payload.kind === payloadKinds.unknown)
      throw new ProtocolError("payload.kind-unknown", "a kind of message that this program cannot write");
    const item = (codecs[payload.kind] as Codec<unknown>).toItem(payload.body, `${where}.body`);
    return new Map<number, unknown>([
      [1, payload.kind],
      [2, item],
    ]);
  },
  fromItem(item, where) {
    if (!(item instanceof Map)) throw new ProtocolError("cbor.type", `${where} is not a map`);
    const kind: unknown = item.get(1);
    if (typeof kind !== "number" || !Number.isInteger(kind) || kind < 1)
      throw new ProtocolError("cbor.type", `${where} has no kind`);
    const codec = codecOf(kind);
    if (codec === undefined) return { kind: payloadKinds.unknown, unknownKind: kind, encoded: empty };
    if (item.size !== 2 || [...item.keys()].join() !== "1,2")
      throw new ProtocolError("cbor.unknown-key", `${where} is not a kind and a body`);
    return { kind, body: codec.fromItem(item.get(2), `${where}.body`) } as KnownPayload;
  },
};

const empty: Bytes = new Uint8Array(0);

/** @throws ProtocolError cbor.*, payload.kind-unknown */
export function encodePayload(payload: Payload): Bytes {
  return encodeWith(payloadCodec, "payload", payload, limits.payload);
}

/** A kind that is not known is no error: see `UnknownPayload`. @throws ProtocolError payload.malformed */
export function decodePayload(bytes: Uint8Array): Payload {
  try {
    const payload = decodeWith(payloadCodec, "payload", bytes, limits.payload);
    return payload.kind === payloadKinds.unknown ? { ...payload, encoded: copyBytes(bytes) } : payload;
  } catch (error) {
    throw new ProtocolError("payload.malformed", "the content of a message is not well-formed", {
      cause: error,
    });
  }
}

/** The text that a person wrote, for lists and search; empty in kinds without one. */
export function payloadText(payload: Payload): string {
  switch (payload.kind) {
    case payloadKinds.text:
      return payload.body;
    case payloadKinds.reply:
    case payloadKinds.edit:
    case payloadKinds.formal:
      return payload.body.text;
    case payloadKinds.file:
    case payloadKinds.inlineFile:
      return payload.body.caption ?? payload.body.name;
    default:
      return "";
  }
}
