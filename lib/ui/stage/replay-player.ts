import { applyEvent, type Picture, type PictureEvent } from "./picture.ts";
import { lengthOf, pictureAt, type Recording } from "./recording.ts";

/** A clock that never goes back, and timers on it. */
export interface PlayerClock {
  /** Milliseconds of any beginning. */
  now(): number;
  /** Calls `what` after that many milliseconds. @returns what cancels it */
  after(milliseconds: number, what: () => void): () => void;
}

export interface Moment {
  /** Milliseconds after the start of the run. */
  readonly at: number;
  readonly playing: boolean;
  readonly picture: Picture;
}

interface PlayerOptions {
  readonly recording: Recording;
  readonly clock: PlayerClock;
  readonly onMoment: (moment: Moment) => void;
  /** Each event at the moment it falls due, while playing. */
  readonly onEvent: (event: PictureEvent) => void;
  /** The whole picture after a jump. */
  readonly onJump: (picture: Picture) => void;
}

/** While nothing happens the moment is told this often, ms. */
const tickMs = 250;

/**
 * Plays a recording again: each event at its own recorded time after the start, in the recorded order. A timer that
 * comes late delays what is due, never swaps or drops it, and does not shift what follows.
 */
export class ReplayPlayer {
  readonly #options: PlayerOptions;
  readonly #length: number;
  #moment: Moment;
  /** Index of the first event that was not shown yet. */
  #next = 0;
  /** What the clock showed at the start of the run, were it played without a pause. */
  #origin = 0;
  #cancel: (() => void) | null = null;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#length = lengthOf(options.recording);
    this.#moment = { at: 0, playing: false, picture: pictureAt(options.recording, 0) };
    this.seek(0);
  }

  /** From the beginning when it is at its end. */
  play(): void {
    if (this.#moment.playing) return;
    if (this.#moment.at >= this.#length) this.seek(0);
    this.#origin = this.#options.clock.now() - this.#moment.at;
    this.#tell({ playing: true });
    this.#wait();
  }

  pause(): void {
    if (this.#moment.playing) this.#catchUp();
    this.close();
    this.#tell({ playing: false });
  }

  /** @param to ms after the start */
  seek(to: number): void {
    const { recording, clock, onJump } = this.#options;
    const at = Math.max(0, Math.min(to, this.#length));
    const found = recording.events.findIndex((one) => one.at > at);
    this.#next = found === -1 ? recording.events.length : found;
    this.#origin = clock.now() - at;
    this.#tell({ at, picture: pictureAt(recording, at) });
    onJump(this.#moment.picture);
    if (this.#moment.playing) this.#wait();
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #wait(): void {
    this.#cancel?.();
    const { recording, clock } = this.#options;
    const elapsed = clock.now() - this.#origin;
    const due = Math.min(recording.events[this.#next]?.at ?? this.#length, this.#moment.at + tickMs);
    this.#cancel = clock.after(Math.max(0, due - elapsed), () => this.#advance());
  }

  #advance(): void {
    this.#catchUp();
    if (this.#moment.at >= this.#length) this.pause();
    else this.#wait();
  }

  /** Shows what fell due until now. */
  #catchUp(): void {
    const { recording, clock, onEvent } = this.#options;
    const at = Math.min(Math.max(this.#moment.at, Math.floor(clock.now() - this.#origin)), this.#length);
    let { picture } = this.#moment;
    for (;;) {
      const one = recording.events[this.#next];
      if (!one || one.at > at) break;
      this.#next++;
      picture = applyEvent(picture, one.event);
      onEvent(one.event);
    }
    this.#tell({ at, picture });
  }

  #tell(change: Partial<Moment>): void {
    this.#moment = { ...this.#moment, ...change };
    this.#options.onMoment(this.#moment);
  }
}
