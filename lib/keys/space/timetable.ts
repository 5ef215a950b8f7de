import type { PassPlan, PlannedPass } from "../../network/pass-plan.ts";

/** Passes are computed for so much at a time: about 30 ms of work. */
const pieceMs = 6 * 3_600_000;
const mostPieces = 40;

/** The planned passes of a network, computed piece by piece as they are asked for and kept for a while. */
export class Timetable {
  readonly #plan: PassPlan;
  readonly #pieces = new Map<number, readonly PlannedPass[]>();

  constructor(plan: PassPlan) {
    this.#plan = plan;
  }

  /** Passes that culminate in the stretch of six hours that holds `at`. */
  around(at: number): readonly PlannedPass[] {
    const index = Math.floor(at / pieceMs);
    const known = this.#pieces.get(index);
    if (known !== undefined) return known;
    const passes = this.#plan.passes(index * pieceMs, (index + 1) * pieceMs);
    this.#pieces.set(index, passes);
    const oldest = this.#pieces.keys().next().value;
    if (this.#pieces.size > mostPieces && oldest !== undefined) this.#pieces.delete(oldest);
    return passes;
  }

  /** The first pass that sets after `at`, within a day. */
  nextToSet(at: number): PlannedPass | undefined {
    for (let piece = 0; piece < 5; piece++) {
      const later = this.around(at + (piece - 0.2) * pieceMs).filter((pass) => pass.set > at);
      if (later.length > 0) return later.reduce((first, pass) => (pass.set < first.set ? pass : first));
    }
    return undefined;
  }

  /** What is known already of the passes that set after `at` and rise before `until`; computes nothing. */
  known(at: number, until: number): PlannedPass[] {
    return [...this.#pieces.values()]
      .flat()
      .filter((pass) => pass.set > at && pass.rise < until)
      .sort((one, other) => one.rise - other.rise);
  }

  /** Computes what is missing up to `until`, one piece at a turn. */
  async prepare(from: number, until: number): Promise<void> {
    for (let at = from; at < until + pieceMs; at += pieceMs) {
      this.around(at);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
