import type { Bytes } from "../../shared/bytes.ts";
import type { ConversationContentView } from "../api/content.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import type { StoreWrite } from "../store/device-store.ts";
import { type SettingsRow, settingsRow } from "./content-rows.ts";

const none: SettingsRow = { muted: false, draft: "", timers: [] };
/** Timers are kept for messages that open late; older ones than these have none waiting. */
const timersKept = 64;

/** What a conversation is set to on this device: muted, a draft, the timer and how it was before. */
export class ConversationSettings {
  readonly #parts: EngineParts;
  readonly #rows = new Map<string, SettingsRow>();

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  async load(): Promise<void> {
    for (const { key, value } of await this.#parts.store.range("settings", { prefix: "" }))
      this.#rows.set(key, settingsRow.decode(value));
  }

  of(conversation: string): SettingsRow {
    return this.#rows.get(conversation) ?? none;
  }

  /** The last word typed may be lost in a crash, no more: a draft is stored with the next commit. */
  setDraft(conversation: string, draft: string): void {
    if (this.of(conversation).draft === draft) return;
    this.#parts.store.commitLazily([this.#set(conversation, { draft })]);
    this.#parts.announce({ type: "conversations", conversation });
  }

  async mute(conversation: string, muted: boolean): Promise<void> {
    await this.#parts.store.commit([this.#set(conversation, { muted })]);
    this.#parts.announce({ type: "conversations", conversation });
  }

  /** Seconds for a message at this place, undefined when it stays. */
  timerAt(conversation: string, ordinal: number): number | undefined {
    const timer = this.of(conversation).timers.findLast((one) => one.ordinal < ordinal);
    return timer && timer.seconds > 0 ? timer.seconds : undefined;
  }

  view(conversation: string): Omit<ConversationContentView, "lastKind"> {
    const { muted, draft } = this.of(conversation);
    const timerSeconds = this.timerAt(conversation, Number.POSITIVE_INFINITY) ?? null;
    return { timerSeconds, muted, draft: draft === "" ? null : draft };
  }

  /** A timer that was set at this place, and the place of the one after it. */
  setTimer(
    conversation: string,
    timer: { readonly ordinal: number; readonly seconds: number; readonly user: Bytes; readonly at: number },
  ): { readonly write: StoreWrite; readonly until: number } {
    const others = this.of(conversation).timers.filter(({ ordinal }) => ordinal !== timer.ordinal);
    const timers = [...others, timer].sort((a, b) => a.ordinal - b.ordinal).slice(-timersKept);
    const next = timers.find(({ ordinal }) => ordinal > timer.ordinal);
    return {
      write: this.#set(conversation, { timers }),
      until: next?.ordinal ?? Number.POSITIVE_INFINITY,
    };
  }

  #set(conversation: string, change: Partial<SettingsRow>): StoreWrite {
    const row = { ...this.of(conversation), ...change };
    this.#rows.set(conversation, row);
    return { table: "settings", key: conversation, value: settingsRow.encode(row) };
  }
}
