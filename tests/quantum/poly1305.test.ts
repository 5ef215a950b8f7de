import { poly1305 as reference } from "@noble/ciphers/_poly1305.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Poly1305, poly1305 } from "../../lib/quantum/poly1305.ts";
import { fromHex, toHex } from "../../lib/shared/hex.ts";

describe("Poly1305", () => {
  it("gives the tag of RFC 8439, section 2.5.2", () => {
    const key = fromHex("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b");
    const text = new TextEncoder().encode("Cryptographic Forum Research Group");
    expect(toHex(poly1305(text, key))).toBe("a8061dc1305136c6c22b8baf0c0127a9");
  });

  it("agrees with another implementation on any key and message, however it is cut", () => {
    const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
    fc.assert(
      fc.property(bytes(32, 32), bytes(0, 200), fc.nat(200), (key, text, cut) => {
        const hash = new Poly1305(key);
        hash.update(text.subarray(0, cut));
        hash.update(text.subarray(cut));
        expect(hash.digest()).toEqual(new Uint8Array(reference(text, key)));
      }),
      { numRuns: 200 },
    );
  });

  it("agrees where sums are as large as they can be", () => {
    for (const fill of [0, 1, 0x7f, 0xfc, 0xff]) {
      for (let length = 0; length <= 130; length++) {
        for (const keyFill of [0xff, 1, 2]) {
          const key = new Uint8Array(32).fill(keyFill);
          const text = new Uint8Array(length).fill(fill);
          expect(poly1305(text, key)).toEqual(new Uint8Array(reference(text, key)));
        }
      }
    }
  });
});
