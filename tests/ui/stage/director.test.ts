import { describe, expect, it } from "vitest";
import type { Scene, SceneId } from "../../../lib/scenarios/scenes/scene.ts";
import type { Theatre } from "../../../lib/scenarios/scenes/theatre.ts";
import { Director, type DirectorState } from "../../../lib/ui/stage/director.ts";

function stageOf(...plays: readonly { id: SceneId; run?: Scene["run"]; suits?: boolean }[]) {
  const done: string[] = [];
  const states: DirectorState[] = [];
  const held: (() => void)[] = [];
  let time = 1000;
  const theatre = {
    clock: {
      now: () => ++time,
      wait: (_: number, signal: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          held.push(resolve);
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
    },
  } as unknown as Theatre;
  const scenes = plays.map(
    ({ id, run, suits = true }): Scene => ({
      id,
      suits: async () => suits,
      run: async (...args) => {
        done.push(`run ${id}`);
        return run ? run(...args) : { number: { value: 4, unit: "links" }, facts: [] };
      },
      restore: async () => {
        done.push(`restore ${id}`);
      },
    }),
  );
  const director = new Director({ scenes, theatre, onChange: (state) => states.push(state) });
  return { director, done, states, held };
}

const endless: Scene["run"] = (_theatre, progress, signal) =>
  new Promise((_, reject) => {
    progress({ key: "begun", values: {} });
    signal.addEventListener("abort", () => reject(new Error("stopped")));
  });

describe("the director", () => {
  it("shows a scene's number when it ran, and undoes the scene before the next", async () => {
    const { director, done } = stageOf({ id: "opening-map" }, { id: "eve" });
    await director.run();
    expect(director.state.scene).toMatchObject({
      id: "opening-map",
      phase: "done",
      outcome: { number: { value: 4, unit: "links" } },
    });
    await director.next();
    expect(director.state.scene).toMatchObject({ id: "eve", phase: "ready", outcome: null });
    expect(done).toEqual(["run opening-map", "restore opening-map"]);
    expect(director.state.played.map(({ id }) => id)).toEqual(["opening-map"]);
  });

  it("stops and undoes a scene that runs when the presenter goes on", async () => {
    const { director, done } = stageOf({ id: "eve", run: endless }, { id: "vault" });
    const run = director.run();
    await expect.poll(() => director.state.scene.steps.length).toBe(1);
    await director.next();
    await run;
    expect(done).toEqual(["run eve", "restore eve"]);
    expect(director.state.scene).toMatchObject({ id: "vault", phase: "ready", failure: null });
  });

  it("says plainly why a scene failed", async () => {
    const failed = Object.assign(new Error("no alarm rang"), { code: "scene.no-alarm" });
    const { director } = stageOf({ id: "eve", run: () => Promise.reject(failed) });
    await director.run();
    expect(director.state.scene).toMatchObject({
      phase: "failed",
      failure: { code: "scene.no-alarm", message: "no alarm rang" },
    });
  });

  it("does not play what the network has nothing for", async () => {
    const { director, done } = stageOf({ id: "satellite", suits: false });
    await director.run();
    expect(director.state.scene.phase).toBe("unsuited");
    expect(done).toEqual([]);
  });

  it("keeps within the first and the last scene", async () => {
    const { director } = stageOf({ id: "eve" }, { id: "vault" });
    await director.previous();
    expect(director.state.scene.index).toBe(0);
    await director.next();
    await director.next();
    expect(director.state.scene.index).toBe(1);
  });

  it("plays round and round in a booth, undoing each, until it is stopped", async () => {
    const { director, done, held } = stageOf({ id: "eve" }, { id: "vault" });
    const booth = director.startBooth();
    for (let round = 1; round <= 3; round++) {
      await expect.poll(() => held.length).toBe(round);
      held.at(-1)?.();
    }
    await expect.poll(() => held.length).toBe(4);
    director.stopBooth();
    await booth;
    expect(director.state.booth).toBe(false);
    expect(done.slice(0, 5)).toEqual(["run eve", "restore eve", "run vault", "restore vault", "run eve"]);
    await director.stop();
    expect(done.at(-1)).toMatch(/^restore/);
  });
});
