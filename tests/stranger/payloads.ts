import { demand } from "./refused.ts";
import { anything, bool, bytes, integer, list, optional, record, type Shape, text, uint } from "./shapes.ts";
import { hash, id } from "./structures.ts";

const body = text(0, 65_536);
const line = text(1, 200);
const reference = text(1, 64);
const caption = optional(text(0, 4096));
const fileName = text(1, 255);
const mediaType = text(0, 120);

/** Bodies of the kinds of payload, by number (docs/PROTOCOL.md §2, "Payloads, by kind"). */
const bodies: Record<number, Shape<unknown>> = {
  1: body,
  2: record({ target: hash, text: body }),
  3: record({ target: hash, text: body }),
  4: record({ target: hash }),
  5: record({ target: hash, emoji: text(1, 32), on: bool }),
  6: record({ seconds: integer(0, 31_536_000) }),
  7: record({ title: line }),
  8: record({
    fileId: id,
    name: fileName,
    mediaType,
    size: integer(0, 2 ** 40),
    chunks: integer(1, 16_777_216),
    hash,
    key: bytes(32),
    noncePrefix: bytes(7),
    preview: optional(
      record({
        mediaType,
        bytes: bytes(1, 24_576),
        width: integer(1, 1_000_000),
        height: integer(1, 1_000_000),
      }),
    ),
    caption,
  }),
  9: record({ name: fileName, mediaType, bytes: bytes(0, 983_040), caption }),
  10: record({
    registrationNumber: reference,
    subject: line,
    originator: line,
    downgradeAt: optional(uint),
    copy: integer(1, 10_000),
    copies: integer(1, 10_000),
    text: body,
  }),
  11: record({
    reference,
    target: line,
    action: line,
    parameters: list(record({ name: reference, value: text(0, 200) }), 0, 32),
    notBefore: uint,
    notAfter: uint,
  }),
  12: record({
    source: line,
    measuredAt: uint,
    readings: list(
      record({
        quantity: line,
        mantissa: integer(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
        scale: integer(0, 9),
        unit: text(0, 32),
      }),
      1,
      64,
    ),
  }),
  13: record({
    reference,
    debtor: line,
    debtorAccount: reference,
    creditor: line,
    creditorAccount: reference,
    amount: integer(1, Number.MAX_SAFE_INTEGER),
    currency: text(3, 3),
    executeAt: uint,
    purpose: text(0, 200),
  }),
  14: record({ target: hash, outcome: integer(1, 3), note: optional(text(0, 200)) }),
};

const kindShape = integer(1, Number.MAX_SAFE_INTEGER);
const outline = record({ kind: kindShape, body: anything });

export interface Payload {
  readonly kind: number;
  /** Of an unknown kind: the whole item as it came. */
  readonly body: unknown;
}

export const payload: Shape<Payload> = {
  read(item) {
    demand(item instanceof Map, "payload.malformed");
    const kind = kindShape.read(item.get(1) ?? 0);
    const shape = bodies[kind];
    return shape === undefined ? { kind, body: item } : { kind, body: shape.read(outline.read(item).body) };
  },
  write({ kind, body }) {
    const shape = bodies[kind];
    demand(shape !== undefined, "payload.kind-unknown");
    return outline.write({ kind, body: shape.write(body) });
  },
};
