import { AudienceSender, type WindowChannel } from "./audience-link.ts";
import { applyEvent, emptyPicture, eventsOf, type Picture, type PictureEvent } from "./picture.ts";
import { Recorder, type Recording } from "./recording.ts";

interface FeedOptions {
  readonly channel: WindowChannel;
  readonly now: () => number;
  /** A fresh name for a run, hex. */
  readonly newSeed: () => string;
}

/** What the stage shows, as it goes to the audience's window and into the recording of the run. */
export class StageFeed {
  readonly #options: FeedOptions;
  readonly #sender: AudienceSender;
  #picture: Picture = emptyPicture;
  #recorder: Recorder;
  #replaying = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#sender = new AudienceSender(options.channel);
    this.#recorder = new Recorder(options.newSeed());
  }

  get picture(): Picture {
    return this.#picture;
  }

  emit(event: PictureEvent): void {
    this.#picture = applyEvent(this.#picture, event);
    this.#recorder.take(event, this.#options.now());
    if (!this.#replaying) this.#sender.send(event);
  }

  /** The run so far. */
  recording(): Recording {
    return this.#recorder.recording();
  }

  /** Begins another run, with what is on show now. */
  recordAnew(): void {
    this.#recorder = new Recorder(this.#options.newSeed());
    for (const event of eventsOf(this.#picture)) this.#recorder.take(event, this.#options.now());
  }

  /** Shows the audience a moment of a recording, said to be one; null: what happens now again. */
  showReplay(picture: Picture | null): void {
    this.#replaying = picture !== null;
    if (picture) this.#sender.replace(picture, "replay");
    else this.#sender.replace(this.#picture, "live");
  }

  beat(): void {
    this.#sender.beat();
  }

  close(): void {
    this.#sender.close();
  }
}
