import { type SceneId, sceneIds } from "../../scenarios/scenes/scene.ts";

/** Minutes that a scene is given in a full performance of 30 minutes, words and questions included. */
const plannedMinutes: Readonly<Record<SceneId, number>> = {
  "opening-map": 2,
  "first-note": 2,
  "key-life": 2,
  eve: 3,
  satellite: 2,
  "compromised-node": 2,
  hybrid: 2,
  "power-grid": 2,
  payments: 2,
  vault: 2,
  starvation: 2,
  "harvest-now": 1,
  "map-2021": 2,
  auditor: 2,
  "what-is-real": 2,
};

/** Planned time of one scene, milliseconds. */
export function plannedFor(scene: SceneId): number {
  return plannedMinutes[scene] * 60_000;
}

/** Planned time before a scene begins, milliseconds. */
export function plannedBefore(scene: SceneId): number {
  const before = sceneIds.slice(0, sceneIds.indexOf(scene));
  return before.reduce((sum, id) => sum + plannedFor(id), 0);
}

export interface Pace {
  /** Since the performance began, ms. */
  readonly total: number;
  /** In this scene, ms. */
  readonly inScene: number;
  /** Left of what this scene is given; negative when it runs over. */
  readonly leftInScene: number;
  /** Behind the plan at the end of the time this scene is given, at least; negative when ahead of it. */
  readonly behind: number;
}

/** Where a performance stands. Times in ms UTC. */
export function paceAt(scene: SceneId, beganAt: number, sceneBeganAt: number, now: number): Pace {
  const total = Math.max(0, now - beganAt);
  const inScene = Math.max(0, now - sceneBeganAt);
  const planned = plannedFor(scene);
  const late = Math.max(0, sceneBeganAt - beganAt) - plannedBefore(scene);
  return {
    total,
    inScene,
    leftInScene: planned - inScene,
    behind: late + Math.max(0, inScene - planned),
  };
}

/** "4:07"; a minus sign before what is over. */
export function minutesText(milliseconds: number): string {
  const seconds = Math.trunc(Math.abs(milliseconds) / 1000);
  const text = `${Math.trunc(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return milliseconds <= -1000 ? `−${text}` : text;
}
