import { describe, expect, it } from "vitest";
import {
  AudienceReceiver,
  AudienceSender,
  type AudienceView,
  type WindowChannel,
} from "../../../lib/ui/stage/audience-link.ts";
import { applyEvent, emptyPicture, type PictureEvent } from "../../../lib/ui/stage/picture.ts";

/** Windows of one browser: what one says all others hear, as plain data. */
class Windows {
  readonly #open = new Set<WindowChannel>();
  deaf = false;

  open(): WindowChannel {
    const channel: WindowChannel = {
      onmessage: null,
      postMessage: (message) => {
        if (this.deaf) return;
        for (const other of this.#open)
          if (other !== channel) other.onmessage?.({ data: structuredClone(message) } as MessageEvent);
      },
      close: () => void this.#open.delete(channel),
    };
    this.#open.add(channel);
    return channel;
  }
}

const route = (...sites: string[]): PictureEvent => ({ kind: "route", route: sites });

function audience(windows: Windows) {
  const seen: AudienceView[] = [];
  const receiver = new AudienceReceiver(
    windows.open(),
    (view) => seen.push(view),
    () => 0,
  );
  return { receiver, last: () => seen.at(-1) };
}

describe("the audience's window", () => {
  it("follows the stage", () => {
    const windows = new Windows();
    const stage = new AudienceSender(windows.open());
    const { last } = audience(windows);
    expect(last()?.connected).toBe(true);
    stage.send(route("a", "b"));
    expect(last()?.picture.route).toEqual(["a", "b"]);
  });

  it("opened late or loaded again, it sees what the stage shows", () => {
    const windows = new Windows();
    const stage = new AudienceSender(windows.open());
    stage.send(route("a", "b"));
    const { last } = audience(windows);
    expect(last()?.picture).toEqual(applyEvent(emptyPicture, route("a", "b")));
  });

  it("follows a stage that was loaded again", () => {
    const windows = new Windows();
    const first = new AudienceSender(windows.open());
    const { last } = audience(windows);
    first.send(route("a", "b"));
    first.close();
    expect(last()?.connected).toBe(false);
    const second = new AudienceSender(windows.open());
    expect(last()).toMatchObject({ connected: true, picture: { route: null } });
    second.send(route("c"));
    expect(last()?.picture.route).toEqual(["c"]);
  });

  it("asks again when it missed a change", () => {
    const windows = new Windows();
    const stage = new AudienceSender(windows.open());
    const { last } = audience(windows);
    windows.deaf = true;
    stage.send(route("a", "b"));
    windows.deaf = false;
    stage.send({ kind: "signatures", step: 3 });
    expect(last()?.picture).toMatchObject({ route: ["a", "b"], signatures: 3 });
  });

  it("says when what it shows is a replay", () => {
    const windows = new Windows();
    const stage = new AudienceSender(windows.open());
    const { last } = audience(windows);
    stage.replace(emptyPicture, "replay");
    expect(last()?.origin).toBe("replay");
    stage.replace(emptyPicture, "live");
    expect(last()?.origin).toBe("live");
  });
});
