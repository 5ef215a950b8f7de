import { applyEvent, emptyPicture, type Picture, type PictureEvent } from "./picture.ts";

const format = "vernam-stage-recording";
const mostEvents = 50_000;

/** A run of the stage as it was shown. No key, no text of a message: what can be replayed before anybody. */
export interface Recording {
  readonly format: typeof format;
  readonly version: 1;
  /** Names the run, hex. */
  readonly seed: string;
  /** ms UTC of its first event. */
  readonly startedAt: number;
  readonly events: readonly RecordedEvent[];
}

interface RecordedEvent {
  /** Milliseconds after the start, never less than of the event before. */
  readonly at: number;
  readonly event: PictureEvent;
}

/** Why a file is not replayed. */
export type UnreadableRecording = "not-a-recording" | "other-version" | "damaged";

/** The event as a file may keep it: texts of messages are left out, their length stays. */
function withoutTexts(event: PictureEvent): PictureEvent {
  if (event.kind !== "messages") return event;
  return { ...event, list: event.list.map((message) => ({ ...message, text: null })) };
}

/** Takes down what is shown, from the first event on. */
export class Recorder {
  readonly seed: string;
  #startedAt: number | null = null;
  #last = 0;
  #events: RecordedEvent[] = [];
  #full = false;

  /** @param seed hex, fresh for each run */
  constructor(seed: string) {
    this.seed = seed;
  }

  /** @param now ms UTC */
  take(event: PictureEvent, now: number): void {
    if (this.#events.length >= mostEvents) {
      this.#full = true;
      return;
    }
    this.#startedAt ??= now;
    this.#last = Math.max(this.#last, now - this.#startedAt);
    this.#events.push({ at: this.#last, event: withoutTexts(event) });
  }

  /** True when the run was longer than what is kept. */
  get full(): boolean {
    return this.#full;
  }

  get length(): number {
    return this.#events.length;
  }

  recording(): Recording {
    return {
      format,
      version: 1,
      seed: this.seed,
      startedAt: this.#startedAt ?? 0,
      events: [...this.#events],
    };
  }
}

/** Milliseconds from the first event to the last. */
export function lengthOf(recording: Recording): number {
  return recording.events.at(-1)?.at ?? 0;
}

/** What was shown at a moment of the run. @param at ms after its start */
export function pictureAt(recording: Recording, at: number): Picture {
  let picture = emptyPicture;
  for (const one of recording.events) {
    if (one.at > at) break;
    picture = applyEvent(picture, one.event);
  }
  return picture;
}

const kinds: ReadonlySet<string> = new Set<PictureEvent["kind"]>([
  "network",
  "sites",
  "links",
  "route",
  "sky",
  "relay",
  "frame",
  "happened",
  "messages",
  "scene",
  "signatures",
]);

/** Reads a kept run, or says why it is none. */
export function readRecording(text: string): Recording | UnreadableRecording {
  let value: Partial<Recording> | null;
  try {
    value = JSON.parse(text) as Partial<Recording> | null;
  } catch {
    return "not-a-recording";
  }
  if (value === null || typeof value !== "object" || value.format !== format) return "not-a-recording";
  if (value.version !== 1) return "other-version";
  const { seed, startedAt, events } = value;
  if (typeof seed !== "string" || !/^[0-9a-f]{4,64}$/.test(seed)) return "damaged";
  if (typeof startedAt !== "number" || !Array.isArray(events) || !inOrder(events)) return "damaged";
  try {
    const recording: Recording = { format, version: 1, seed, startedAt, events };
    pictureAt(recording, Number.POSITIVE_INFINITY);
    return recording;
  } catch {
    return "damaged";
  }
}

function inOrder(events: readonly unknown[]): events is readonly RecordedEvent[] {
  let last = 0;
  for (const one of events) {
    const { at, event } = (one ?? {}) as { at?: unknown; event?: { kind?: unknown } };
    if (typeof at !== "number" || at < last || !kinds.has(String(event?.kind))) return false;
    last = at;
  }
  return true;
}
