import type { GridOptions } from "./grid/grid-options.ts";
import type { BreakerPosition } from "./grid/grid-record.ts";
import type { KeyUseView } from "./key-use.ts";
import type { LatencyView } from "./latencies.ts";
import type { Sum } from "./payments/ledger.ts";
import type { PaymentsOptions } from "./payments/payments-options.ts";

/** One forged order, and what the attacked control centre made of it. */
export interface AttackResult {
  readonly method: "altered" | "replayed" | "unsigned";
  /** Why it was refused: a code of docs/PROTOCOL.md. Null: it was not refused, which is the alarm. */
  readonly refused: string | null;
  /** From putting it on the wire to the refusal, ms. */
  readonly milliseconds: number;
}

/** What a control centre tells of itself. Counts of sending are since this process started. */
export interface GridState {
  readonly running: boolean;
  readonly options: GridOptions | null;
  /** Why nothing leaves now, a code; null: all is well. */
  readonly waiting: string | null;
  readonly peer: string;
  readonly readingsSent: number;
  /** From measuring at the peer to reading here. */
  readonly readingsReceived: LatencyView;
  readonly ordersSent: number;
  readonly ordersAcknowledged: number;
  readonly ordersRefusedByPeer: number;
  /** From giving an order to having its acknowledgement. */
  readonly orderRoundTrip: LatencyView;
  /** Follows from the orders of the peer that were carried out here. */
  readonly breaker: BreakerPosition;
  /** Ever, on disk. */
  readonly ordersExecuted: number;
  readonly ordersRefused: number;
  /** Entries of the wire that were no messages, by reason. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly lastAttack: { readonly at: number; readonly results: readonly AttackResult[] } | null;
  readonly keys: readonly KeyUseView[];
}

/** A batch of transfers, as "run-batch" answers. Amounts in cents. */
export interface BatchResult {
  readonly batch: string;
  readonly suite: PaymentsOptions["suite"];
  readonly transfers: number;
  readonly settled: number;
  readonly total: number;
  readonly settledTotal: number;
  /** Whether the other bank's books say the same; null: it has not said. */
  readonly agreed: boolean | null;
  readonly milliseconds: number;
  /** Bits of end-to-end key that the batch drew. */
  readonly keyBits: number;
  /** What the same transfers cost under the one-time pad. */
  readonly otpBits: number;
}

/** What a central bank tells of itself. */
export interface PaymentsState {
  readonly running: boolean;
  readonly options: PaymentsOptions | null;
  readonly peer: string;
  /** Ever, on disk: sent to the other bank, acknowledged by it, and received from it. */
  readonly paid: Sum;
  readonly settled: Sum;
  readonly booked: Sum;
  readonly unsettled: number;
  readonly settlementTime: LatencyView;
  readonly keys: readonly KeyUseView[];
  readonly lastBatch: BatchResult | null;
}
