import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chunkCountOf } from "../../lib/protocol/file-stream.ts";
import { defaultLevelPolicy } from "../../lib/protocol/level-policy.ts";
import {
  decodePayload,
  encodePayload,
  type Payload,
  type PayloadOf,
  payloadText,
} from "../../lib/protocol/payload.ts";
import { checkPayload, checkTarget, targetOf } from "../../lib/protocol/payload-rules.ts";
import type { outcomes } from "../../lib/protocol/payload-structured.ts";
import { codeOf, expectCode, flipBit, random } from "./expectations.ts";
import { payloadExamples } from "./payload-examples.ts";

const hash = (fill: number) => new Uint8Array(64).fill(fill);
const examples = payloadExamples(hash(1));
const byName = Object.fromEntries(examples.map(([name, payload]) => [name, payload]));

describe("a payload", () => {
  for (const [name, payload] of examples) {
    test(`of kind ${name} comes back from its encoding`, () => {
      expect(decodePayload(encodePayload(payload))).toEqual(payload);
    });
  }

  test("of any kind, with any bit flipped, is refused or is another well-formed payload, never a crash", () => {
    fc.assert(
      fc.property(fc.nat(examples.length - 1), fc.nat(), fc.nat(7), (i, at, bit) => {
        const bytes = encodePayload(examples[i]![1]);
        const altered = flipBit(bytes, at % bytes.length, bit);
        let payload: Payload;
        try {
          payload = decodePayload(altered);
        } catch (error) {
          expect(error).toHaveProperty("code", "payload.malformed");
          return;
        }
        if (payload.kind === 0) expect(payload.encoded).toEqual(altered);
        else expect(encodePayload(payload)).toEqual(altered);
      }),
      { numRuns: 2000 },
    );
  });

  test("of a kind that only a newer program knows is kept as it came, not lost", async () => {
    const bytes = new Uint8Array([0xa2, 1, 0x18, 99, 2, 0xa1, 1, 0x61, 0x78]);
    const payload = decodePayload(bytes);
    expect(payload).toEqual({ kind: 0, unknownKind: 99, encoded: bytes });
    expect(payloadText(payload)).toBe("");
    await expectCode(() => encodePayload(payload), "payload.kind-unknown");
  });

  test("with a third field, without body, without kind, or after other bytes is refused", async () => {
    for (const bytes of [
      [0xa3, 1, 1, 2, 0x60, 3, 0],
      [0xa1, 1, 1],
      [0xa1, 2, 0x60],
      [0xa2, 1, 0, 2, 0x60],
      [0xa2, 1, 1, 2, 0x60, 0],
      [0xa2, 2, 0x60, 1, 1],
    ])
      await expectCode(() => decodePayload(new Uint8Array(bytes)), "payload.malformed");
  });

  test("is refused beyond its limits", async () => {
    const limits: [Payload, string][] = [
      [{ kind: 2, body: { target: random(63), text: "" } }, "cbor.length"],
      [{ kind: 3, body: { target: hash(1), text: "x".repeat(65_537) } }, "cbor.length"],
      [{ kind: 5, body: { target: hash(1), emoji: "", on: true } }, "cbor.length"],
      [{ kind: 6, body: { seconds: 365 * 86_400 + 1 } }, "cbor.range"],
      [{ kind: 7, body: { title: "" } }, "cbor.length"],
      [
        { kind: 9, body: { name: "a", mediaType: "b", bytes: new Uint8Array(960 * 1024 + 1) } },
        "cbor.length",
      ],
      [{ kind: 12, body: { source: "s", measuredAt: 0, readings: [] } }, "cbor.length"],
      [{ kind: 14, body: { target: hash(1), outcome: 4 as typeof outcomes.done } }, "cbor.value"],
    ];
    for (const [payload, code] of limits) await expectCode(() => encodePayload(payload), code);
    const { body } = byName.payment as PayloadOf<13>;
    await expectCode(() => encodePayload({ kind: 13, body: { ...body, amount: 0.5 } }), "cbor.type");
    await expectCode(() => encodePayload({ kind: 13, body: { ...body, currency: "EURO" } }), "cbor.length");
  });
});

describe("a file", () => {
  const file = (size: number, chunks = chunkCountOf(size)): Payload => ({
    kind: 8,
    body: { ...(byName.file as PayloadOf<8>).body, size, chunks },
  });
  const inline = (length: number): Payload => ({
    kind: 9,
    body: { name: "a.pdf", mediaType: "application/pdf", bytes: new Uint8Array(length) },
  });

  test("by stream has no place under a pad, and one under a pad none in an epoch", async () => {
    for (const suite of [2, 3] as const) {
      checkPayload(file(20_000_000), suite, 0);
      await expectCode(() => checkPayload(inline(1), suite, 0), "payload.suite");
    }
    for (const suite of [1, 4] as const) {
      checkPayload(inline(20_000), suite, 0);
      await expectCode(() => checkPayload(file(1), suite, 0), "payload.suite");
    }
  });

  test("is refused when larger than its level allows, or of chunks that do not make its size", async () => {
    const [{ padFileBytes, streamFileBytes }] = defaultLevelPolicy.levels as [never];
    checkPayload(inline(padFileBytes), 4, 3);
    await expectCode(() => checkPayload(inline(padFileBytes + 1), 4, 3), "payload.file-too-large");
    await expectCode(() => checkPayload(file(streamFileBytes + 1), 2, 0), "payload.file-too-large");
    await expectCode(() => checkPayload(file(1), 3, 2), "payload.file-too-large");
    await expectCode(() => checkPayload(file(65_537, 1), 2, 0), "payload.contradictory");
  });

  test("order and formal message that contradict themselves are refused", async () => {
    const order = byName.order as PayloadOf<11>;
    const late = { ...order, body: { ...order.body, notBefore: order.body.notAfter + 1 } };
    await expectCode(() => checkPayload(late, 2, 0), "payload.contradictory");
    const formal = byName.formal as PayloadOf<10>;
    const copy = { ...formal, body: { ...formal.body, copy: formal.body.copies + 1 } };
    await expectCode(() => checkPayload(copy, 2, 0), "payload.contradictory");
  });
});

describe("a message about another", () => {
  const [author, stranger] = [random(16), random(16)];
  const target = (kind: number, deleted = false) => ({ user: author, kind, deleted });
  const about = (name: string) => byName[name] as Payload;
  const check = (name: string, user: Uint8Array<ArrayBuffer>, on: ReturnType<typeof target> | undefined) =>
    codeOf(() => checkTarget(about(name), user, on));

  test("may edit and delete only what the same user wrote, from any of that user's devices", async () => {
    expect(await check("edit", author, target(1))).toBe("accepted");
    expect(await check("delete", author, target(8))).toBe("accepted");
    expect(await check("edit", stranger, target(1))).toBe("payload.not-author");
    expect(await check("delete", stranger, target(1))).toBe("payload.not-author");
  });

  test("may edit texts and replies only, and nothing that was deleted", async () => {
    expect(await check("edit", author, target(2))).toBe("accepted");
    for (const kind of [3, 5, 8, 10, 11, 13])
      expect(await check("edit", author, target(kind))).toBe("payload.target-kind");
    expect(await check("edit", author, target(1, true))).toBe("payload.target-deleted");
    expect(await check("delete", author, target(1, true))).toBe("payload.target-deleted");
    expect(await check("reaction", stranger, target(1, true))).toBe("payload.target-deleted");
  });

  test("may react to what is shown, and acknowledge another's order, payment, reading or formal message", async () => {
    expect(await check("reaction", stranger, target(1))).toBe("accepted");
    expect(await check("reaction", stranger, target(5))).toBe("payload.target-kind");
    for (const kind of [10, 11, 12, 13])
      expect(await check("acknowledgement", stranger, target(kind))).toBe("accepted");
    expect(await check("acknowledgement", author, target(11))).toBe("payload.target-kind");
    expect(await check("acknowledgement", stranger, target(1))).toBe("payload.target-kind");
  });

  test("waits for its target when that is not here; a reply does not", async () => {
    for (const name of ["edit", "delete", "reaction", "acknowledgement"])
      expect(await check(name, author, undefined)).toBe("payload.target-unknown");
    expect(await check("reply", author, undefined)).toBe("accepted");
    expect(await check("text", author, undefined)).toBe("accepted");
    expect(targetOf(about("reply"))).toEqual(hash(1));
    expect(targetOf(about("text"))).toBeUndefined();
  });
});
