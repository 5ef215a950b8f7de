import type { Bytes } from "../../shared/bytes.ts";
import { bytes, flag, listOf, rowCodec, structKind, text, uint } from "../store/row-codec.ts";

/** A text of an edited message, and when its sender wrote it. */
export interface Version {
  readonly at: number;
  readonly text: string;
}

/** The newest word of one person: `on` false is a reaction taken back. */
export interface StoredReaction {
  readonly user: Bytes;
  readonly emoji: string;
  readonly on: boolean;
  readonly at: number;
}

/** "content/<conversation>/<ordinal>": what later messages did to this one. Absent: nothing. */
export interface ContentRow {
  /** With the first text, in the order of writing; empty when it was never edited. */
  readonly versions: readonly Version[];
  readonly deleted: boolean;
  readonly reactions: readonly StoredReaction[];
  /** Places of this device's own changes to it: their rows hold its texts too. */
  readonly ownChanges: readonly number[];
}

/** "changes/<conversation>/<target hash>/<own hash>": a change that is still to be made to its target. */
export interface ChangeRow {
  readonly user: Bytes;
  /** Its sender's time. */
  readonly at: number;
  readonly payload: Bytes;
  /** The place of its own row, of a change that this device made. */
  readonly ordinal?: number;
}

/** "timed/<conversation>/<ordinal>": a message that disappears; `expiresAt` once it was read here. */
export interface TimedRow {
  readonly seconds: number;
  readonly expiresAt?: number;
}

/** A timer that was set: for the messages after its ordinal. */
export interface TimerRow {
  readonly ordinal: number;
  readonly seconds: number;
  readonly user: Bytes;
  readonly at: number;
}

/** "settings/<conversation>". */
export interface SettingsRow {
  readonly muted: boolean;
  readonly draft: string;
  /** By ordinal. */
  readonly timers: readonly TimerRow[];
}

export const contentRow = rowCodec<ContentRow>({
  versions: listOf(structKind<Version>({ at: uint, text })),
  deleted: flag,
  reactions: listOf(structKind<StoredReaction>({ user: bytes, emoji: text, on: flag, at: uint })),
  ownChanges: listOf(uint),
});
export const changeRow = rowCodec<ChangeRow>({ user: bytes, at: uint, payload: bytes, ordinal: uint });
export const timedRow = rowCodec<TimedRow>({ seconds: uint, expiresAt: uint });
export const settingsRow = rowCodec<SettingsRow>({
  muted: flag,
  draft: text,
  timers: listOf(structKind<TimerRow>({ ordinal: uint, seconds: uint, user: bytes, at: uint })),
});
