import type { Bytes } from "../shared/bytes.ts";
import { type Codec, decodeWith, encodeWith } from "./cbor.ts";
import {
  arrayOf,
  bool,
  bytesOrEmpty,
  hashBytes,
  idBytes,
  oneOf,
  optional,
  siteText,
  structOf,
  textOf,
  uintOf,
  versionedOf,
} from "./cbor-codecs.ts";
import { labels } from "./labels.ts";
import { lengths, limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import { type Parsed, parseSigned, signBody } from "./signed.ts";
import type { Signer } from "./signing.ts";
import { knownSuites, type Suite } from "./suites.ts";

export interface RosterDevice {
  readonly device: Bytes;
  /** Hash of the signed certificate whose signing keys the roster pins for this device. */
  readonly certificateHash: Bytes;
}

export interface RosterMemberEntry {
  readonly user: Bytes;
  readonly site: string;
  /** Empty for a user who has no device yet. */
  readonly devices: readonly RosterDevice[];
  readonly moderator: boolean;
}

export type RosterChange =
  | {
      readonly kind: "create";
      readonly members: readonly RosterMemberEntry[];
      readonly suiteMinimum?: Suite;
      readonly title?: string;
    }
  | { readonly kind: "add"; readonly member: RosterMemberEntry }
  | { readonly kind: "remove"; readonly user: Bytes }
  | { readonly kind: "device-add"; readonly user: Bytes; readonly device: RosterDevice }
  | { readonly kind: "device-remove"; readonly user: Bytes; readonly device: Bytes }
  | { readonly kind: "role"; readonly user: Bytes; readonly moderator: boolean };

export interface RosterEvent {
  readonly conversation: Bytes;
  /** Hash of the event before, empty in the first. */
  readonly previous: Bytes;
  /** The device that signs. */
  readonly author: Bytes;
  readonly at: number;
  readonly change: RosterChange;
}

export type ParsedRosterEvent = Parsed<RosterEvent>;

const deviceCodec = structOf<RosterDevice>({ device: [1, idBytes], certificateHash: [2, hashBytes] });
const memberCodec = structOf<RosterMemberEntry>({
  user: [1, idBytes],
  site: [2, siteText],
  devices: [3, arrayOf(deviceCodec, limits.recipientDevices)],
  moderator: [4, bool],
});

type PayloadOf<K extends RosterChange["kind"]> = Omit<Extract<RosterChange, { kind: K }>, "kind">;
type PayloadCodec = Codec<object>;

function payloadOf<K extends RosterChange["kind"]>(codec: Codec<PayloadOf<K>>): PayloadCodec {
  return codec as unknown as PayloadCodec;
}

/** Kind numbers 1 to 6 in this order. */
const kinds = ["create", "add", "remove", "device-add", "device-remove", "role"] as const;

const payloads: Readonly<Record<RosterChange["kind"], PayloadCodec>> = {
  create: payloadOf<"create">(
    structOf<PayloadOf<"create">>({
      members: [1, arrayOf(memberCodec, limits.recipientDevices, 1)],
      suiteMinimum: [2, optional(oneOf(knownSuites))],
      title: [3, optional(textOf(limits.title))],
    }),
  ),
  add: payloadOf<"add">(structOf<PayloadOf<"add">>({ member: [1, memberCodec] })),
  remove: payloadOf<"remove">(structOf<PayloadOf<"remove">>({ user: [1, idBytes] })),
  "device-add": payloadOf<"device-add">(
    structOf<PayloadOf<"device-add">>({ user: [1, idBytes], device: [2, deviceCodec] }),
  ),
  "device-remove": payloadOf<"device-remove">(
    structOf<PayloadOf<"device-remove">>({ user: [1, idBytes], device: [2, idBytes] }),
  ),
  role: payloadOf<"role">(structOf<PayloadOf<"role">>({ user: [1, idBytes], moderator: [2, bool] })),
};

interface EventItem {
  readonly conversation: Bytes;
  readonly previous: Bytes;
  readonly kind: number;
  readonly author: Bytes;
  readonly at: number;
  readonly payload: object;
}

/** The kind decides the payload's shape: read in a second step. */
const anyMap: Codec<object> = { toItem: (value) => value, fromItem: (item) => item as object };

const codec = versionedOf<EventItem>({
  conversation: [2, idBytes],
  previous: [3, bytesOrEmpty(lengths.hash)],
  kind: [4, uintOf(255)],
  author: [5, idBytes],
  at: [6, uintOf()],
  payload: [7, anyMap],
});

/** The body that the author's device signs. */
export function encodeRosterEvent(event: RosterEvent): Bytes {
  const { kind, ...payload } = event.change;
  const item: EventItem = {
    conversation: event.conversation,
    previous: event.previous,
    kind: kinds.indexOf(kind) + 1,
    author: event.author,
    at: event.at,
    payload: payloads[kind].toItem(payload, `roster ${kind}`) as object,
  };
  return encodeWith(codec, "roster event", item, limits.signed);
}

/** @throws ProtocolError cbor.*, roster.kind-unknown */
export function decodeRosterEvent(body: Uint8Array): RosterEvent {
  const item = decodeWith(codec, "roster event", body, limits.signed);
  const kind = kinds[item.kind - 1];
  if (kind === undefined)
    throw new ProtocolError(
      "roster.kind-unknown",
      "a membership event of a kind this program does not know",
      {
        nextStep: "Update this program.",
      },
    );
  const change = { kind, ...payloads[kind].fromItem(item.payload, `roster ${kind}`) } as RosterChange;
  return {
    conversation: item.conversation,
    previous: item.previous,
    author: item.author,
    at: item.at,
    change,
  };
}

/** Returns the encoded Signed. */
export function signRosterEvent(event: RosterEvent, signer: Signer): Promise<Bytes> {
  return signBody(labels.roster, encodeRosterEvent(event), signer);
}

/** Decodes without verifying; `hash` becomes the roster head. */
export function parseRosterEvent(bytes: Uint8Array): ParsedRosterEvent {
  return parseSigned(bytes, decodeRosterEvent);
}
