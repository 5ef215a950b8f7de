import { Worker } from "node:worker_threads";
import { LinkError } from "./link-error.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker-messages.ts";

type Computed = Extract<WorkerAnswer, { ok: true }>;

export type BlockAnswer = Computed & {
  /** Time the worker took, ms. */
  readonly computedMs: number;
};

export interface BlockWorkersOptions {
  /** The bundled worker, a file that plain Node can run. */
  readonly entry: string | URL;
  readonly count: number;
  /** Share of its time each worker may work, above 0 up to 1; it rests the remainder after each block. */
  readonly share: number;
}

interface Seat {
  worker: Worker | undefined;
  /** When the thread was started, ms of the steady clock. */
  hiredAt: number;
  /** Computing or resting. */
  taken: boolean;
  /** Ends the block under way. */
  settle: ((answer: WorkerAnswer) => void) | undefined;
}

const shortestHireMs = 30_000;

/** A fixed set of worker threads that each compute one block at a time, in turn. A thread that dies is replaced. */
export class BlockWorkers {
  readonly #options: BlockWorkersOptions;
  readonly #seats: Seat[];
  readonly #rests = new Set<NodeJS.Timeout>();
  readonly #queue: ((seat: Seat | undefined) => void)[] = [];
  #busyMs = 0;
  #closed = false;

  constructor(options: BlockWorkersOptions) {
    if (!(options.share > 0 && options.share <= 1))
      throw new RangeError("a worker's share is above 0, up to 1");
    this.#options = options;
    this.#seats = Array.from({ length: Math.max(1, options.count) }, () => ({
      worker: undefined,
      hiredAt: 0,
      taken: false,
      settle: undefined,
    }));
  }

  /** Time the workers spent on blocks, ms. */
  get busyMs(): number {
    return this.#busyMs;
  }

  /**
   * Computes one block as soon as a worker is free; the buffers of `request` are taken away from the caller.
   * @throws LinkError links.worker-failed when the block could not be computed, links.closed after `close()`.
   */
  async run(request: WorkerRequest): Promise<BlockAnswer> {
    const seat = await this.#free();
    if (seat === undefined) throw new LinkError("links.closed", "The link workers are stopped.");
    const began = performance.now();
    try {
      const answer = await this.#ask(seat, request);
      return { ...answer, computedMs: performance.now() - began };
    } finally {
      const took = performance.now() - began;
      this.#busyMs += took;
      this.#rest(seat, took * (1 / this.#options.share - 1));
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const rest of this.#rests) clearTimeout(rest);
    for (const waiting of this.#queue.splice(0)) waiting(undefined);
    await Promise.all(this.#seats.map((seat) => seat.worker?.terminate()));
  }

  #ask(seat: Seat, request: WorkerRequest): Promise<Computed> {
    const worker = seat.worker ?? this.#hire(seat);
    return new Promise((resolve, reject) => {
      seat.settle = (answer) => {
        seat.settle = undefined;
        if (answer.ok && answer.slowed === true) this.#replaceSlowed(seat);
        if (answer.ok) resolve(answer);
        else reject(new LinkError("links.worker-failed", answer.message));
      };
      const { aliceAuthentication, bobAuthentication } = request;
      worker.postMessage(request, [aliceAuthentication.buffer, bobAuthentication.buffer]);
    });
  }

  /** A thread that may not hurry any more makes room for one that may; not often, since a new one begins cold. */
  #replaceSlowed(seat: Seat): void {
    if (this.#closed || performance.now() - seat.hiredAt < shortestHireMs) return;
    const { worker } = seat;
    seat.worker = undefined;
    void worker?.terminate();
  }

  /** Starts the thread of a seat. If it ends, its block fails and the next block gets a new thread. */
  #hire(seat: Seat): Worker {
    const worker = new Worker(this.#options.entry, { name: "vernam-link" });
    seat.worker = worker;
    seat.hiredAt = performance.now();
    const lose = (message: string): void => {
      if (seat.worker !== worker) return;
      seat.worker = undefined;
      seat.settle?.({ ok: false, message });
    };
    worker.on("message", (answer: WorkerAnswer) => seat.settle?.(answer));
    worker.on("error", (error: Error) => lose(`A link worker failed: ${error.message}.`));
    worker.on("exit", (code) => lose(`A link worker stopped with exit code ${code}.`));
    return worker;
  }

  #free(): Promise<Seat | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    const seat = this.#seats.find((one) => !one.taken);
    if (seat === undefined) return new Promise((resolve) => this.#queue.push(resolve));
    seat.taken = true;
    return Promise.resolve(seat);
  }

  #rest(seat: Seat, forMs: number): void {
    if (forMs < 1) {
      this.#pass(seat);
      return;
    }
    const timer = setTimeout(() => {
      this.#rests.delete(timer);
      this.#pass(seat);
    }, forMs);
    timer.unref();
    this.#rests.add(timer);
  }

  /** Gives the seat to who waits longest. */
  #pass(seat: Seat): void {
    const next = this.#queue.shift();
    if (next === undefined) seat.taken = false;
    else next(seat);
  }
}
