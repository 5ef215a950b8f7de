import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hopTagKeyBytes, openHop, RelayTamperedError, sealHop } from "../../../lib/keys/kme/hop.ts";
import { SecretBytes } from "../../../lib/shared/secret-bytes.ts";

const relayId = new Uint8Array(16).fill(7);
const cases = fc
  .uint8Array({ minLength: 1, maxLength: 200 })
  .chain((key) =>
    fc.tuple(
      fc.constant(key),
      fc.uint8Array({ minLength: key.length + hopTagKeyBytes, maxLength: key.length + hopTagKeyBytes }),
      fc.nat(2 ** 31),
    ),
  );

describe("a hop", () => {
  it("carries any key whole, under any link key, and both ends forget the link key", () => {
    fc.assert(
      fc.property(cases, ([key, linkKey, offset]) => {
        const reservation = { offset, bytes: linkKey.length };
        const [atSender, atReceiver] = [SecretBytes.copyOf(linkKey), SecretBytes.copyOf(linkKey)];
        const frame = sealHop(relayId, "a~b", reservation, key, atSender);
        expect(frame.ciphertext).toEqual(key.map((byte, i) => byte ^ linkKey[i]!));
        expect(openHop(frame, atReceiver)).toEqual(new Uint8Array(key));
        expect(atSender.destroyed && atReceiver.destroyed).toBe(true);
      }),
    );
  });

  it("refuses a frame with any bit changed, another length, place, link or relay", () => {
    fc.assert(
      fc.property(cases, fc.nat(), ([key, linkKey, offset], position) => {
        const reservation = { offset, bytes: linkKey.length };
        const frame = sealHop(relayId, "a~b", reservation, key, SecretBytes.copyOf(linkKey));
        const flip = (bytes: Uint8Array) => {
          const changed = bytes.slice();
          changed[position % bytes.length]! ^= 1 << (position % 8);
          return changed;
        };
        for (const changed of [
          { ...frame, ciphertext: flip(frame.ciphertext) },
          { ...frame, tag: flip(frame.tag) },
          { ...frame, relayId: flip(frame.relayId) },
          { ...frame, linkId: "a~c" },
          { ...frame, reservation: { ...reservation, offset: offset + 1 } },
          { ...frame, ciphertext: frame.ciphertext.slice(1) },
        ]) {
          expect(() => openHop(changed, SecretBytes.copyOf(linkKey))).toThrow(RelayTamperedError);
        }
      }),
    );
  });
});
