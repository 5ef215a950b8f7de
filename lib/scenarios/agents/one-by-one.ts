/** Does things in the order in which they were asked, one at a time; one that fails is told and does not stop the next. */
export class OneByOne {
  readonly #failed: (error: unknown) => void;
  #last: Promise<void> = Promise.resolve();

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  do(work: () => Promise<void>): void {
    this.#last = this.#last.then(work).catch(this.#failed);
  }

  /** Resolves when everything asked so far is done. */
  idle(): Promise<void> {
    return this.#last;
  }
}
