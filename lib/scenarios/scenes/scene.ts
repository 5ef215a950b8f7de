import { VernamError } from "../../shared/errors.ts";
import type { Theatre } from "./theatre.ts";

/** In the order of a full performance. */
export const sceneIds = [
  "opening-map",
  "first-note",
  "key-life",
  "eve",
  "satellite",
  "compromised-node",
  "hybrid",
  "power-grid",
  "payments",
  "vault",
  "starvation",
  "harvest-now",
  "map-2021",
  "auditor",
  "what-is-real",
] as const;

export type SceneId = (typeof sceneIds)[number];

/** What a scene's number counts; each has a text `stage.scenes.units.<unit>`. */
export const sceneUnits = [
  "links",
  "bits",
  "percent",
  "keys",
  "messages",
  "milliseconds",
  "seconds",
  "transfers",
  "states",
  "rows",
  "sites",
] as const;

type SceneUnit = (typeof sceneUnits)[number];

export type SceneValues = Readonly<Record<string, string | number>>;

/** What was seen on the way to the number; its text is `stage.scenes.<id>.facts.<key>`. */
export interface SceneFact {
  readonly key: string;
  readonly values: SceneValues;
}

/** What happens now; its text is `stage.scenes.<id>.steps.<key>`. */
export interface SceneStep {
  readonly key: string;
  readonly values: SceneValues;
  /** What a map should show with it: sites in order, a link. */
  readonly route?: readonly string[];
  readonly link?: string;
  /** Place in the timeline of signatures, from 0. */
  readonly signatures?: number;
}

export interface SceneOutcome {
  /** Percents are 0 to 100. */
  readonly number: { readonly value: number; readonly unit: SceneUnit };
  readonly facts: readonly SceneFact[];
}

/**
 * A stakeholder's question, answered by one action, one measured number and one honest limit. Title, question,
 * action, number, limit and the presenter's notes are the texts `stage.scenes.<id>.*`.
 */
export interface Scene {
  readonly id: SceneId;
  /** The network has what the scene needs: a satellite, for one. */
  readonly suits: (theatre: Theatre) => Promise<boolean>;
  /** @throws SceneFailed when what should have happened did not; VernamError of what it uses. */
  readonly run: (
    theatre: Theatre,
    progress: (step: SceneStep) => void,
    signal: AbortSignal,
  ) => Promise<SceneOutcome>;
  /** Undoes what `run` did to the deployment, also when it failed half-way. */
  readonly restore: (theatre: Theatre) => Promise<void>;
}

/** What a scene promised did not happen. Codes: scene.*. */
export class SceneFailed extends VernamError {}
