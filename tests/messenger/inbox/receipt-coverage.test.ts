import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TipRow } from "../../../lib/messenger/engine/rows.ts";
import {
  mergeCoverage,
  noReceipt,
  receiptFrontier,
  tipAfter,
} from "../../../lib/messenger/inbox/receipt-coverage.ts";
import { isCovered } from "../../../lib/messenger/inbox/receipt-desk.ts";
import { receiptKinds } from "../../../lib/protocol/receipt.ts";

const hashOf = (sequence: number) => new Uint8Array(64).fill(sequence);

/** What a sender learns from the receipt of a receiver that opened these of its messages. */
function learn(opened: readonly number[], kind: 1 | 2 = receiptKinds.delivered) {
  let tip: TipRow | undefined;
  for (const sequence of opened) tip = tipAfter(tip, { sequence, hash: hashOf(sequence) });
  const frontier = receiptFrontier(tip ? [tip] : []);
  const positions = frontier
    .filter((hash) => hash[0] !== 0)
    .map((hash) => ({ sequence: hash[0] as number, hash }));
  return mergeCoverage(noReceipt, kind, positions, frontier.length > positions.length);
}

describe("receipts", () => {
  it("say exactly what was opened, whatever is missing and in whatever order it came", () => {
    const opened = fc.uniqueArray(fc.integer({ min: 1, max: 14 }), { maxLength: 14 });
    fc.assert(
      fc.property(opened, (sequences) => {
        const row = learn(sequences);
        for (let sequence = 1; sequence <= 14; sequence++)
          expect(isCovered(row, "delivered", sequence)).toBe(sequences.includes(sequence));
      }),
    );
  });

  it("never claim a message that was not opened, however many are missing", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 120 })), (sequences) => {
        const row = learn(sequences);
        for (let sequence = 1; sequence <= 120; sequence++)
          if (isCovered(row, "delivered", sequence)) expect(sequences).toContain(sequence);
      }),
    );
  });

  it("of reading are receipts of delivery too", () => {
    const row = learn([1, 2, 3], receiptKinds.read);
    expect([isCovered(row, "read", 3), isCovered(row, "delivered", 3), isCovered(row, "read", 4)]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
