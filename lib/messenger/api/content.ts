/** A registered message of an office. The subject is unclassified whatever the message's level. */
export interface FormalContent {
  readonly kind: "formal";
  readonly registration: string;
  readonly subject: string;
  readonly originator: string;
  /** Milliseconds UTC after which it may be downgraded; null when not fixed. */
  readonly downgradeAt: number | null;
  /** Copy `copyNumber` of `copies`, from 1. */
  readonly copyNumber: number;
  readonly copies: number;
  readonly text: string;
}

/** Something that a person or an installation is to do. Times in milliseconds UTC. */
export interface OrderContent {
  readonly kind: "order";
  readonly reference: string;
  readonly target: string;
  readonly action: string;
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Readings of an instrument: value = mantissa / 10^scale, in `unit`. */
export interface TelemetryContent {
  readonly kind: "telemetry";
  readonly source: string;
  readonly measuredAt: number;
  readonly readings: readonly {
    readonly quantity: string;
    readonly mantissa: number;
    readonly scale: number;
    readonly unit: string;
  }[];
}

/** `amount` in the smallest unit of `currency` (ISO 4217). */
export interface PaymentContent {
  readonly kind: "payment";
  readonly reference: string;
  readonly debtor: string;
  readonly debtorAccount: string;
  readonly creditor: string;
  readonly creditorAccount: string;
  readonly amount: number;
  readonly currency: string;
  readonly executeAt: number;
  readonly purpose: string;
}

export type Outcome = "received" | "done" | "refused";

/** What a person writes and sends. */
export type Content =
  | { readonly kind: "text"; readonly text: string; readonly replyTo?: string }
  | FormalContent
  | OrderContent
  | TelemetryContent
  | PaymentContent
  | {
      readonly kind: "acknowledgement";
      /** The message that is answered. */
      readonly message: string;
      readonly outcome: Outcome;
      readonly note: string | null;
    };

/** Another message of the conversation, as one about it shows it. Nulls: it is not on this device (any more). */
export interface QuoteView {
  readonly message: string | null;
  readonly name: string | null;
  readonly kind: ContentView["kind"] | null;
  readonly excerpt: string | null;
}

/** What a message shows. "closed": it cannot be opened (see `problem`); "unknown": only a newer program knows it. */
export type ContentView =
  | { readonly kind: "text"; readonly text: string }
  | FormalContent
  | OrderContent
  | TelemetryContent
  | PaymentContent
  | {
      readonly kind: "acknowledgement";
      readonly target: QuoteView;
      readonly outcome: Outcome;
      readonly note: string | null;
    }
  | FileContentView
  | { readonly kind: "unknown" | "deleted" | "closed" };

export interface FileContentView {
  readonly kind: "file";
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  readonly caption: string | null;
  /** A small picture made on the sender's device. */
  readonly preview: Uint8Array | null;
  readonly state: "remote" | "loading" | "here" | "failed";
  /** Came within the message itself, under its pad. */
  readonly inline: boolean;
}

export interface ReactionView {
  readonly emoji: string;
  /** Names of those who chose it. */
  readonly users: readonly string[];
  readonly mine: boolean;
}

/** A change to a message that has no key yet; `cancel` and `retry` take its id. */
export interface PendingChangeView {
  readonly id: string;
  readonly kind: "edit" | "remove" | "react";
}

/** The part of a message's view that says what it is. */
export interface MessageContentView {
  readonly content: ContentView;
  /** When the newest text was written, null when it is the first. */
  readonly editedAt: number | null;
  readonly replyTo: QuoteView | null;
  readonly reactions: readonly ReactionView[];
  /** When this device erases it; null when it stays or was not read yet. */
  readonly expiresAt: number | null;
  /** How long it stays after it was read, null: for good. */
  readonly timerSeconds: number | null;
  readonly pendingChange: PendingChangeView | null;
}

/** The part of a conversation's view that its messages and this person's wishes make. */
export interface ConversationContentView {
  /** Messages written from now on disappear this long after they were read; null: they stay. */
  readonly timerSeconds: number | null;
  readonly muted: boolean;
  readonly draft: string | null;
  /** What `lastText` is of. */
  readonly lastKind: ContentView["kind"] | null;
}

/** An ordinary message that is no row of the thread. */
export type ChangeRequest =
  | { readonly kind: "edit"; readonly message: string; readonly text: string }
  | { readonly kind: "remove"; readonly message: string }
  | { readonly kind: "react"; readonly message: string; readonly emoji: string | null }
  | { readonly kind: "timer"; readonly conversation: string; readonly seconds: number | null };
