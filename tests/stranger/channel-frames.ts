import * as cbor from "./cbor.ts";
import { drawRequest } from "./draws.ts";
import { levelPolicy } from "./level-policy.ts";
import { demand } from "./refused.ts";
import {
  bool,
  bytes,
  decode,
  encode,
  integer,
  list,
  optional,
  record,
  type Shape,
  text,
  uint,
} from "./shapes.ts";
import { hash, id, nested, sealedCopy, site } from "./structures.ts";

/** A frame of the device channel: the body has the fields of its type (docs/PROTOCOL.md §2). */
export interface Frame {
  readonly type: number;
  readonly requestId: number;
  readonly body: object;
}

const copy = record({ record: nested, copy: inBytes(sealedCopy) });
const hashes = record({ recordHashes: list(hash, 0, 1024) });
const one = record({ recordHash: hash });
const none = record({});

const bodies: Record<number, Shape<object>> = {
  1: record({ request: inBytes(drawRequest) }),
  2: record({ draws: list(record({ record: nested, key: bytes(32, 1_048_576) }), 1, 64) }),
  3: copy,
  4: one,
  5: copy,
  6: hashes,
  7: none,
  8: one,
  9: record({
    code: text(1, 64),
    message: text(0, 512),
    nextStep: optional(text(0, 512)),
    retryAfterMs: optional(uint),
  }),
  10: none,
  11: hashes,
  12: record({ sealingKey: bytes(1216), proof: bytes(3309) }),
  13: record({ certificate: nested }),
  14: record({ devices: list(id, 0, 1024) }),
  15: record({ list: nested }),
  16: record({ policy: inBytes(levelPolicy) }),
  17: none,
  18: record({
    devices: list(
      record({
        device: id,
        state: integer(0, 2),
        assurance: integer(0, 1),
        enrolledAt: uint,
        lastConnected: optional(uint),
        label: text(0, 120),
        keysHash: hash,
      }),
      0,
      256,
    ),
    approval: bool,
  }),
  19: record({ sites: list(site, 1, 256) }),
  20: record({ bits: list(uint, 1, 256) }),
};

export function encodeFrame({ type, requestId, body }: Frame): Buffer {
  return cbor.encode([type, requestId, encode(bodyOf(type), body)]);
}

/** @throws Refused channel.frame, channel.type-unknown, cbor.* */
export function decodeFrame(encoded: Uint8Array): Frame {
  const item = cbor.decode(encoded);
  demand(Array.isArray(item) && item.length === 3, "channel.frame");
  const [type, requestId, body] = item;
  demand(body instanceof Uint8Array, "channel.frame");
  const shape = bodyOf(integer(0, 255).read(type));
  return { type, requestId: integer(0, 2 ** 32 - 1).read(requestId), body: decode(shape, body) };
}

/** `bytes .cbor` of the CDDL. */
function inBytes<T>(shape: Shape<T>): Shape<T> {
  const outer = nested;
  return {
    read: (item) => decode(shape, Buffer.from(outer.read(item), "hex")),
    write: (value) => encode(shape, value),
  };
}

function bodyOf(type: number): Shape<object> {
  const shape = bodies[type];
  demand(shape !== undefined, "channel.type-unknown");
  return shape;
}
