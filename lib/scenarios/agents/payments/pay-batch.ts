import type { OrderContent, PaymentContent } from "../../../messenger/api/content.ts";
import type { AgentPost } from "../agent-duty.ts";
import { repeatableId } from "../repeatable-id.ts";
import { type Batch, referenceOf } from "./ledger.ts";
import { currency } from "./payments-options.ts";

/** How long the other bank has to say whether the totals agree, ms. */
const settlementLifeMs = 24 * 3_600_000;

export function paymentOf(
  { batch, amounts }: Pick<Batch, "batch" | "amounts">,
  index: number,
  parties: { readonly debtor: AgentPost; readonly creditor: AgentPost },
  now: number,
): PaymentContent {
  const { debtor, creditor } = parties;
  return {
    kind: "payment",
    reference: referenceOf(batch, index),
    debtor: debtor.name,
    debtorAccount: "SETTLEMENT-A",
    creditor: creditor.name,
    creditorAccount: "SETTLEMENT-B",
    amount: amounts[index] ?? 0,
    currency,
    executeAt: now,
    purpose: "",
  };
}

/** Asks the other bank to compare what it booked of this batch with what was sent. */
function settlementOf({ batch, amounts }: Pick<Batch, "batch" | "amounts">, now: number): OrderContent {
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  return {
    kind: "order",
    reference: batch,
    target: "settlement",
    action: "compare totals",
    parameters: [
      { name: "count", value: String(amounts.length) },
      { name: "total", value: String(total) },
      { name: "currency", value: currency },
    ],
    notBefore: now,
    notAfter: now + settlementLifeMs,
  };
}

export function paymentId(batch: string, index: number): string {
  return repeatableId("payment", referenceOf(batch, index));
}

export function settlementId(batch: string): string {
  return repeatableId("settlement", batch);
}

/** Puts a whole batch in the outbox. Called again after a crash, it sends what is not there yet and nothing twice. */
export async function sendBatch(
  engine: {
    send(
      conversation: string,
      content: PaymentContent | OrderContent,
      suite: Batch["suite"],
      level: 0,
      id: string,
    ): Promise<string>;
  },
  conversation: string,
  batch: Batch,
  parties: { readonly debtor: AgentPost; readonly creditor: AgentPost },
): Promise<void> {
  const now = Date.now();
  for (const index of batch.amounts.keys()) {
    const payment = paymentOf(batch, index, parties, now);
    await engine.send(conversation, payment, batch.suite, 0, paymentId(batch.batch, index));
  }
  await engine.send(conversation, settlementOf(batch, now), batch.suite, 0, settlementId(batch.batch));
}
