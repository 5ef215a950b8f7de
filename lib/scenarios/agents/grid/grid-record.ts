import { join } from "node:path";
import { z } from "zod";
import { Journal } from "../journal.ts";
import { type GridOptions, gridOptionsSchema } from "./grid-options.ts";

export type BreakerPosition = "open" | "closed";

const lineSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("order"),
    from: z.string(),
    reference: z.string(),
    action: z.string(),
    outcome: z.enum(["done", "refused"]),
    at: z.number(),
  }),
  z.object({ kind: z.literal("start"), run: z.string(), options: gridOptionsSchema }),
  z.object({ kind: z.literal("stop") }),
]);
type Line = z.infer<typeof lineSchema>;

export interface OrderDecision {
  readonly outcome: "done" | "refused";
  /** False: it was decided before, and is not carried out again. */
  readonly fresh: boolean;
}

/**
 * What a control centre has decided, on disk. The breaker's position follows from it: carrying an order out is writing
 * it down, so that a killed process has done it once or not at all.
 */
export class GridRecord {
  readonly #journal: Journal<Line>;
  readonly #decided = new Map<string, "done" | "refused">();
  #breaker: BreakerPosition = "closed";
  #running: { readonly run: string; readonly options: GridOptions } | undefined;
  #executed = 0;
  #tooLate = 0;

  private constructor(journal: Journal<Line>) {
    this.#journal = journal;
  }

  static async open(folder: string): Promise<GridRecord> {
    const parse = (value: unknown) => lineSchema.safeParse(value).data;
    const { journal, lines } = await Journal.open<Line>(join(folder, "grid.jsonl"), parse);
    const record = new GridRecord(journal);
    for (const line of lines) record.#apply(line);
    return record;
  }

  get breaker(): BreakerPosition {
    return this.#breaker;
  }

  get executed(): number {
    return this.#executed;
  }

  get tooLate(): number {
    return this.#tooLate;
  }

  /** What was started in this run of the deployment and not stopped. */
  runningIn(run: string): GridOptions | undefined {
    return this.#running?.run === run ? this.#running.options : undefined;
  }

  async started(run: string, options: GridOptions): Promise<void> {
    await this.#put({ kind: "start", run, options });
  }

  async stopped(): Promise<void> {
    await this.#put({ kind: "stop" });
  }

  /**
   * Carries an order out, once: the same reference from the same user again is answered as the first time.
   * @param inTime whether it may be carried out now. One call at a time.
   */
  async decide(
    order: { readonly from: string; readonly reference: string; readonly action: string },
    inTime: boolean,
    at: number,
  ): Promise<OrderDecision> {
    const { from, reference, action } = order;
    const before = this.#decided.get(nameOf(from, reference));
    if (before !== undefined) return { outcome: before, fresh: false };
    const known = action === "open" || action === "close";
    const outcome = known && inTime ? "done" : "refused";
    await this.#put({ kind: "order", from, reference, action, outcome, at });
    return { outcome, fresh: true };
  }

  async #put(line: Line): Promise<void> {
    await this.#journal.append(line);
    this.#apply(line);
  }

  #apply(line: Line): void {
    if (line.kind === "start") this.#running = { run: line.run, options: line.options };
    else if (line.kind === "stop") this.#running = undefined;
    else {
      this.#decided.set(nameOf(line.from, line.reference), line.outcome);
      if (line.outcome === "refused") this.#tooLate++;
      else {
        this.#executed++;
        this.#breaker = line.action === "open" ? "open" : "closed";
      }
    }
  }
}

function nameOf(from: string, reference: string): string {
  return `${from}/${reference}`;
}
