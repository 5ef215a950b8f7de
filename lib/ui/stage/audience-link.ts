import { applyEvent, emptyPicture, type Picture, type PictureEvent } from "./picture.ts";

/** What of a BroadcastChannel is used: windows of one browser and origin, no server between them. */
export interface WindowChannel {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
  close(): void;
}

export const audienceChannel = "vernam-stage-audience";

/** "live" from the stage as it runs, "replay" of a recording: every picture says which. */
export type PictureOrigin = "live" | "replay";

type Note =
  | { readonly type: "hello" }
  | {
      readonly type: "whole";
      readonly number: number;
      readonly picture: Picture;
      readonly origin: PictureOrigin;
    }
  | { readonly type: "event"; readonly number: number; readonly event: PictureEvent }
  | { readonly type: "beat"; readonly number: number }
  | { readonly type: "gone" };

/** The presenter's end: shows each change, and the whole picture to whoever comes or missed something. */
export class AudienceSender {
  readonly #channel: WindowChannel;
  #picture: Picture;
  #origin: PictureOrigin = "live";
  #number = 0;

  constructor(channel: WindowChannel, picture: Picture = emptyPicture) {
    this.#channel = channel;
    this.#picture = picture;
    channel.onmessage = ({ data }) => {
      if ((data as Note).type === "hello") this.#showWhole();
    };
    this.#showWhole();
  }

  send(event: PictureEvent): void {
    this.#picture = applyEvent(this.#picture, event);
    this.#post({ type: "event", number: ++this.#number, event });
  }

  /** Replaces the picture: another run, a replay. */
  replace(picture: Picture, origin: PictureOrigin): void {
    this.#picture = picture;
    this.#origin = origin;
    this.#number++;
    this.#showWhole();
  }

  /** Says that the stage is still there; every few seconds. */
  beat(): void {
    this.#post({ type: "beat", number: this.#number });
  }

  close(): void {
    this.#post({ type: "gone" });
    this.#channel.close();
  }

  #showWhole(): void {
    this.#post({ type: "whole", number: this.#number, picture: this.#picture, origin: this.#origin });
  }

  #post(note: Note): void {
    this.#channel.postMessage(note);
  }
}

export interface AudienceView {
  readonly picture: Picture;
  readonly origin: PictureOrigin;
  /** False until the stage was heard, and after it went. */
  readonly connected: boolean;
}

/** The audience's end: follows, and asks for the whole picture when it comes, or when a change is missing. */
export class AudienceReceiver {
  readonly #channel: WindowChannel;
  readonly #changed: (view: AudienceView) => void;
  #view: AudienceView = { picture: emptyPicture, origin: "live", connected: false };
  #number: number | null = null;
  /** ms; of the caller's clock. */
  heardAt = 0;

  constructor(channel: WindowChannel, changed: (view: AudienceView) => void, now: () => number) {
    this.#channel = channel;
    this.#changed = changed;
    channel.onmessage = ({ data }) => {
      this.heardAt = now();
      this.#take(data as Note);
    };
    this.hello();
  }

  hello(): void {
    this.#channel.postMessage({ type: "hello" } satisfies Note);
  }

  /** The stage was not heard for too long: its window may have crashed. */
  lost(): void {
    if (!this.#view.connected) return;
    this.#number = null;
    this.#show({ ...this.#view, connected: false });
  }

  close(): void {
    this.#channel.close();
  }

  #take(note: Note): void {
    if (note.type === "whole") {
      this.#number = note.number;
      this.#show({ picture: note.picture, origin: note.origin, connected: true });
    } else if (note.type === "event") {
      if (this.#number === null || note.number !== this.#number + 1) {
        this.#number = null;
        this.hello();
        return;
      }
      this.#number = note.number;
      this.#show({ ...this.#view, picture: applyEvent(this.#view.picture, note.event), connected: true });
    } else if (note.type === "beat") {
      if (note.number !== this.#number) this.hello();
    } else if (note.type === "gone") this.lost();
  }

  #show(view: AudienceView): void {
    this.#view = view;
    this.#changed(view);
  }
}
