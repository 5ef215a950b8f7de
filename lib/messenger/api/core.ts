import type { Content, ConversationContentView, MessageContentView } from "./content.ts";

import type { ReachView } from "./delivery.ts";

export type SuiteName = "OTP" | "AES" | "HYBRID" | "OTP_HYBRID";

/** Unclassified, Restricted, Confidential, Secret. */
export type Level = 0 | 1 | 2 | 3;

export interface MessengerOptions {
  /** Origin of the web process ("" = same origin in the browser). */
  readonly relayOrigin: string;
  readonly gatewayOrigin: string;
  readonly user: { readonly id: string; readonly name: string; readonly site: string };
  /** Separates device stores that live in one origin (the stage's two desks). */
  readonly profile: string;
  /** A demonstration desk of a stage page: its tokens come from /api/stage/desk instead of the session. */
  readonly desk?: { readonly stage: string; readonly site: string; readonly side: "alice" | "bob" };
}

export type EngineState =
  | { readonly phase: "starting" | "enrolling" | "connecting" | "ready" | "offline" }
  /** This device's own site revoked it; its keys are erased. */
  | { readonly phase: "revoked" }
  | { readonly phase: "other-user"; readonly holder: string }
  | { readonly phase: "approval-needed"; readonly device: string }
  | { readonly phase: "signed-out" }
  | { readonly phase: "failed"; readonly code: string; readonly message: string; readonly nextStep?: string };

export interface SelfView {
  readonly user: string;
  readonly name: string;
  readonly site: string;
  readonly device: string;
  readonly assurance: "open" | "approved";
  /** True when this tab's worker owns socket and device channel; other tabs follow it. */
  readonly leader: boolean;
  /** "volatile": tests and benchmarks that leave the disk out. */
  readonly storage: "device-disk" | "node-file" | "volatile";
}

export interface ContactView {
  readonly user: string;
  readonly name: string;
  readonly site: string;
  readonly country: string;
  readonly hasDevice: boolean;
}

export interface MemberView {
  readonly user: string;
  readonly name: string;
  readonly site: string;
  readonly moderator: boolean;
  /** How many devices read messages for this member. */
  readonly devices: number;
}

export interface ConversationView extends ConversationContentView {
  readonly id: string;
  readonly title: string;
  /** More than a conversation of two: made by `createGroup`. */
  readonly group: boolean;
  /** Whether this person is one of its moderators. */
  readonly moderator: boolean;
  /** This person was removed or left: history stays, nothing more comes or goes. */
  readonly left: boolean;
  readonly members: readonly MemberView[];
  /** The weakest suite that this conversation takes, when it was made with one. */
  readonly suiteMinimum: SuiteName | null;
  readonly lastText: string | null;
  readonly lastAt: number | null;
  readonly unread: number;
  readonly verified: boolean;
  /** Members that have no device yet: messages wait for them. */
  readonly withoutDevice: readonly string[];
}

export type Delivery =
  | {
      readonly state: "waiting-for-key";
      readonly code: string;
      readonly reason: string;
      readonly retryAt: number | null;
    }
  | {
      readonly state:
        | "waiting-for-device"
        | "drawing"
        | "sending"
        | "sent"
        | "delivered"
        | "read"
        | "cancelled";
    }
  | { readonly state: "failed"; readonly code: string; readonly reason: string; readonly nextStep: string };

export interface MessageView extends MessageContentView {
  readonly id: string;
  readonly conversation: string;
  readonly sender: { readonly user: string; readonly name: string; readonly device: string };
  readonly mine: boolean;
  readonly suite: SuiteName;
  readonly level: Level;
  readonly at: number;
  readonly sequence: number;
  /** null when it cannot be opened. */
  readonly text: string | null;
  readonly delivery: Delivery | null;
  /** Why it cannot be opened, with the one action that helps. `passing`: it only waits, and opens by itself. */
  readonly problem: {
    readonly code: string;
    readonly reason: string;
    readonly nextStep: string;
    readonly passing: boolean;
    /** How often its sender was asked for it again; null where asking does not help. */
    readonly asks: number | null;
  } | null;
  /** Envelopes of this sender known to be missing before this one. */
  readonly gapBefore: boolean;
  /** How many of its receivers have it; null unless it is an own message that the relay has. */
  readonly reach: ReachView | null;
  /** Rises within the conversation in the order of the screen; timeline events have their place in it. */
  readonly ordinal: number;
}

export interface KeyCardView {
  readonly message: string;
  readonly suite: SuiteName;
  readonly keyIds: readonly string[];
  readonly endToEndBits: number;
  readonly networkBits: number;
  /** Sites from master to slave, several where the key went several ways, or to several sites. */
  readonly routes: readonly (readonly string[])[];
  /** Sites other than senders' and recipients' on these routes: with the gateways, who could read the QKD part. */
  readonly trustedNodes: readonly string[];
  readonly local: boolean;
  readonly epsilonExponent: number;
  readonly masterSite: string;
  readonly slaveSites: readonly string[];
  readonly drawnAt: number;
  readonly deliveredAt: number | null;
  /** When this device zeroed its copy. */
  readonly erasedAt: number | null;
  /** AES, HYBRID, OTP_HYBRID: which message of its epoch. */
  readonly epoch: { readonly id: string; readonly index: number } | null;
  /** The key was drawn before the message was written. */
  readonly prefetched: boolean;
  /** The message's first key was lost; this one it was sent again under. */
  readonly resent: boolean;
  readonly envelopeBytes: number;
  readonly paddedBytes: number;
  /** Who is shut out, besides the relay and the wire: see docs/PROTOCOL.md, "What is promised to whom". */
  readonly promise: "site to site" | "end to end";
}

export interface PriceView {
  /** Bits of end-to-end key this text would take with the suite now. */
  readonly bits: number;
  readonly paddedBytes: number;
  /** False when the suite continues an epoch and takes no new key. */
  readonly drawsKey: boolean;
}

/** What one classification allows in one conversation. */
export interface LevelChoice {
  readonly level: Level;
  readonly minimum: SuiteName;
  /** The suite that a composer is set to. */
  readonly preset: SuiteName;
  /** Suites that may be chosen, weakest first; empty with `refused`. */
  readonly offered: readonly SuiteName[];
  /** Whether its key goes two ways without a common trusted node: where there are two, or else not at all. */
  readonly routes: "one" | "two-wanted" | "two-required";
  /** Why nothing of this level can be sent here: a stable code. */
  readonly refused: string | null;
}

export interface PolicyView {
  readonly levels: readonly LevelChoice[];
}

export interface SafetyView {
  readonly user: string;
  readonly name: string;
  /** 60 digits in groups of five. */
  readonly digits: string;
  /** Text of the QR code for the other's camera. No secret. */
  readonly qr: string;
  readonly verified: boolean;
}

export interface MessengerEvents {
  readonly type:
    | "state"
    | "conversations"
    | "messages"
    | "typing"
    | "contacts"
    | "devices"
    | "file"
    | "vault";
  readonly conversation?: string;
  readonly user?: string;
  /** "file": how many bytes of this message's file are through, of all. */
  readonly message?: string;
  readonly done?: number;
  readonly total?: number;
}

/** Enrolment, conversations of two, messages and their keys. */
export interface CoreApi {
  start(options: MessengerOptions): Promise<void>;
  stop(): Promise<void>;
  /** Erases this device: keys, history, registration on this computer. */
  forget(): Promise<void>;
  state(): Promise<EngineState>;
  self(): Promise<SelfView | null>;
  contacts(query?: string): Promise<readonly ContactView[]>;
  conversations(): Promise<readonly ConversationView[]>;
  /** Opens the one-to-one conversation with a user, made when there is none yet. */
  openConversation(user: string): Promise<string>;
  /** Oldest first; `before` is a message id to page back from. */
  messages(
    conversation: string,
    options?: { readonly before?: string; readonly limit?: number },
  ): Promise<readonly MessageView[]>;
  /**
   * Puts a message in the outbox (durable; a string is a text) and returns its message id.
   * @throws "level.suite-too-weak", "suite.below-minimum" when the suite is too weak for level or conversation
   */
  send(conversation: string, content: Content | string, suite: SuiteName, level?: Level): Promise<string>;
  cancel(message: string): Promise<void>;
  /** Tries a waiting message again now, or with another suite that the level permits. */
  retry(message: string, suite?: SuiteName): Promise<void>;
  markRead(conversation: string): Promise<void>;
  /**
   * Tells the others. With the suite that is being written in, short messages under a one-time pad get their key
   * beforehand, so that they leave without waiting.
   */
  typing(conversation: string, suite?: SuiteName, level?: Level): Promise<void>;
  price(conversation: string, content: Content | string, suite: SuiteName): Promise<PriceView>;
  /** Which suites each classification allows in this conversation. */
  policy(conversation: string): Promise<PolicyView>;
  keyCard(message: string): Promise<KeyCardView | null>;
  safetyNumber(conversation: string): Promise<SafetyView | null>;
  setVerified(user: string, verified: boolean): Promise<void>;
  /** Signs a command to the key world with this device (roles in its certificate); CBOR ready to POST. */
  signCommand(
    kind: string,
    args: Readonly<Record<string, string | number | boolean>>,
  ): Promise<Uint8Array<ArrayBuffer>>;
  subscribe(listener: (event: MessengerEvents) => void): () => void;
}
