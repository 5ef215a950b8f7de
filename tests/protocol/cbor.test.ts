import { encode } from "cborg";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeWith, encodeWith } from "../../lib/protocol/cbor.ts";
import {
  arrayOf,
  bool,
  bytesOf,
  optional,
  structOf,
  textOf,
  uintOf,
} from "../../lib/protocol/cbor-codecs.ts";
import { decodeCommand, encodeCommand } from "../../lib/protocol/command.ts";
import { expectCode, random } from "./expectations.ts";

interface Sample {
  readonly count: number;
  readonly name: string;
  readonly data: Uint8Array<ArrayBuffer>;
  readonly flags: readonly boolean[];
  readonly extra?: number;
}

const sample = structOf<Sample>({
  count: [1, uintOf()],
  name: [2, textOf(64)],
  data: [3, bytesOf(0, 64)],
  flags: [4, arrayOf(bool, 4)],
  extra: [30, optional(uintOf())],
});
const write = (value: Sample) => encodeWith(sample, "sample", value, 1024);
const readBytes = (bytes: Uint8Array) => decodeWith(sample, "sample", bytes, 1024);
const raw = (...bytes: number[]) => new Uint8Array(bytes);
const rest = [0x02, 0x61, 0x61, 0x03, 0x40, 0x04, 0x80];

describe("deterministic CBOR", () => {
  test("every value comes back, and each has one encoding", () => {
    const values = fc.record<Sample>(
      {
        count: fc.maxSafeNat(),
        name: fc.string({ unit: "grapheme", maxLength: 12 }).filter((text) => Buffer.byteLength(text) <= 64),
        data: fc.uint8Array({ maxLength: 64 }).map((bytes) => new Uint8Array(bytes)),
        flags: fc.array(fc.boolean(), { maxLength: 4 }),
        extra: fc.maxSafeNat(),
      },
      { requiredKeys: ["count", "name", "data", "flags"] },
    );
    fc.assert(
      fc.property(values, (value) => {
        const bytes = write(value);
        expect(readBytes(bytes)).toEqual(value);
        expect(write(readBytes(bytes))).toEqual(bytes);
      }),
    );
  });

  test("whatever bytes decode are the encoding of what they decode to", () => {
    const good = write({ count: 300, name: "é", data: random(5), flags: [true], extra: 70_000 });
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, value) => {
        const mutated = good.slice();
        mutated[at] = value;
        let decoded: Sample;
        try {
          decoded = readBytes(mutated);
        } catch {
          return;
        }
        expect(write(decoded)).toEqual(mutated);
      }),
      { numRuns: 2000 },
    );
  });

  test("no small integer can be spelt as a float, wherever it stands", () => {
    const good = write({ count: 7, name: "a", data: raw(), flags: [], extra: 3 });
    const spellings = (number: number) => {
      const view = new DataView(new ArrayBuffer(14));
      view.setUint8(0, 0xfa);
      view.setFloat32(1, number);
      view.setUint8(5, 0xfb);
      view.setFloat64(6, number);
      return [new Uint8Array(view.buffer, 0, 5), new Uint8Array(view.buffer, 5, 9)];
    };
    for (const [at, byte] of good.entries())
      for (const spelling of byte < 0x18 ? spellings(byte) : [])
        expect(() =>
          readBytes(raw(...good.subarray(0, at), ...spelling, ...good.subarray(at + 1))),
        ).toThrow();
  });

  const refused: readonly [string, Uint8Array, string][] = [
    ["an integer that is not the shortest", raw(0xa4, 0x01, 0x18, 0x05, ...rest), "cbor.not-shortest"],
    ["a key that is not the shortest", raw(0xa4, 0x18, 0x01, 0x05, ...rest), "cbor.not-shortest"],
    ["a length that is not the shortest", raw(0xb8, 0x04, 0x01, 0x05, ...rest), "cbor.not-shortest"],
    ["an indefinite map", raw(0xbf, 0x01, 0x05, ...rest, 0xff), "cbor.indefinite"],
    [
      "an indefinite text",
      raw(0xa4, 0x01, 0x05, 0x02, 0x7f, 0x61, 0x61, 0xff, 0x03, 0x40, 0x04, 0x80),
      "cbor.indefinite",
    ],
    ["a duplicate key", raw(0xa5, 0x01, 0x05, 0x01, 0x05, ...rest), "cbor.duplicate-key"],
    ["keys out of order", raw(0xa4, 0x02, 0x61, 0x61, 0x01, 0x05, 0x03, 0x40, 0x04, 0x80), "cbor.key-order"],
    ["an unknown key", raw(0xa5, 0x01, 0x05, ...rest, 0x05, 0x00), "cbor.unknown-key"],
    ["a text key", raw(0xa5, 0x01, 0x05, ...rest, 0x61, 0x61, 0x00), "cbor.unknown-key"],
    ["a missing key", raw(0xa3, 0x01, 0x05, 0x02, 0x61, 0x61, 0x03, 0x40), "cbor.missing-key"],
    ["bytes after the end", raw(0xa4, 0x01, 0x05, ...rest, 0x00), "cbor.trailing"],
    ["a truncated item", raw(0xa4, 0x01, 0x05, 0x02, 0x61, 0x61, 0x03, 0x44, 1, 2), "cbor.truncated"],
    ["nothing at all", raw(), "cbor.truncated"],
    ["a wrong type", raw(0xa4, 0x01, 0x61, 0x61, ...rest), "cbor.type"],
    ["a negative integer", raw(0xa4, 0x01, 0x20, ...rest), "cbor.range"],
    ["a float for an integer", raw(0xa4, 0x01, 0xf9, 0x45, 0x00, ...rest), "cbor.not-shortest"],
    ["a float for a key", raw(0xa4, 0xf9, 0x3c, 0x00, 0x05, ...rest), "cbor.not-shortest"],
    [
      "a long float for an integer",
      raw(0xa4, 0x01, 0xfb, 0x40, 0x14, 0, 0, 0, 0, 0, 0, ...rest),
      "cbor.not-shortest",
    ],
    ["a tag", raw(0xc1, 0xa0), "cbor.malformed"],
    ["null", raw(0xf6), "cbor.type"],
    ["a number beyond 2^53", raw(0xa4, 0x01, 0x1b, 0xff, 0, 0, 0, 0, 0, 0, 0, ...rest), "cbor.range"],
    ["malformed UTF-8", raw(0xa4, 0x01, 0x05, 0x02, 0x61, 0xff, 0x03, 0x40, 0x04, 0x80), "cbor.text"],
    [
      "an array too long",
      raw(0xa4, 0x01, 0x05, 0x02, 0x61, 0x61, 0x03, 0x40, 0x04, 0x85, 0xf5, 0xf5, 0xf5, 0xf5, 0xf5),
      "cbor.length",
    ],
    ["more bytes than allowed", new Uint8Array(1025), "cbor.too-large"],
  ];
  for (const [what, bytes, code] of refused)
    test(`refuses ${what}: ${code}`, () => expectCode(() => readBytes(bytes), code));

  test("a byte order mark is part of a text", () => {
    const bytes = write({ count: 1, name: "\uFEFFa", data: raw(), flags: [] });
    expect(readBytes(bytes).name).toBe("\uFEFFa");
  });

  test("encoding refuses what decoding refuses", async () => {
    const value: Sample = { count: 1, name: "a", data: raw(), flags: [] };
    await expectCode(() => write({ ...value, count: 1.5 }), "cbor.type");
    await expectCode(() => write({ ...value, count: -0 }), "cbor.type");
    await expectCode(() => write({ ...value, name: "\uD800" }), "cbor.text");
    await expectCode(() => write({ ...value, name: "x".repeat(65) }), "cbor.length");
    await expectCode(() => write({ ...value, data: random(65) }), "cbor.length");
  });

  test("thousands of nested arrays are refused, not a crash", async () => {
    const deep = new Uint8Array(1024 * 1024).fill(0x81);
    await expectCode(() => decodeWith(sample, "sample", deep, 2e6), "cbor.malformed");
  });

  test("a huge declared length costs nothing", () =>
    expectCode(() => readBytes(raw(0x9b, 0, 0, 0x0f, 0xff, 0xff, 0xff, 0xff, 0xff)), "cbor.truncated"));
});

describe("command arguments", () => {
  const command = { nonce: random(16), expiry: 5, kind: "link.cut", certificateHash: random(64) };

  test("come back: texts, unsigned integers, truth values and float64", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({ minLength: 1, maxLength: 8 }).filter((key) => key !== "__proto__"),
          fc.oneof(
            fc.string({ maxLength: 20 }),
            fc.boolean(),
            fc.maxSafeNat(),
            fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Number.isInteger(n)),
          ),
          { maxKeys: 8 },
        ),
        (args) => {
          const decoded = decodeCommand(encodeCommand({ ...command, args }));
          expect({ ...decoded.args }).toEqual({ ...args });
        },
      ),
    );
  });

  test("have one spelling: a short float or unordered keys are refused", async () => {
    const body = (args: Uint8Array) => {
      const bytes = encodeCommand({ ...command, args: {} });
      const at = bytes.indexOf(0xa0, 20);
      return new Uint8Array([...bytes.subarray(0, at), ...args, ...bytes.subarray(at + 1)]);
    };
    await expectCode(() => decodeCommand(body(raw(0xa1, 0x61, 0x61, 0xf9, 0x38, 0x00))), "cbor.not-shortest");
    await expectCode(
      () => decodeCommand(body(raw(0xa2, 0x61, 0x62, 0xf5, 0x61, 0x61, 0xf5))),
      "cbor.not-shortest",
    );
    expect(decodeCommand(body(raw(0xa2, 0x61, 0x61, 0xf5, 0x61, 0x62, 0xf5))).args).toEqual({
      a: true,
      b: true,
    });
    expect(encode(0.5, { float64: true })[0]).toBe(0xfb);
  });
});
