import type { OpenedMessage, RefusedEntry } from "../../messenger/engine-options.ts";
import type { MessengerEngine } from "../../messenger/messenger-engine.ts";
import type { Wire } from "./wire.ts";

export const agentKinds = ["grid", "payments", "custodian"] as const;
export type AgentKind = (typeof agentKinds)[number];

/** A post that a program holds: an account of its own at a site. */
export interface AgentPost {
  /** "grid-pt-lis-ren": what its account is called; user identifiers follow from it. */
  readonly handle: string;
  readonly kind: AgentKind;
  /** Site identifier of the network. */
  readonly site: string;
  /** "Grid control centre, Lisbon": for people. */
  readonly name: string;
  /** Identifier of its user, hex, as in the directory and in conversations. */
  readonly user: string;
}

export interface AgentLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface AgentContext {
  readonly post: AgentPost;
  /** Started and ready: enrolled, connected. The host stops it after the duty. */
  readonly engine: MessengerEngine;
  /** Where this agent may keep files of its own, beside its device store; it exists. */
  readonly folder: string;
  /** The other agents of the same kind. */
  readonly peers: readonly AgentPost[];
  readonly log: AgentLog;
  /**
   * Calls the listener for each message of somebody else that this device opens from now on; returns what ends it.
   * What was opened before (also before a crash) is in `engine.messages`.
   */
  readonly onOpened: (listener: (message: OpenedMessage) => void) => () => void;
  /** The same for entries that this device refuses: forged, altered, played again. */
  readonly onRefused: (listener: (entry: RefusedEntry) => void) => () => void;
  /** Differs with each start of the deployment, and stays when this process alone is started again. */
  readonly run: string;
  /** For the stage's attacker: the relay as somebody sees it who took over another agent's connection. */
  readonly tapConnectionOf: (peer: AgentPost) => Promise<Wire>;
}

/** A refused command throws a VernamError; its code and message reach the presenter. */
export interface AgentDuty {
  /** Input is as it came from the stage: check it. What it returns goes out as JSON. */
  readonly command: (name: string, input: unknown) => Promise<unknown>;
  /** For the stage, as JSON; called about once a second while somebody watches. */
  readonly state: () => unknown;
  readonly stop: () => Promise<void>;
}

/** Called once the agent's engine is ready; what it returns takes commands and stops it. */
export type StartDuty = (agent: AgentContext) => Promise<AgentDuty>;
