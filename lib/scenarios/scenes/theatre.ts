import type { LinkStatus, OperationsEvents } from "../../keys/api-types.ts";
import type { MessengerApi } from "../../messenger/messenger-api.ts";
import type { Topology } from "../../network/topology.ts";
import type { commandKinds } from "../../protocol/command.ts";
import type { WireFrame } from "../wire-frame.ts";

export type CommandKind = (typeof commandKinds)[number];

/** Two real devices and their conversation. The stage shows them in its panes. */
export interface DeskPair {
  readonly alice: Desk;
  readonly bob: Desk;
  readonly conversation: string;
}

export interface Desk {
  readonly site: string;
  readonly user: string;
  readonly api: MessengerApi;
}

/** Reads of the key world, and what it tells by itself. */
export interface Operations {
  /** @param path such as "/ops/links". */
  read<T>(path: string, query?: Readonly<Record<string, string | number | undefined>>): Promise<T>;
  /** The answer as text: exports. */
  text(path: string, query: Readonly<Record<string, string>>): Promise<string>;
  /** The newest row of every link. */
  links(): ReadonlyMap<string, LinkStatus>;
  onEvent(
    listener: <K extends keyof OperationsEvents>(name: K, value: OperationsEvents[K]) => void,
  ): () => void;
}

/** What somebody who records the relay has, newest last, since the theatre opened. */
export interface Wiretap {
  frames(): readonly WireFrame[];
}

/** Agents beside the people. */
export interface Agents {
  /** @returns what the agent answers; null where this deployment has no agents. */
  command(handle: string, name: string, input: unknown): Promise<unknown>;
  list(): Promise<readonly AgentView[]>;
}

export interface AgentView {
  readonly handle: string;
  readonly kind: string;
  readonly site: string;
  readonly name: string;
  readonly state: unknown;
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
  /** The networks that come with the program. */
  network(name: "nine" | "eu27"): Promise<Topology>;
  readonly clock: SceneClock;
}
