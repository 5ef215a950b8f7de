import { encode, rfc8949EncodeOptions } from "cborg";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeRowBody, encodeRowBody, type LedgerDetail } from "../../../lib/keys/ledger/ledger-row.ts";

const scalar = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  fc.boolean(),
  fc.constant(null),
);
const name = fc.oneof(
  fc.constantFrom("keys", "bits", "master", "slaves", "routes", "links", "bytes", "shares", "reason"),
  // Long enough for a head of two bytes, and in scripts whose code units are not in the order of their bytes.
  fc.string({ unit: "grapheme", maxLength: 40 }),
);
const detail = fc.dictionary(
  name,
  fc.oneof(scalar, fc.array(fc.string({ unit: "grapheme" }))),
) as fc.Arbitrary<LedgerDetail>;

describe("the body of a ledger row", () => {
  it("is the deterministic encoding of RFC 8949 whatever the names of its detail, and reads back", () => {
    fc.assert(
      fc.property(detail, fc.nat(), (given, index) => {
        const row = { site: "pt-lis-mne", index, at: 1_790_000_000_000, kind: "relay" };
        const body = encodeRowBody(row, given);
        const wanted = encode([1, row.site, index, row.at, row.kind, given], rfc8949EncodeOptions);
        expect(Buffer.from(body).toString("hex")).toBe(Buffer.from(wanted).toString("hex"));
        expect(decodeRowBody(body)).toEqual({ ...row, detail: given });
      }),
      { numRuns: 500 },
    );
  });
});
