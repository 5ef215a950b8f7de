import type { Bytes } from "../shared/bytes.ts";
import { type Codec, decodeWith, encodeWith } from "./cbor.ts";
import {
  arrayOf,
  bool,
  bytesOf,
  hashBytes,
  idBytes,
  oneOf,
  optional,
  siteText,
  structOf,
  textOf,
  uintOf,
} from "./cbor-codecs.ts";
import { type DrawRequest, decodeDrawRequest, encodeDrawRequest } from "./draw-request.ts";
import { decodeLevelPolicy, encodeLevelPolicy, type LevelPolicy } from "./level-policy.ts";
import { lengths, limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import { decodeSealedCopy, encodeSealedCopy, type SealedCopy } from "./sealed-copy.ts";

/** What device and gateway say to each other inside the channel. Hashes are draw record hashes. */
export type ChannelMessage =
  | { readonly type: "draw"; readonly request: DrawRequest }
  | { readonly type: "drawn"; readonly draws: readonly Drawn[] }
  | { readonly type: "copy-push"; readonly record: Bytes; readonly copy: SealedCopy }
  | { readonly type: "fetch"; readonly recordHash: Bytes }
  | { readonly type: "copy"; readonly record: Bytes; readonly copy: SealedCopy }
  | { readonly type: "acknowledge"; readonly recordHashes: readonly Bytes[] }
  | { readonly type: "ok" }
  | { readonly type: "void"; readonly recordHash: Bytes }
  | {
      readonly type: "error";
      readonly code: string;
      readonly message: string;
      readonly nextStep?: string;
      readonly retryAfterMs?: number;
    }
  | { readonly type: "list-waiting" }
  | { readonly type: "waiting"; readonly recordHashes: readonly Bytes[] }
  | { readonly type: "renew"; readonly sealingKey: Bytes; readonly proof: Bytes }
  | { readonly type: "renewed"; readonly certificate: Bytes }
  | { readonly type: "revocations"; readonly devices: readonly Bytes[] }
  | { readonly type: "revocation-list"; readonly list: Bytes }
  | { readonly type: "level-policy"; readonly policy: LevelPolicy }
  | { readonly type: "list-devices" }
  | { readonly type: "devices"; readonly devices: readonly ListedDevice[]; readonly byOfficer: boolean }
  | { readonly type: "stock"; readonly sites: readonly string[] }
  | { readonly type: "stocked"; readonly bits: readonly number[] };

/** A device of the asking device's own user, as their site's gateway knows it. */
export interface ListedDevice {
  readonly device: Bytes;
  readonly state: (typeof deviceStates)[keyof typeof deviceStates];
  readonly assurance: 0 | 1;
  /** Milliseconds UTC. */
  readonly enrolledAt: number;
  /** When it last opened its channel. */
  readonly lastSeen?: number;
  /** What it calls itself; nobody vouches for it. */
  readonly label: string;
  /** `deviceKeysHash`: what an approval names. */
  readonly keysHash: Bytes;
}

export const deviceStates = { pending: 0, certified: 1, revoked: 2 } as const;

/** One answered draw: the signed record and its key. The key bytes are secret: their owner zeroes them. */
export interface Drawn {
  readonly record: Bytes;
  readonly key: Bytes;
}

export interface ChannelFrame {
  /** Chosen by who asks; the answer carries the same. 0 for a push. */
  readonly requestId: number;
  readonly message: ChannelMessage;
}

type MessageType = ChannelMessage["type"];
type Fields<K extends MessageType> = Omit<Extract<ChannelMessage, { type: K }>, "type">;

const numbers: Readonly<Record<MessageType, number>> = {
  draw: 1,
  drawn: 2,
  "copy-push": 3,
  fetch: 4,
  copy: 5,
  acknowledge: 6,
  ok: 7,
  void: 8,
  error: 9,
  "list-waiting": 10,
  waiting: 11,
  renew: 12,
  renewed: 13,
  revocations: 14,
  "revocation-list": 15,
  "level-policy": 16,
  "list-devices": 17,
  devices: 18,
  stock: 19,
  stocked: 20,
};

const typesByNumber = new Map(Object.entries(numbers).map(([type, number]) => [number, type as MessageType]));

const signedBytes = bytesOf(1, limits.signed);
const hashes = arrayOf(hashBytes, limits.recordHashes);
const drawnCodec = structOf<Drawn>({ record: [1, signedBytes], key: [2, bytesOf(32, limits.envelope)] });

const drawCodec: Codec<DrawRequest> = {
  toItem: (value) => encodeDrawRequest(value),
  fromItem: (item, where) => decodeDrawRequest(bytesOf(1, limits.signed).fromItem(item, where)),
};
const copyCodec: Codec<SealedCopy> = {
  toItem: (value) => encodeSealedCopy(value),
  fromItem: (item, where) => decodeSealedCopy(bytesOf(1, limits.channelFrame).fromItem(item, where)),
};
const policyCodec: Codec<LevelPolicy> = {
  toItem: (value) => encodeLevelPolicy(value),
  fromItem: (item, where) => decodeLevelPolicy(bytesOf(1, limits.signed).fromItem(item, where)),
};
const recordAndCopy = structOf<Fields<"copy">>({ record: [1, signedBytes], copy: [2, copyCodec] });
const empty = structOf<object>({});
const listedCodec = structOf<ListedDevice>({
  device: [1, idBytes],
  state: [2, oneOf([deviceStates.pending, deviceStates.certified, deviceStates.revoked])],
  assurance: [3, oneOf([0, 1])],
  enrolledAt: [4, uintOf()],
  lastSeen: [5, optional(uintOf())],
  label: [6, textOf(limits.name)],
  keysHash: [7, hashBytes],
});

const bodies: { readonly [K in MessageType]: Codec<Fields<K>> } = {
  draw: structOf<Fields<"draw">>({ request: [1, drawCodec] }),
  drawn: structOf<Fields<"drawn">>({ draws: [1, arrayOf(drawnCodec, limits.drawCount, 1)] }),
  "copy-push": recordAndCopy,
  fetch: structOf<Fields<"fetch">>({ recordHash: [1, hashBytes] }),
  copy: recordAndCopy,
  acknowledge: structOf<Fields<"acknowledge">>({ recordHashes: [1, hashes] }),
  ok: empty,
  void: structOf<Fields<"void">>({ recordHash: [1, hashBytes] }),
  error: structOf<Fields<"error">>({
    code: [1, textOf(64, 1)],
    message: [2, textOf(512)],
    nextStep: [3, optional(textOf(512))],
    retryAfterMs: [4, optional(uintOf())],
  }),
  "list-waiting": empty,
  waiting: structOf<Fields<"waiting">>({ recordHashes: [1, hashes] }),
  renew: structOf<Fields<"renew">>({
    sealingKey: [1, bytesOf(lengths.sealingKey)],
    proof: [2, bytesOf(lengths.mlDsaSignature)],
  }),
  renewed: structOf<Fields<"renewed">>({ certificate: [1, signedBytes] }),
  revocations: structOf<Fields<"revocations">>({ devices: [1, arrayOf(idBytes, limits.recordHashes)] }),
  "revocation-list": structOf<Fields<"revocation-list">>({ list: [1, bytesOf(1, limits.envelope)] }),
  "level-policy": structOf<Fields<"level-policy">>({ policy: [1, policyCodec] }),
  "list-devices": empty,
  devices: structOf<Fields<"devices">>({
    devices: [1, arrayOf(listedCodec, limits.recipientDevices)],
    byOfficer: [2, bool],
  }),
  stock: structOf<Fields<"stock">>({ sites: [1, arrayOf(siteText, limits.recipientDevices, 1)] }),
  stocked: structOf<Fields<"stocked">>({ bits: [1, arrayOf(uintOf(), limits.recipientDevices, 1)] }),
};

interface FrameItem {
  readonly type: number;
  readonly requestId: number;
  readonly body: Bytes;
}

const maximum = limits.channelFrame;
const frameParts = arrayOf<unknown>({ toItem: (value) => value, fromItem: (item) => item }, 3, 3);
const typeNumber = uintOf(255);
const requestNumber = uintOf(2 ** 32 - 1);
const bodyBytes = bytesOf(1, maximum);

const frameCodec: Codec<FrameItem> = {
  toItem: ({ type, requestId, body }, where) => [type, requestNumber.toItem(requestId, where), body],
  fromItem(item, where) {
    const [type, requestId, body] = frameParts.fromItem(item, where);
    return {
      type: typeNumber.fromItem(type, where),
      requestId: requestNumber.fromItem(requestId, where),
      body: bodyBytes.fromItem(body, where),
    };
  },
};

/** CBOR [type, requestId, body]: what one sealed channel frame holds. A draw's answer holds secret key bytes. */
export function encodeChannelFrame(frame: ChannelFrame): Bytes {
  const { type, ...fields } = frame.message;
  const body = encodeWith(bodies[type] as Codec<object>, `channel ${type}`, fields, maximum);
  const item = { type: numbers[type], requestId: frame.requestId, body };
  const bytes = encodeWith(frameCodec, "channel frame", item, maximum);
  body.fill(0);
  return bytes;
}

/** @throws ProtocolError cbor.*, channel.type-unknown */
export function decodeChannelFrame(bytes: Uint8Array): ChannelFrame {
  const item = decodeWith(frameCodec, "channel frame", bytes, maximum);
  const type = typesByNumber.get(item.type);
  if (type === undefined)
    throw new ProtocolError("channel.type-unknown", "a channel message of a type this program does not know");
  const fields = decodeWith(bodies[type] as Codec<object>, `channel ${type}`, item.body, maximum);
  item.body.fill(0);
  return { requestId: item.requestId, message: { type, ...fields } as ChannelMessage };
}
