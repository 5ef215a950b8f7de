import type { MessengerApi } from "../../messenger/messenger-api.ts";
import type { Topology } from "../../network/topology.ts";
import type { commandKinds } from "../../protocol/command.ts";
import type { WireFrame } from "../wire-frame.ts";

type CommandKind = (typeof commandKinds)[number];

export interface Desk {
  readonly site: string;
  /** User id, hex. */
  readonly user: string;
  readonly api: MessengerApi;
}

/** Two real devices and their conversation. The stage shows them in its panes. */
export interface DeskPair {
  readonly alice: Desk;
  readonly bob: Desk;
  readonly conversation: string;
}

/** Reads of the key world's operations face. */
export interface Operations {
  /** @param path such as "/ops/links". */
  read<T>(path: string, query?: Readonly<Record<string, string | number | undefined>>): Promise<T>;
  /** The answer as text: exports. */
  text(path: string, query: Readonly<Record<string, string>>): Promise<string>;
}

/** What somebody who records the relay has since the theatre opened, oldest first. */
export interface Wiretap {
  frames(): readonly WireFrame[];
}

export interface AgentView {
  readonly handle: string;
  readonly kind: "grid" | "payments" | "custodian";
  readonly site: string;
  readonly name: string;
  /** User id, hex. */
  readonly user: string;
  readonly connected: boolean;
  /** Its engine's phase, and what its duty tells; null with a problem. */
  readonly state: { readonly phase: string; readonly duty: unknown } | null;
  /** Why there is no state. */
  readonly problem: string | null;
}

/** Agents that work beside the people: grid control centres, central banks, custodians of the vault. */
export interface Agents {
  /** Empty where this deployment runs none. */
  list(): Promise<readonly AgentView[]>;
  /** What the agent answers. @throws VernamError when it refuses or is not there. */
  command(handle: string, name: string, input: unknown): Promise<unknown>;
}

/** Time as this theatre keeps it, so that tests need not wait. */
export interface SceneClock {
  /** Milliseconds UTC. */
  now(): number;
  /** Resolves after the time, or rejects with the signal's reason. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** Everything that a scene touches. One implementation works in the browser, one in Node. */
export interface Theatre {
  readonly operations: Operations;
  /** Signed by the presenter's own device. @throws VernamError when the key world refuses. */
  command(kind: CommandKind, args: Readonly<Record<string, string | number | boolean>>): Promise<void>;
  /** Puts desks at these two sites, or keeps those that are there; resolves when both can write. */
  desks(alice: string, bob: string, signal: AbortSignal): Promise<DeskPair>;
  readonly wiretap: Wiretap;
  readonly agents: Agents;
  /** A network that comes with the program, whatever network this deployment runs. */
  network(name: "nine" | "eu27"): Promise<Topology>;
  readonly clock: SceneClock;
}
