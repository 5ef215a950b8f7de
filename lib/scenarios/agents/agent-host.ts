import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { OpenedMessage, RefusedEntry } from "../../messenger/engine-options.ts";
import type { EngineState } from "../../messenger/messenger-api.ts";
import type { MessengerEngine } from "../../messenger/messenger-engine.ts";
import { createNodeMessenger } from "../../messenger/node/create-node-messenger.ts";
import type { AgentContext, AgentDuty, AgentLog, AgentPost, StartDuty } from "./agent-duty.ts";
import { AgentError } from "./agent-error.ts";
import { AgentLink } from "./agent-link.ts";
import type { AgentsOrigin } from "./agents-origin.ts";
import { openWire } from "./wire.ts";

export interface HostOptions {
  readonly post: AgentPost;
  readonly peers: readonly AgentPost[];
  readonly startDuty: StartDuty;
  readonly web: Pick<AgentsOrigin, "identityOf">;
  readonly relayOrigin: string;
  readonly gatewayOrigin: string;
  /** Of this agent alone. */
  readonly folder: string;
  readonly run: string;
  readonly log: AgentLog;
}

const again = 3_000;
/** Phases from which an engine does not come back by itself. */
const ended: ReadonlySet<EngineState["phase"]> = new Set(["failed", "signed-out", "other-user"]);

/** One agent: its engine, its duty and its connection to the stage, started again together when the engine ends. */
export class AgentHost {
  readonly #options: HostOptions;
  readonly #opened = new Set<(message: OpenedMessage) => void>();
  readonly #refused = new Set<(entry: RefusedEntry) => void>();
  #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: HostOptions) {
    this.#options = options;
  }

  /** Resolves when the agent does its duty for the first time, or was stopped before. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#running = this.#keep(resolve).finally(resolve);
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #keep(started: () => void): Promise<void> {
    const { log, post } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#work(started);
      } catch (error) {
        log.warn({ agent: post.handle, error: String(error) }, "an agent ended");
      }
      if (!signal.aborted) await pause(again, signal);
    }
  }

  async #work(started: () => void): Promise<void> {
    const { post, folder, web, relayOrigin, gatewayOrigin, startDuty, log } = this.#options;
    await mkdir(join(folder, "duty"), { recursive: true, mode: 0o700 });
    const identity = web.identityOf(post.handle);
    const engine = createNodeMessenger({
      folder,
      relayOrigin,
      identity,
      onOpened: (message) => {
        for (const listener of this.#opened) listener(message);
      },
      onRefused: (entry) => {
        for (const listener of this.#refused) listener(entry);
      },
    });
    let duty: AgentDuty | undefined;
    let link: AgentLink | undefined;
    try {
      const user = { id: post.user, name: post.name, site: post.site };
      await engine.start({ relayOrigin, gatewayOrigin, user, profile: post.handle });
      if (!(await this.#until(engine, (phase) => phase === "ready"))) return;
      const working = await startDuty(this.#context(engine));
      duty = working;
      link = new AgentLink({
        origin: relayOrigin,
        identity,
        command: (name, input) => working.command(name, input),
        state: async () => ({ ...(await engine.state()), duty: working.state() }),
        log,
      });
      log.info({ agent: post.handle }, "an agent is at its post");
      started();
      await this.#until(engine, () => false);
    } finally {
      link?.close();
      await duty?.stop();
      await engine.stop();
      this.#opened.clear();
      this.#refused.clear();
    }
  }

  #context(engine: MessengerEngine): AgentContext {
    const { post, peers, folder, run, log, web, relayOrigin } = this.#options;
    return {
      post,
      peers,
      engine,
      run,
      log,
      folder: join(folder, "duty"),
      onOpened: (listener) => subscribe(this.#opened, listener),
      onRefused: (listener) => subscribe(this.#refused, listener),
      tapConnectionOf: async (peer) =>
        openWire(relayOrigin, await web.identityOf(peer.handle).token("relay")),
    };
  }

  /**
   * True as soon as the phase is the wanted one, false when this agent is to stop.
   * @throws AgentError "agent.engine-ended"
   */
  async #until(engine: MessengerEngine, wanted: (phase: EngineState["phase"]) => boolean): Promise<boolean> {
    const { signal } = this.#stopping;
    for (;;) {
      let wake = (): void => undefined;
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const leave = engine.subscribe(({ type }) => type === "state" && wake());
      signal.addEventListener("abort", wake);
      try {
        if (signal.aborted) return false;
        const { phase } = await engine.state();
        if (wanted(phase)) return true;
        if (ended.has(phase)) throw new AgentError("agent.engine-ended", `the engine is ${phase}`);
        await changed;
      } finally {
        leave();
        signal.removeEventListener("abort", wake);
      }
    }
  }
}

function subscribe<T>(set: Set<T>, listener: T): () => void {
  set.add(listener);
  return () => void set.delete(listener);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
