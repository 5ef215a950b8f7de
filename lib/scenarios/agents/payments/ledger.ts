import { join } from "node:path";
import { z } from "zod";
import { Journal } from "../journal.ts";
import { batchOptionsSchema, type PaymentsOptions, paymentsOptionsSchema } from "./payments-options.ts";

const lineSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("batch"),
    batch: z.string(),
    suite: batchOptionsSchema.shape.suite,
    amounts: z.array(z.int().min(1)),
  }),
  z.object({ kind: z.literal("settled"), batch: z.string(), index: z.int().min(0) }),
  z.object({ kind: z.literal("reconciled"), batch: z.string(), agreed: z.boolean() }),
  z.object({ kind: z.literal("booked"), from: z.string(), reference: z.string(), amount: z.int().min(1) }),
  z.object({ kind: z.literal("start"), run: z.string(), options: paymentsOptionsSchema }),
  z.object({ kind: z.literal("stop") }),
]);
type Line = z.infer<typeof lineSchema>;

/** A batch that this bank pays. Amounts in cents. */
export interface Batch {
  readonly batch: string;
  readonly suite: PaymentsOptions["suite"];
  readonly amounts: readonly number[];
  readonly settled: ReadonlySet<number>;
  /** Whether the other bank's total is ours; null before it said so. */
  readonly agreed: boolean | null;
}

export interface Sum {
  readonly count: number;
  /** In cents. */
  readonly amount: number;
}

/**
 * The books of one bank, on disk: what it pays, what was acknowledged, and what it received. Every transfer is booked
 * once, however often its message is looked at.
 */
export class Ledger {
  readonly #journal: Journal<Line>;
  readonly #batches = new Map<string, Batch & { settled: Set<number>; agreed: boolean | null }>();
  readonly #booked = new Map<string, number>();
  readonly #received = new Map<string, { count: number; amount: number }>();
  #paid = { count: 0, amount: 0 };
  #settled = { count: 0, amount: 0 };
  #bookedTotal = { count: 0, amount: 0 };
  #running: { readonly run: string; readonly options: PaymentsOptions } | undefined;

  private constructor(journal: Journal<Line>) {
    this.#journal = journal;
  }

  static async open(folder: string): Promise<Ledger> {
    const parse = (value: unknown) => lineSchema.safeParse(value).data;
    const { journal, lines } = await Journal.open<Line>(join(folder, "payments.jsonl"), parse);
    const ledger = new Ledger(journal);
    for (const line of lines) ledger.#apply(line);
    return ledger;
  }

  get batches(): readonly Batch[] {
    return [...this.#batches.values()];
  }

  /** Sent to the other bank, acknowledged by it, and received from it. */
  get totals(): { readonly paid: Sum; readonly settled: Sum; readonly booked: Sum } {
    return { paid: this.#paid, settled: this.#settled, booked: this.#bookedTotal };
  }

  batch(batch: string): Batch | undefined {
    return this.#batches.get(batch);
  }

  /** What was received of one batch of a payer. */
  receivedOf(from: string, batch: string): Sum {
    return this.#received.get(`${from}/${batch}`) ?? { count: 0, amount: 0 };
  }

  runningIn(run: string): PaymentsOptions | undefined {
    return this.#running?.run === run ? this.#running.options : undefined;
  }

  started(run: string, options: PaymentsOptions): Promise<void> {
    return this.#put({ kind: "start", run, options });
  }

  stopped(): Promise<void> {
    return this.#put({ kind: "stop" });
  }

  open(batch: Pick<Batch, "batch" | "suite" | "amounts">): Promise<void> {
    return this.#put({ kind: "batch", ...batch, amounts: [...batch.amounts] });
  }

  async settle(batch: string, index: number): Promise<void> {
    if (this.#batches.get(batch)?.settled.has(index) === false)
      await this.#put({ kind: "settled", batch, index });
  }

  async reconcile(batch: string, agreed: boolean): Promise<void> {
    if (this.#batches.get(batch)?.agreed === null) await this.#put({ kind: "reconciled", batch, agreed });
  }

  /** True when it is booked, now or before; false when this reference was booked with another amount. */
  async book(from: string, reference: string, amount: number): Promise<boolean> {
    const before = this.#booked.get(`${from}/${reference}`);
    if (before !== undefined) return before === amount;
    await this.#put({ kind: "booked", from, reference, amount });
    return true;
  }

  /** One call at a time for lines that depend on what is there. */
  async #put(line: Line): Promise<void> {
    this.#apply(line);
    await this.#journal.append(line);
  }

  #apply(line: Line): void {
    if (line.kind === "start") this.#running = { run: line.run, options: line.options };
    else if (line.kind === "stop") this.#running = undefined;
    else if (line.kind === "batch") {
      this.#batches.set(line.batch, { ...line, settled: new Set(), agreed: null });
      for (const amount of line.amounts) this.#paid = plus(this.#paid, amount);
    } else if (line.kind === "booked") {
      this.#booked.set(`${line.from}/${line.reference}`, line.amount);
      const name = `${line.from}/${batchOf(line.reference)}`;
      this.#received.set(name, plus(this.#received.get(name) ?? { count: 0, amount: 0 }, line.amount));
      this.#bookedTotal = plus(this.#bookedTotal, line.amount);
    } else this.#close(line);
  }

  #close(line: Extract<Line, { kind: "settled" | "reconciled" }>): void {
    const batch = this.#batches.get(line.batch);
    if (batch === undefined) return;
    if (line.kind === "reconciled") batch.agreed = line.agreed;
    else if (!batch.settled.has(line.index)) {
      batch.settled.add(line.index);
      this.#settled = plus(this.#settled, batch.amounts[line.index] ?? 0);
    }
  }
}

function plus(sum: Sum, amount: number): Sum {
  return { count: sum.count + 1, amount: sum.amount + amount };
}

/** Transfers of a batch are called "<batch>.<index>". */
export function referenceOf(batch: string, index: number): string {
  return `${batch}.${index}`;
}

function batchOf(reference: string): string {
  return reference.slice(0, reference.lastIndexOf("."));
}
