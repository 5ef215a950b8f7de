import type { Bytes } from "../shared/bytes.ts";
import { type Codec, decodeWith, encodeWith } from "./cbor.ts";
import { structOf, textOf } from "./cbor-codecs.ts";
import { limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";

/** Kind 1. Other kinds (file, edit, delete, reaction, reply, …) are reserved and refused. */
export const payloadKinds = { text: 1 } as const;

export interface TextPayload {
  readonly kind: 1;
  /** At most 64 KiB of UTF-8. */
  readonly body: string;
}

export type Payload = TextPayload;

const kindCodec: Codec<1> = { toItem: checkKind, fromItem: checkKind };

function checkKind(kind: unknown): 1 {
  if (kind !== payloadKinds.text)
    throw new ProtocolError("payload.kind-unknown", "a kind of message that this program does not know", {
      nextStep: "Update this program.",
    });
  return kind;
}

const codec = structOf<Payload>({ kind: [1, kindCodec], body: [2, textOf(limits.textBody)] });

const maximum = limits.textBody + 16;

export function encodePayload(payload: Payload): Bytes {
  return encodeWith(codec, "payload", payload, maximum);
}

/** @throws ProtocolError payload.kind-unknown, payload.malformed */
export function decodePayload(bytes: Uint8Array): Payload {
  try {
    return decodeWith(codec, "payload", bytes, maximum);
  } catch (error) {
    if (error instanceof ProtocolError && error.code === "payload.kind-unknown") throw error;
    throw new ProtocolError("payload.malformed", "the content of a message is not well-formed", {
      cause: error,
    });
  }
}
