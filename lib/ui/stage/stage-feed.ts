import { AudienceSender, type WindowChannel } from "./audience-link.ts";
import { applyEvent, emptyPicture, eventsOf, type Picture, type PictureEvent } from "./picture.ts";
import { Recorder, type Recording } from "./recording.ts";

interface FeedOptions {
  readonly channel: WindowChannel;
  readonly now: () => number;
  /** A fresh name for a run, hex. */
  readonly newSeed: () => string;
  /** Entries a recording holds; see Recorder. */
  readonly mostEntries?: number;
  /** Told once when the recording is full, with the time in ms UTC; null when another began. */
  readonly onFull?: (since: number | null) => void;
}

/** What the stage shows, as it goes to the audience's window and into the recording of the run. */
export class StageFeed {
  readonly #options: FeedOptions;
  readonly #sender: AudienceSender;
  #picture: Picture = emptyPicture;
  #recorder: Recorder;
  #full = false;
  #replaying = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#sender = new AudienceSender(options.channel);
    this.#recorder = new Recorder(options.newSeed(), options.mostEntries);
  }

  get picture(): Picture {
    return this.#picture;
  }

  /** Names the run that is recorded, hex. */
  get seed(): string {
    return this.#recorder.seed;
  }

  emit(event: PictureEvent): void {
    this.#picture = applyEvent(this.#picture, event);
    this.#recorder.take(event, this.#options.now());
    if (!this.#replaying) this.#sender.send(event);
    const { fullSince } = this.#recorder;
    if (fullSince !== null && !this.#full) {
      this.#full = true;
      this.#options.onFull?.(fullSince);
    }
  }

  /** The run so far. */
  recording(): Recording {
    return this.#recorder.recording();
  }

  /** Begins another run, with what is on show now. */
  recordAnew(): void {
    this.#recorder = new Recorder(this.#options.newSeed(), this.#options.mostEntries);
    this.#full = false;
    for (const event of eventsOf(this.#picture)) this.#recorder.take(event, this.#options.now());
    this.#options.onFull?.(null);
  }

  /** Shows the audience a moment of a recording, said to be one; null: what happens now again. */
  showReplay(picture: Picture | null): void {
    this.#replaying = picture !== null;
    if (picture) this.#sender.replace(picture, "replay");
    else this.#sender.replace(this.#picture, "live");
  }

  /** Shows the audience the next change of the recording that `showReplay` began with. */
  replayEvent(event: PictureEvent): void {
    if (this.#replaying) this.#sender.send(event);
  }

  beat(): void {
    this.#sender.beat();
  }

  close(): void {
    this.#sender.close();
  }
}
