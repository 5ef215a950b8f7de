import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packBits, unpackBits } from "../../lib/quantum/bits.ts";
import { BitCollector } from "../../lib/quantum/pulse-planes.ts";
import { SiftedRecord } from "../../lib/quantum/sifted-record.ts";

const event = fc.record({
  own: fc.nat(1),
  other: fc.nat(1),
  bit: fc.nat(1),
  intensity: fc.nat(2),
});
const plane = (bits: readonly number[]) => packBits(Uint8Array.from(bits));

describe("collecting bits under a mask", () => {
  it("keeps exactly the selected bits in order, over many batches", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.tuple(fc.nat(1), fc.nat(1)), { maxLength: 60 }), { maxLength: 8 }),
        (batches) => {
          const collector = new BitCollector();
          for (const batch of batches) {
            collector.append(plane(batch.map(([bit]) => bit)), plane(batch.map(([, mask]) => mask)));
          }
          const wanted = batches.flat().flatMap(([bit, mask]) => (mask === 1 ? [bit] : []));
          expect(collector.length).toBe(wanted.length);
          expect(Array.from(unpackBits(collector.take(), wanted.length))).toEqual(wanted);
        },
      ),
    );
  });
});

describe("sifting", () => {
  it("keeps events of agreeing bases, counts them by intensity, and forgets the others", () => {
    fc.assert(
      fc.property(fc.array(fc.array(event, { maxLength: 50 }), { maxLength: 6 }), (batches) => {
        const record = new SiftedRecord();
        for (const batch of batches) {
          record.add(
            {
              length: batch.length,
              basis: plane(batch.map((e) => e.own)),
              bits: plane(batch.map((e) => e.bit)),
            },
            plane(batch.map((e) => e.other)),
            {
              decoy: plane(batch.map((e) => (e.intensity === 1 ? 1 : 0))),
              vacuum: plane(batch.map((e) => (e.intensity === 2 ? 1 : 0))),
            },
          );
        }
        const inBasis = (basis: number) => batches.flat().filter((e) => e.own === basis && e.other === basis);
        const [key, test] = [inBasis(0), inBasis(1)];
        expect(record.keyCounts).toEqual([0, 1, 2].map((k) => key.filter((e) => e.intensity === k).length));
        expect(record.testCounts).toEqual([0, 1, 2].map((k) => test.filter((e) => e.intensity === k).length));
        expect(Array.from(unpackBits(record.takeKey(), key.length))).toEqual(key.map((e) => e.bit));
        const kept = record.takeTest();
        expect(kept.length).toBe(test.length);
        expect(Array.from(unpackBits(kept.bits, test.length))).toEqual(test.map((e) => e.bit));
        expect(Array.from(unpackBits(kept.vacuum, test.length))).toEqual(
          test.map((e) => Number(e.intensity === 2)),
        );
      }),
    );
  });

  it("refuses an announcement of another length", () => {
    const record = new SiftedRecord();
    const own = { length: 9, basis: new Uint8Array(2), bits: new Uint8Array(2) };
    const intensity = { decoy: new Uint8Array(2), vacuum: new Uint8Array(2) };
    expect(() => record.add(own, new Uint8Array(1), intensity)).toThrow("length");
  });
});
