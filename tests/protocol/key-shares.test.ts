import fc from "fast-check";
import { expect, it } from "vitest";
import { openShare, sealShare, shareTagKeyBytes } from "../../lib/protocol/key-shares.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const cases = fc
  .integer({ min: 32, max: 200 })
  .chain((length) =>
    fc.tuple(
      bytes(length),
      bytes(length + shareTagKeyBytes),
      fc.array(bytes(16), { minLength: 1, maxLength: 4 }),
    ),
  );

it("a share opens to the key under the pad it was made with", () => {
  fc.assert(
    fc.property(cases, ([key, pad, ids]) => {
      const share = { site: "es-mad-mfa", ...sealShare(key, pad, ids) };
      expect(openShare(share, pad, ids)).toEqual(new Uint8Array(key));
    }),
  );
});

it("a share that was changed, or is for other keys, opens to nothing", () => {
  fc.assert(
    fc.property(cases, fc.nat(), fc.integer({ min: 1, max: 255 }), ([key, pad, ids], at, change) => {
      const share = { site: "es-mad-mfa", ...sealShare(key, pad, ids) };
      const masked = share.masked.slice();
      masked[at % masked.length]! ^= change;
      expect(() => openShare({ ...share, masked }, pad, ids)).toThrow(/not authentic/);
      const [first, ...rest] = ids.map((id) => id.slice());
      first![at % 16]! ^= change;
      expect(() => openShare(share, pad, [first!, ...rest])).toThrow(/not authentic/);
      expect(() => openShare(share, pad.subarray(1), ids)).toThrow(/not authentic/);
    }),
  );
});
