import type { ChangeRequest } from "./content.ts";
import type { MessageView, PriceView, SuiteName } from "./core.ts";

export interface FoundMessage {
  readonly message: MessageView;
  readonly conversation: string;
}

/** What messages can be and what can be done with them. */
export interface ContentApi {
  /** Another text for an own message. @throws "payload.*" when the rules of messages refuse it */
  edit(message: string, text: string): Promise<string>;
  /** Deletes an own message for everyone: its text goes, its place stays. */
  remove(message: string): Promise<string>;
  /** One reaction of the palette, or null to take it back. */
  react(message: string, emoji: string | null): Promise<string>;
  /** For the messages after this one, on all devices. */
  setTimer(conversation: string, seconds: number | null): Promise<string>;
  /** What such a change costs in key, and the suite that it travels in: its target's. */
  changePrice(change: ChangeRequest): Promise<PriceView & { readonly suite: SuiteName }>;
  /** The earlier texts of an edited message, oldest first. */
  edits(message: string): Promise<readonly { readonly at: number; readonly text: string }[]>;
  /** Kept on this device, encrypted like messages; "" removes it. */
  setDraft(conversation: string, text: string): Promise<void>;
  mute(conversation: string, on: boolean): Promise<void>;
  /** Messages with all words of the query, newest first; nothing leaves this device. */
  search(query: string, conversation?: string, limit?: number): Promise<readonly FoundMessage[]>;
  /** Messages around one of them or around a time (ms UTC), oldest first. */
  around(conversation: string, at: string | number, limit?: number): Promise<readonly MessageView[]>;
}
