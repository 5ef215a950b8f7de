import type {
  ClientToRelayEvents,
  EntryKind,
  HintKind,
  ReceiptKind,
  SessionEndReason,
} from "../../protocol/relay-events.ts";
import type { Bytes } from "../../shared/bytes.ts";

type Asked = Omit<ClientToRelayEvents, "hint" | "entries:send">;
export type RelayQuestion = keyof Asked;
export type RelayRequest<E extends RelayQuestion> = Parameters<Asked[E]>[0];
type Answer<E extends RelayQuestion> = Parameters<Parameters<Asked[E]>[1]>[0];
export type RelayReply<E extends RelayQuestion> = Extract<Answer<E>, { ok: true }>;

export interface IncomingEntry {
  readonly conversation: string;
  readonly seq: number;
  readonly kind: EntryKind;
  readonly bytes: Bytes;
}

export interface IncomingReceipt {
  readonly conversation: string;
  readonly device: string;
  readonly kind: ReceiptKind;
  readonly bytes: Bytes;
}

export interface RelayListener {
  connected(): void;
  disconnected(): void;
  entry(entry: IncomingEntry): void;
  receipt(receipt: IncomingReceipt): void;
  hint(hint: { conversation: string; user: string; kind: HintKind }): void;
  conversation(conversation: string): void;
  /** The relay ended the session: no reconnecting before the person signed in again. */
  sessionEnd(reason: SessionEndReason): void;
}

/** The engine's view of the relay: questions with answers, and news. Reconnects by itself. */
export interface RelayPort {
  readonly connected: boolean;
  open(device: string, listener: RelayListener): void;
  /**
   * @throws MessengerError with the relay's code when it refused, "relay.offline" when no answer came (the request
   * may or may not have been carried out: every request is safe to repeat). An entry that was sent is not heard of
   * again on this connection, or if it is, in its place among the others: its number is in the answer.
   */
  ask<E extends RelayQuestion>(question: E, request: RelayRequest<E>): Promise<RelayReply<E>>;
  hint(conversation: string, kind: HintKind): void;
  close(): void;
}
