import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ledger, referenceOf } from "../../../lib/scenarios/agents/payments/ledger.ts";
import { paymentId, sendBatch, settlementId } from "../../../lib/scenarios/agents/payments/pay-batch.ts";

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "vernam-bank-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const post = (handle: string) => ({
  handle,
  kind: "payments" as const,
  site: "s",
  name: handle,
  user: handle,
});
const parties = { debtor: post("a"), creditor: post("b") };

describe("a bank's books", () => {
  it("book every transfer once, in whatever order and however often its message comes, also over restarts", async () => {
    const amounts = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(amounts, fc.infiniteStream(fc.nat()), async (batch, choices) =>
        inFolder(async (folder) => {
          let ledger = await Ledger.open(folder);
          const deliveries = [...batch.keys(), ...batch.keys()].sort(() => (choices.next().value % 2) - 0.5);
          for (const index of deliveries) {
            if (choices.next().value % 4 === 0) ledger = await Ledger.open(folder);
            expect(await ledger.book("payer", referenceOf("b", index), batch[index]!)).toBe(true);
          }
          const sum = { count: batch.length, amount: batch.reduce((a, b) => a + b, 0) };
          expect(ledger.receivedOf("payer", "b")).toEqual(sum);
          expect((await Ledger.open(folder)).totals.booked).toEqual(sum);
        }),
      ),
      { numRuns: 15 },
    );
  });

  it("refuse a known transfer with another amount, and keep payers apart", async () => {
    await inFolder(async (folder) => {
      const ledger = await Ledger.open(folder);
      expect(await ledger.book("payer", "b.0", 5)).toBe(true);
      expect(await ledger.book("payer", "b.0", 6)).toBe(false);
      expect(await ledger.book("other", "b.0", 6)).toBe(true);
      expect(ledger.receivedOf("payer", "b")).toEqual({ count: 1, amount: 5 });
    });
  });

  it("count what was acknowledged once, and remember what the other bank said of the totals", async () => {
    await inFolder(async (folder) => {
      const ledger = await Ledger.open(folder);
      await ledger.open({ batch: "b", suite: "AES", amounts: [3, 4] });
      for (const index of [1, 1, 0]) await ledger.settle("b", index);
      await ledger.settle("unknown", 0);
      await ledger.reconcile("b", true);
      await ledger.reconcile("b", false);
      const again = await Ledger.open(folder);
      expect(again.totals).toMatchObject({ paid: { count: 2, amount: 7 }, settled: { count: 2, amount: 7 } });
      expect(again.batch("b")).toMatchObject({ agreed: true });
    });
  });
});

describe("a batch", () => {
  it("is the same messages when it is sent again, and its settlement names count and total", async () => {
    const sent: { id: string; content: { kind: string } }[] = [];
    const engine = {
      send: async (_: string, content: { kind: string }, _suite: string, _level: 0, id: string) => {
        sent.push({ id, content });
        return id;
      },
    };
    const batch = {
      batch: "b",
      suite: "OTP",
      amounts: [3, 4],
      settled: new Set<number>(),
      agreed: null,
    } as const;
    await sendBatch(engine, "conversation", batch, parties);
    await sendBatch(engine, "conversation", batch, parties);
    const ids = sent.map(({ id }) => id);
    expect(ids.slice(0, 3)).toEqual(ids.slice(3));
    expect(ids.slice(0, 3)).toEqual([paymentId("b", 0), paymentId("b", 1), settlementId("b")]);
    expect(new Set(ids).size).toBe(3);
    expect(sent[2]!.content).toMatchObject({
      kind: "order",
      parameters: [
        { name: "count", value: "2" },
        { name: "total", value: "7" },
        { name: "currency", value: "EUR" },
      ],
    });
  });
});
