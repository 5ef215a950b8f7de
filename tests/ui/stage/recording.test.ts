import { describe, expect, it } from "vitest";
import type { PictureEvent } from "../../../lib/ui/stage/picture.ts";
import { lengthOf, pictureAt, Recorder, readRecording } from "../../../lib/ui/stage/recording.ts";

const link = (condition: "generating" | "alarm"): PictureEvent => ({
  kind: "links",
  links: [
    { id: "a~b", condition, alarm: null, warning: null, qber: 0.02, availableBytes: 10, capacityBytes: 20 },
  ],
});

const secret = "The delegation lands at 14:20.";

function run(): Recorder {
  const recorder = new Recorder("00ff00ff00ff00ff");
  recorder.take(link("generating"), 1000);
  recorder.take({ kind: "route", route: ["a", "b"] }, 1500);
  recorder.take(
    {
      kind: "messages",
      side: "alice",
      list: [{ id: "m", mine: true, at: 1600, text: secret, characters: secret.length, state: "delivered" }],
    },
    1600,
  );
  recorder.take(link("alarm"), 3000);
  return recorder;
}

describe("a recorded run", () => {
  it("shows at each moment what was shown then", () => {
    const recording = run().recording();
    expect(lengthOf(recording)).toBe(2000);
    expect(pictureAt(recording, 0).links["a~b"]?.condition).toBe("generating");
    expect(pictureAt(recording, 499).route).toBeNull();
    expect(pictureAt(recording, 500).route).toEqual(["a", "b"]);
    expect(pictureAt(recording, 1999).links["a~b"]?.condition).toBe("generating");
    expect(pictureAt(recording, 2000).links["a~b"]?.condition).toBe("alarm");
  });

  it("is the same whenever it is replayed, also from a file", () => {
    const recording = run().recording();
    const read = readRecording(JSON.stringify(recording));
    if (typeof read === "string") throw new Error(read);
    for (const at of [0, 300, 600, 1999, 2000]) expect(pictureAt(read, at)).toEqual(pictureAt(recording, at));
  });

  it("keeps no text of a message, only how long it was", () => {
    const text = JSON.stringify(run().recording());
    expect(text).not.toContain("delegation");
    expect(pictureAt(run().recording(), 600).messages.alice[0]).toMatchObject({
      text: null,
      characters: secret.length,
    });
  });

  it("takes a link down when it looks otherwise than before, and only then", () => {
    const recorder = new Recorder("00ff");
    recorder.take(link("generating"), 1000);
    recorder.take(link("generating"), 2000);
    recorder.take(link("alarm"), 3000);
    recorder.take(link("generating"), 4000);
    expect(recorder.recording().events.map(({ at }) => at)).toEqual([0, 2000, 3000]);
  });

  it("never goes backwards, whatever the clock does", () => {
    const recorder = run();
    recorder.take({ kind: "route", route: null }, 500);
    expect(lengthOf(recorder.recording())).toBe(2000);
  });

  it("refuses what is no recording, another version, and a damaged file", () => {
    const recording = run().recording();
    expect(readRecording("{")).toBe("not-a-recording");
    expect(readRecording("null")).toBe("not-a-recording");
    expect(readRecording(JSON.stringify({ ...recording, version: 1 }))).toBe("other-version");
    expect(readRecording(JSON.stringify({ ...recording, cutAt: 1 }))).toBe("damaged");
    const [first, ...rest] = recording.events;
    expect(readRecording(JSON.stringify({ ...recording, events: [...rest, first] }))).toBe("damaged");
    const strange = [{ at: 0, event: { kind: "script" } }];
    expect(readRecording(JSON.stringify({ ...recording, events: strange }))).toBe("damaged");
    expect(
      readRecording(JSON.stringify({ ...recording, events: [{ at: 0, event: { kind: "links" } }] })),
    ).toBe("damaged");
  });
});
