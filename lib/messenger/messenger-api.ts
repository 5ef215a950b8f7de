/**
 * What a screen, an agent, a test or a benchmark uses of the messenger. In the browser the engine runs in a Web
 * Worker and this interface is spoken by messages; in Node the engine class implements it directly.
 * Nothing here carries key bytes. Identifiers are lower-case hex.
 */
export type SuiteName = "OTP" | "AES";

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

export interface ConversationView {
  readonly id: string;
  readonly title: string;
  readonly members: readonly { readonly user: string; readonly name: string; readonly site: string }[];
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

export interface MessageView {
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
  /** Why it cannot be opened, with the one action that helps. */
  readonly problem: { readonly code: string; readonly reason: string; readonly nextStep: string } | null;
  /** Envelopes of this sender known to be missing before this one. */
  readonly gapBefore: boolean;
}

export interface KeyCardView {
  readonly message: string;
  readonly suite: SuiteName;
  readonly keyIds: readonly string[];
  readonly endToEndBits: number;
  readonly networkBits: number;
  readonly routes: readonly (readonly string[])[];
  readonly local: boolean;
  readonly epsilonExponent: number;
  readonly masterSite: string;
  readonly slaveSites: readonly string[];
  readonly drawnAt: number;
  readonly deliveredAt: number | null;
  /** When this device zeroed its copy. */
  readonly erasedAt: number | null;
  /** AES: which message of its epoch. */
  readonly epoch: { readonly id: string; readonly index: number } | null;
  readonly envelopeBytes: number;
  readonly paddedBytes: number;
  readonly promise: "site to site";
}

export interface PriceView {
  /** Bits of end-to-end key this text would take with the suite now. */
  readonly bits: number;
  readonly paddedBytes: number;
  /** False when the suite continues an epoch and takes no new key. */
  readonly drawsKey: boolean;
}

export interface SafetyView {
  readonly user: string;
  readonly name: string;
  /** 60 digits in groups of five. */
  readonly digits: string;
  readonly verified: boolean;
}

export interface MessengerEvents {
  readonly type: "state" | "conversations" | "messages" | "typing" | "contacts";
  readonly conversation?: string;
  readonly user?: string;
}

export interface MessengerApi {
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
  /** Puts the text in the outbox (durable) and returns its message id. @throws for levels above Unclassified. */
  send(conversation: string, text: string, suite: SuiteName, level?: Level): Promise<string>;
  cancel(message: string): Promise<void>;
  /** Tries a waiting message again now, or with another suite that the level permits. */
  retry(message: string, suite?: SuiteName): Promise<void>;
  markRead(conversation: string): Promise<void>;
  typing(conversation: string): Promise<void>;
  price(conversation: string, text: string, suite: SuiteName): Promise<PriceView>;
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
