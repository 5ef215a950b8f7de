import type { Namespace, Server, Socket } from "socket.io";
import { z } from "zod";
import type { Account } from "../accounts/account.ts";
import type { AgentAccount } from "../agent-posts.ts";
import type { Log } from "../log.ts";
import { RelayError } from "../relay-error.ts";
import type { SocketData } from "./socket-types.ts";

/** What an agent answers; anything longer or of another shape counts as no answer. */
const mostCharacters = 32 * 1024;
const answerSchema = z.union([
  z.strictObject({ ok: z.literal(true), json: z.string().max(mostCharacters) }),
  z.strictObject({ ok: z.literal(false), code: z.string().max(100), message: z.string().max(500) }),
]);

export type AgentAnswer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string };

const commandMs = 90_000;
const stateMs = 2_000;

/** Namespace "/agents": agents alone may join, each under its own account; only the web process speaks to them. */
interface AgentEvents {
  "agents:command": (command: { name: string; input: unknown }, answer: (answer: unknown) => void) => void;
  "agents:state": (answer: (answer: unknown) => void) => void;
}
type NoEvents = Record<string, never>;
type AgentNamespace = Namespace<NoEvents, AgentEvents, NoEvents, SocketData>;
type AgentSocket = Socket<NoEvents, AgentEvents, NoEvents, SocketData>;

/**
 * The agents that are connected to this process, by their users. What an agent sends by itself is not listened to: it
 * only answers.
 */
export class AgentSockets {
  readonly #sockets = new Map<string, AgentSocket>();
  readonly #log: Log;

  constructor(io: Server, log: Log) {
    this.#log = log;
    const space = io.of("/agents") as AgentNamespace;
    space.on("connection", (socket) => this.#join(socket));
  }

  isConnected(user: string): boolean {
    return this.#sockets.has(user);
  }

  /** Gives a command to an agent and waits for what it says. Never rejects. */
  async command(user: string, name: string, input: unknown): Promise<AgentAnswer> {
    return this.#ask(user, (socket) =>
      socket.timeout(commandMs).emitWithAck("agents:command", { name, input }),
    );
  }

  async state(user: string): Promise<AgentAnswer> {
    return this.#ask(user, (socket) => socket.timeout(stateMs).emitWithAck("agents:state"));
  }

  #join(socket: AgentSocket): void {
    const { user } = socket.data.speaker;
    // The newest counts: after a crash the old connection may look alive for a while.
    this.#sockets.get(user)?.disconnect(true);
    this.#sockets.set(user, socket);
    socket.on("disconnect", () => {
      if (this.#sockets.get(user) === socket) this.#sockets.delete(user);
    });
  }

  async #ask(user: string, put: (socket: AgentSocket) => Promise<unknown>): Promise<AgentAnswer> {
    const socket = this.#sockets.get(user);
    if (socket === undefined)
      return { ok: false, code: "agent.away", message: "The agent is not connected." };
    let answer: unknown;
    try {
      answer = await put(socket);
    } catch {
      return { ok: false, code: "agent.silent", message: "The agent did not answer in time." };
    }
    return this.#read(answer);
  }

  #read(answer: unknown): AgentAnswer {
    const parsed = answerSchema.safeParse(answer);
    if (parsed.success) {
      if (!parsed.data.ok) return parsed.data;
      try {
        return { ok: true, result: JSON.parse(parsed.data.json) };
      } catch {
        // Told below.
      }
    }
    this.#log.warn("an agent's answer is not readable");
    return { ok: false, code: "agent.unreadable", message: "The agent's answer is not readable." };
  }
}

/** @throws RelayError "relay.signed-out" unless the account is one of this start's agents, by token. */
export function requireAgent(
  { id, roles }: Pick<Account, "id" | "roles">,
  session: string | null,
  agents: ReadonlySet<string>,
): void {
  if (session === null && roles.includes("agent") && agents.has(id)) return;
  throw new RelayError("relay.signed-out", "Only agents join here.");
}

/** The desk of the stage: who the agents are and how they do. */
export interface AgentDesk {
  readonly posts: readonly AgentAccount[];
  isConnected(user: string): boolean;
  command(user: string, name: string, input: unknown): Promise<AgentAnswer>;
  state(user: string): Promise<AgentAnswer>;
}
