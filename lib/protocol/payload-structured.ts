import type { Bytes } from "../shared/bytes.ts";
import { arrayOf, hashBytes, intOf, oneOf, optional, structOf, textOf, uintOf } from "./cbor-codecs.ts";
import { limits } from "./limits.ts";

/** Messages that machines may act on. Exact numbers: whole ones with a scale, never floats. */

export interface OrderParameter {
  readonly name: string;
  readonly value: string;
}

/** An order to a person or an installation, such as "open breaker 7". */
export interface OrderBody {
  /** The sender's own number: one order is carried out once. */
  readonly reference: string;
  /** What is to act, such as an installation. */
  readonly target: string;
  readonly action: string;
  readonly parameters: readonly OrderParameter[];
  /** Milliseconds UTC: not to be carried out before, or after. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** value = mantissa / 10^scale, in `unit`. */
export interface Reading {
  readonly quantity: string;
  readonly mantissa: number;
  readonly scale: number;
  readonly unit: string;
}

export interface TelemetryBody {
  readonly source: string;
  readonly measuredAt: number;
  readonly readings: readonly Reading[];
}

export interface PaymentBody {
  /** Unique for the debtor: one instruction is carried out once. */
  readonly reference: string;
  readonly debtor: string;
  readonly debtorAccount: string;
  readonly creditor: string;
  readonly creditorAccount: string;
  /** In the currency's smallest unit. */
  readonly amount: number;
  /** ISO 4217, three letters. */
  readonly currency: string;
  readonly executeAt: number;
  readonly purpose: string;
}

export const outcomes = { received: 1, done: 2, refused: 3 } as const;

/** The answer to an order, a payment, a reading or a formal message. */
export interface AcknowledgementBody {
  readonly target: Bytes;
  readonly outcome: 1 | 2 | 3;
  readonly note?: string;
}

const line = textOf(limits.title, 1);
const reference = textOf(64, 1);
const remark = textOf(limits.title);

const parameterCodec = structOf<OrderParameter>({ name: [1, reference], value: [2, remark] });

export const orderCodec = structOf<OrderBody>({
  reference: [1, reference],
  target: [2, line],
  action: [3, line],
  parameters: [4, arrayOf(parameterCodec, 32)],
  notBefore: [5, uintOf()],
  notAfter: [6, uintOf()],
});

const readingCodec = structOf<Reading>({
  quantity: [1, line],
  mantissa: [2, intOf()],
  scale: [3, uintOf(9)],
  unit: [4, textOf(32)],
});

export const telemetryCodec = structOf<TelemetryBody>({
  source: [1, line],
  measuredAt: [2, uintOf()],
  readings: [3, arrayOf(readingCodec, 64, 1)],
});

export const paymentCodec = structOf<PaymentBody>({
  reference: [1, reference],
  debtor: [2, line],
  debtorAccount: [3, reference],
  creditor: [4, line],
  creditorAccount: [5, reference],
  amount: [6, uintOf(undefined, 1)],
  currency: [7, textOf(3, 3)],
  executeAt: [8, uintOf()],
  purpose: [9, remark],
});

export const acknowledgementCodec = structOf<AcknowledgementBody>({
  target: [1, hashBytes],
  outcome: [2, oneOf([outcomes.received, outcomes.done, outcomes.refused])],
  note: [3, optional(remark)],
});
