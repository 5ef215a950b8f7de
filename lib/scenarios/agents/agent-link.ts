import { io, type Socket } from "socket.io-client";
import type { IdentitySource } from "../../messenger/identity-source.ts";
import { VernamError } from "../../shared/errors.ts";
import type { AgentLog } from "./agent-duty.ts";

export interface LinkOptions {
  readonly origin: string;
  readonly identity: IdentitySource;
  readonly command: (name: string, input: unknown) => Promise<unknown>;
  readonly state: () => Promise<unknown>;
  readonly log: AgentLog;
}

const firstRetryMs = 500;
const longestRetryMs = 5_000;

/** An agent's connection to the web process, over which the stage commands it and asks how it does. */
export class AgentLink {
  readonly #options: LinkOptions;
  readonly #socket: Socket;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    const socket = io(`${options.origin}/agents`, {
      transports: ["websocket"],
      forceNew: true,
      reconnectionDelay: firstRetryMs,
      reconnectionDelayMax: longestRetryMs,
      auth: (give) => {
        options.identity.token("relay").then(
          (token) => give({ token }),
          // Refused without a token, and tried again later.
          () => give({}),
        );
      },
    });
    this.#socket = socket;
    // After a refusal, or an end from the other side, Socket.IO does not try again by itself.
    socket.on("connect_error", () => this.#tryLater());
    socket.on("disconnect", () => this.#tryLater());
    socket.on("agents:command", (command: { name?: unknown; input?: unknown }, answer: unknown) => {
      const { name, input } = command ?? {};
      if (typeof name === "string") void this.#answer(() => options.command(name, input), answer);
    });
    socket.on("agents:state", (answer: unknown) => void this.#answer(options.state, answer));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket.removeAllListeners();
    this.#socket.close();
  }

  async #answer(work: () => Promise<unknown>, answer: unknown): Promise<void> {
    if (typeof answer !== "function") return;
    try {
      answer({ ok: true, json: JSON.stringify((await work()) ?? null) });
    } catch (error) {
      const known = error instanceof VernamError;
      if (!known) this.#options.log.warn({ error: String(error) }, "a command failed");
      answer({
        ok: false,
        code: known ? error.code : "agent.failed",
        message: known ? error.message.slice(0, 500) : "The agent could not do it.",
      });
    }
  }

  #tryLater(): void {
    if (this.#closed || this.#socket.active) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#socket.connect(), firstRetryMs);
  }
}
