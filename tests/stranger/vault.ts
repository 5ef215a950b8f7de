import { createHash } from "node:crypto";
import { demand } from "./refused.ts";
import {
  bytes,
  checked,
  integer,
  oneOf,
  optional,
  record,
  type Shape,
  text,
  uint,
  versioned,
} from "./shapes.ts";
import { hash, id, nested } from "./structures.ts";

/** docs/VAULT.md, "Structures". */
const generation = integer(1, 4_294_967_295);

export const vaultShare = checked(
  versioned({
    vault: id,
    generation,
    index: integer(1, 32),
    threshold: integer(2, 32),
    total: integer(2, 32),
    share: bytes(2, 66_560),
  }),
  ({ index, threshold, total }) => demand(index <= total && threshold <= total, "vault.numbers"),
);

export const vaultRequest = versioned({
  vault: id,
  generation,
  action: oneOf("release", "erase"),
  device: id,
  nonce: id,
  expiry: uint,
  reason: text(0, 500),
});

export const vaultConsent = versioned({ request: hash, device: id });

const kinds: Record<string, [number, Shape<object>]> = {
  deposit: [1, record({ share: nested, consenter: optional(id) })],
  ask: [2, record({ request: nested, consent: optional(nested) })],
  release: [3, record({ share: nested, nonce: id })],
  custody: [4, record({ vault: id, generation, state: oneOf("stored", "erased") })],
  refusal: [5, record({ vault: id, generation, code: text(1, 64) })],
  "consent-ask": [6, record({ request: nested, title: text(1, 255) })],
  consent: [7, record({ consent: nested })],
};

/** A vault message: `kind` by its name in the vectors, and the fields of that kind. */
export const vaultMessage: Shape<{ kind: string }> = {
  read(item) {
    demand(item instanceof Map, "cbor.type");
    const found = Object.entries(kinds).find(([, [number]]) => number === item.get(2));
    demand(found !== undefined, "vault.message-kind");
    const [kind, [number, shape]] = found;
    const outer = versioned({ kind: oneOf(number), body: shape });
    return { ...outer.read(item).body, kind };
  },
  write({ kind, ...body }) {
    const entry = kinds[kind];
    demand(entry !== undefined, "vault.message-kind");
    const [number, shape] = entry;
    return versioned({ kind: oneOf(number), body: shape }).write({ kind: number, body });
  },
};

/** What is split: tag(32) ‖ length of name(2) ‖ name ‖ content. */
export function vaultSecret(name: string, content: Uint8Array): Buffer {
  const encoded = Buffer.from(name);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(encoded.length);
  const rest = Buffer.concat([length, encoded, content]);
  const tag = createHash("sha512").update(rest).digest().subarray(0, 32);
  return Buffer.concat([tag, rest]);
}
