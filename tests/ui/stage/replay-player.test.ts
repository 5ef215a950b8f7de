import { describe, expect, it } from "vitest";
import type { WindowChannel } from "../../../lib/ui/stage/audience-link.ts";
import { AudienceReceiver } from "../../../lib/ui/stage/audience-link.ts";
import type { Picture, PictureEvent } from "../../../lib/ui/stage/picture.ts";
import { type Recording, readRecording } from "../../../lib/ui/stage/recording.ts";
import { type Moment, ReplayPlayer } from "../../../lib/ui/stage/replay-player.ts";
import { StageFeed } from "../../../lib/ui/stage/stage-feed.ts";

/** Timers that run when the test says so; `late` makes each that many ms late. */
class Clock {
  time = 0;
  late = 0;
  #timers: { due: number; what: () => void }[] = [];

  now = () => this.time;
  after = (milliseconds: number, what: () => void) => {
    const timer = { due: this.time + milliseconds + this.late, what };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  };

  run(until: number): void {
    for (;;) {
      const next = this.#timers.sort((a, b) => a.due - b.due)[0];
      if (!next || next.due > until) break;
      this.#timers.shift();
      this.time = next.due;
      next.what();
    }
    this.time = until;
  }
}

function channels(): [WindowChannel, WindowChannel] {
  const pair: WindowChannel[] = [0, 1].map((index) => ({
    postMessage: (data) => pair[1 - index]?.onmessage?.({ data } as MessageEvent),
    onmessage: null,
    close: () => undefined,
  }));
  return [pair[0] as WindowChannel, pair[1] as WindowChannel];
}

const link = (condition: "generating" | "alarm"): PictureEvent => ({
  kind: "links",
  links: [
    { id: "a~b", condition, alarm: null, warning: null, qber: 0.02, availableBytes: 10, capacityBytes: 20 },
  ],
});

/** A run with two events at one time, a long pause, and a text. */
const performance: readonly (readonly [number, PictureEvent])[] = [
  [0, { kind: "sites", alice: "a", bob: "b" }],
  [40, link("generating")],
  [1007, { kind: "route", route: ["a", "b"] }],
  [1007, { kind: "happened", what: { id: "1", at: 1, kind: "cut", link: "a~b" } }],
  [1008, link("alarm")],
  [
    9013,
    {
      kind: "messages",
      side: "alice",
      list: [{ id: "m", mine: true, at: 1, text: "secret", characters: 6, state: "sent" }],
    },
  ],
  [9500, { kind: "route", route: null }],
];

/** Plays the performance live before an audience. @returns the file and what the audience saw when */
function live(): { file: string; seen: [number, Picture][] } {
  let now = 500_000;
  const [stage, hall] = channels();
  const seen: [number, Picture][] = [];
  const feed = new StageFeed({ channel: stage, now: () => now, newSeed: () => "00ff00ff00ff00ff" });
  new AudienceReceiver(
    hall,
    ({ picture }) => seen.push([now - 500_000, picture]),
    () => now,
  );
  seen.length = 0;
  for (const [at, event] of performance) {
    now = 500_000 + at;
    feed.emit(event);
  }
  return { file: JSON.stringify(feed.recording()), seen };
}

function opened(file: string): Recording {
  const recording = readRecording(file);
  if (typeof recording === "string") throw new Error(recording);
  return recording;
}

function play(file: string, clock = new Clock()) {
  const events: [number, PictureEvent][] = [];
  const moments: Moment[] = [];
  const jumps: Picture[] = [];
  const player = new ReplayPlayer({
    recording: opened(file),
    clock,
    onMoment: (moment) => moments.push(moment),
    onEvent: (event) => events.push([clock.now(), event]),
    onJump: (picture) => jumps.push(picture),
  });
  return { player, clock, events, moments, jumps };
}

const untold = (picture: Picture) => ({
  ...picture,
  messages: { ...picture.messages, alice: picture.messages.alice.map((one) => ({ ...one, text: null })) },
});

describe("a replay", () => {
  it("shows the same pictures in the same order at the same times as the run did, each time it is played", () => {
    const { file, seen } = live();
    for (const beginning of [0, 77_123.5]) {
      const clock = new Clock();
      clock.time = beginning;
      const { player, events, moments } = play(file, clock);
      player.play();
      clock.run(beginning + 20_000);
      expect(events.map(([at]) => at - beginning)).toEqual(performance.slice(1).map(([at]) => at));
      expect(events.map(([, { kind }]) => kind)).toEqual(performance.slice(1).map(([, { kind }]) => kind));
      for (const [at, picture] of seen.filter(([when], i) => seen[i + 1]?.[0] !== when))
        expect(moments.findLast((one) => one.at <= at)?.picture, `at ${at}`).toEqual(untold(picture));
      expect(moments.at(-1)).toMatchObject({ at: 9500, playing: false });
      // The slider moves also while nothing happens, at least four times a second.
      const told = moments.map(({ at }) => at);
      expect(Math.max(...told.slice(1).map((at, index) => at - (told[index] ?? 0)))).toBeLessThanOrEqual(250);
    }
  });

  it("swaps and drops nothing when timers come late, and does not fall behind by it", () => {
    const { file } = live();
    const clock = new Clock();
    clock.late = 90;
    const { player, events } = play(file, clock);
    player.play();
    clock.run(20_000);
    expect(events.map(([, { kind }]) => kind)).toEqual(performance.slice(1).map(([, { kind }]) => kind));
    for (const [index, [at]] of events.entries())
      expect(at - (performance[index + 1]?.[0] ?? 0)).toBeLessThanOrEqual(90);
  });

  it("goes on after a pause where it stood, and after a jump where it was put", () => {
    const { player, clock, events, jumps } = play(live().file);
    player.play();
    clock.run(500);
    player.pause();
    clock.run(60_000);
    player.play();
    clock.run(60_600);
    expect(events.at(-1)).toEqual([60_508, link("alarm")]);
    player.seek(9000);
    expect(jumps.at(-1)?.links["a~b"]?.condition).toBe("alarm");
    clock.run(60_620);
    expect(events.at(-1)?.[0]).toBe(60_613);
    expect(events.at(-1)?.[1].kind).toBe("messages");
  });

  it("reaches the audience event by event, said to be a replay", () => {
    const [stage, hall] = channels();
    const views: { origin: string; route: readonly string[] | null }[] = [];
    const feed = new StageFeed({ channel: stage, now: () => 0, newSeed: () => "00ff" });
    new AudienceReceiver(
      hall,
      ({ origin, picture }) => views.push({ origin, route: picture.route }),
      () => 0,
    );
    const clock = new Clock();
    const player = new ReplayPlayer({
      recording: opened(live().file),
      clock,
      onMoment: () => undefined,
      onEvent: (event) => feed.replayEvent(event),
      onJump: (picture) => feed.showReplay(picture),
    });
    player.play();
    clock.run(2000);
    expect(views.at(-1)).toEqual({ origin: "replay", route: ["a", "b"] });
    feed.emit({ kind: "route", route: ["live"] });
    expect(views.at(-1)).toEqual({ origin: "replay", route: ["a", "b"] });
    player.close();
    feed.showReplay(null);
    expect(views.at(-1)).toEqual({ origin: "live", route: ["live"] });
  });
});

describe("a full recording", () => {
  it("is said once, is marked in its file, and another begins with what is on show", () => {
    let now = 1000;
    const told: (number | null)[] = [];
    let run = 0;
    const feed = new StageFeed({
      channel: channels()[0],
      now: () => now,
      newSeed: () => `00f${++run}`,
      mostEntries: 20,
      onFull: (since) => told.push(since),
    });
    for (let step = 0; step < 30; step++) {
      now += 10;
      feed.emit({ kind: "route", route: [String(step)] });
    }
    expect(told).toEqual([1210]);
    const cut = opened(JSON.stringify(feed.recording()));
    expect(cut.cutAt).toBe(200);
    expect(cut.events).toHaveLength(20);
    feed.recordAnew();
    expect(told).toEqual([1210, null]);
    expect(feed.seed).toBe("00f2");
    const fresh = feed.recording();
    expect(fresh.cutAt).toBeNull();
    expect(fresh.events.find(({ event }) => event.kind === "route")?.event).toEqual({
      kind: "route",
      route: ["29"],
    });
  });
});
