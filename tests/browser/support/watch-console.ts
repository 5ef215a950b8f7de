import type { BrowserContext, Page } from "@playwright/test";

/** How Chromium begins what it writes of requests, those for the service worker's script among them. */
const tellsOfNetwork = new RegExp(
  `^(${[
    "Failed to load resource: ",
    "WebSocket connection to ",
    "50[0234] ",
    "An unknown error occurred when fetching the script\\.",
    "A bad HTTP response code \\(50\\d\\) was received when fetching the script\\.",
  ].join("|")})`,
);

/** What went wrong in the pages of a context: errors on the console, uncaught exceptions, refusals by the CSP. */
export class ConsoleWatch {
  readonly #problems: string[] = [];
  readonly #allowed: RegExp[] = [];
  #down = false;

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

  /**
   * While the processes are killed and started again, a browser tells of every request that found nobody or half an
   * answer, under a dozen names. None of that is a page's fault, and all of it is allowed until they are healthy; what
   * a page itself throws or writes is not.
   */
  async whileDown<T>(work: () => Promise<T>): Promise<T> {
    this.#down = true;
    try {
      return await work();
    } finally {
      this.#down = false;
    }
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
    if (this.#down && tellsOfNetwork.test(text)) return;
    this.#problems.push(text);
  }
}
