import type { BrowserContext, Page } from "@playwright/test";

/** What went wrong in the pages of a context: errors on the console, uncaught exceptions, refusals by the CSP. */
export class ConsoleWatch {
  readonly #problems: string[] = [];
  readonly #allowed: RegExp[] = [];

  constructor(context: BrowserContext) {
    context.on("page", (page) => this.#watch(page));
    context.on("console", (message) => {
      if (message.type() === "error") this.#add(`${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (web) => {
      const thrown = web.error();
      this.#add(`uncaught: ${thrown.stack ?? thrown.message}`);
    });
  }

  /** A test that breaks the network on purpose names the errors that follow from it. */
  allow(pattern: RegExp): void {
    this.#allowed.push(pattern);
  }

  get problems(): readonly string[] {
    return this.#problems.filter((text) => !this.#allowed.some((pattern) => pattern.test(text)));
  }

  #watch(page: Page): void {
    page.on("crash", () => this.#add("the page crashed"));
    page.on("response", (response) => {
      if (response.status() >= 500) this.#add(`${response.status()} ${response.url()}`);
    });
  }

  #add(text: string): void {
    this.#problems.push(text);
  }
}
