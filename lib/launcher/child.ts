import { type ChildProcess, spawn } from "node:child_process";

/** What a child tells its launcher. */
export type ChildMessage =
  | { readonly type: "ready" }
  | { readonly type: "progress"; readonly text: string }
  | { readonly type: "failed"; readonly code: string; readonly message: string };

export interface ChildEvents {
  onReady(first: boolean): void;
  onProgress(text: string): void;
  /** The child could not start at all: trying again would not help. */
  onFatal(reason: string): void;
  onRestart(delayMs: number): void;
  onOutput(line: string): void;
}

const stopPatienceMs = 8_000;
const firstDelayMs = 300;
const longestDelayMs = 10_000;
const steadyAfterMs = 30_000;

/**
 * One process of the deployment, kept running: restarted alone when it ends, with a growing delay, and stopped
 * with SIGTERM, then SIGKILL. The child ends by itself when the channel to the launcher breaks.
 */
export class Child {
  readonly #script: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #events: ChildEvents;
  #process: ChildProcess | undefined;
  #wasReady = false;
  #stopping = false;
  #delayMs = firstDelayMs;
  #timer: NodeJS.Timeout | undefined;
  #failure: string | undefined;

  constructor(script: string, env: NodeJS.ProcessEnv, events: ChildEvents) {
    this.#script = script;
    this.#env = env;
    this.#events = events;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  start(): void {
    const startedAt = Date.now();
    const child = spawn(process.execPath, ["--enable-source-maps", this.#script], {
      env: this.#env,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) this.#readLines(stream);
    child.on("message", (message) => this.#take(message as ChildMessage));
    child.on("exit", () => this.#ended(startedAt));
  }

  #readLines(stream: NodeJS.ReadableStream | null): void {
    let rest = "";
    stream?.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.trim() !== "") this.#events.onOutput(line);
    });
  }

  #take(message: ChildMessage): void {
    if (message.type === "progress") this.#events.onProgress(message.text);
    else if (message.type === "failed") this.#failure = `${message.message} (${message.code})`;
    else if (message.type === "ready") {
      this.#events.onReady(!this.#wasReady);
      this.#wasReady = true;
    }
  }

  #ended(startedAt: number): void {
    this.#process = undefined;
    if (this.#stopping) return;
    if (!this.#wasReady) {
      this.#events.onFatal(this.#failure ?? "ended before it was ready; its own lines above say why");
      return;
    }
    if (Date.now() - startedAt > steadyAfterMs) this.#delayMs = firstDelayMs;
    this.#events.onRestart(this.#delayMs);
    this.#timer = setTimeout(() => this.start(), this.#delayMs);
    this.#delayMs = Math.min(2 * this.#delayMs, longestDelayMs);
  }

  /** Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#process;
    if (child === undefined) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    const patience = setTimeout(() => child.kill("SIGKILL"), stopPatienceMs);
    await gone;
    clearTimeout(patience);
  }
}
