import { applyEvent, emptyPicture, type Picture, type PictureEvent, type PictureLink } from "./picture.ts";

const format = "vernam-stage-recording";
const version = 2;
/** Entries a recording holds: an event counts one, and one more for each link, site or message it names. */
const mostEntries = 400_000;

/** A run of the stage as it was shown. No key, no text of a message: what can be replayed before anybody. */
export interface Recording {
  readonly format: typeof format;
  readonly version: typeof version;
  /** Names the run, hex. Nothing is computed from it. */
  readonly seed: string;
  /** ms UTC of its first event. */
  readonly startedAt: number;
  /** Milliseconds after the start from which on nothing was kept, because the recording was full; null: it is whole. */
  readonly cutAt: number | null;
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

function entriesOf(event: PictureEvent): number {
  if (event.kind === "links") return 1 + event.links.length;
  if (event.kind === "network") return 1 + event.topology.sites.length + event.topology.links.length;
  return event.kind === "messages" ? 1 + event.list.length : 1;
}

/** What of a link is seen: its state, and its store in steps of a twentieth. */
function lookOf(link: PictureLink): string {
  const { condition, alarm, warning, availableBytes, capacityBytes } = link;
  const twentieths = capacityBytes === 0 ? 0 : Math.round((20 * availableBytes) / capacityBytes);
  return JSON.stringify([condition, alarm, warning, twentieths]);
}

/** Takes down what is shown, from the first event on. Links are taken down when they look otherwise than before. */
export class Recorder {
  readonly seed: string;
  readonly #most: number;
  readonly #looks = new Map<string, string>();
  readonly #events: RecordedEvent[] = [];
  #startedAt: number | null = null;
  #last = 0;
  #entries = 0;
  #cutAt: number | null = null;

  /** @param seed hex, fresh for each run @param most entries it holds */
  constructor(seed: string, most = mostEntries) {
    this.seed = seed;
    this.#most = most;
  }

  /** @param now ms UTC */
  take(event: PictureEvent, now: number): void {
    const kept = this.#worthKeeping(event);
    if (kept === null || this.#cutAt !== null) return;
    this.#startedAt ??= now;
    this.#last = Math.max(this.#last, now - this.#startedAt);
    this.#entries += entriesOf(kept);
    if (this.#entries > this.#most) this.#cutAt = this.#last;
    else this.#events.push({ at: this.#last, event: withoutTexts(kept) });
  }

  /** ms UTC from when on nothing is kept, because the recording is full; null while it goes on. */
  get fullSince(): number | null {
    return this.#cutAt === null ? null : (this.#startedAt ?? 0) + this.#cutAt;
  }

  recording(): Recording {
    return {
      format,
      version,
      seed: this.seed,
      startedAt: this.#startedAt ?? 0,
      cutAt: this.#cutAt,
      events: [...this.#events],
    };
  }

  #worthKeeping(event: PictureEvent): PictureEvent | null {
    if (event.kind !== "links") return event;
    const links = event.links.filter((link) => {
      const look = lookOf(link);
      if (this.#looks.get(link.id) === look) return false;
      this.#looks.set(link.id, look);
      return true;
    });
    return links.length === 0 ? null : { ...event, links };
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
  if (value.version !== version) return "other-version";
  const { seed, startedAt, cutAt = null, events } = value;
  if (typeof seed !== "string" || !/^[0-9a-f]{4,64}$/.test(seed)) return "damaged";
  if (typeof startedAt !== "number" || !Array.isArray(events) || !inOrder(events)) return "damaged";
  if (cutAt !== null && (typeof cutAt !== "number" || cutAt < (events.at(-1)?.at ?? 0))) return "damaged";
  try {
    const recording: Recording = { format, version, seed, startedAt, cutAt, events };
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
