import { VernamError } from "../../shared/errors.ts";
import type { Scene, SceneOutcome } from "../scenes/scene.ts";
import type { Theatre } from "../scenes/theatre.ts";

export interface Performance {
  readonly id: string;
  readonly passed: boolean;
  /** "PASS eve 24.9 percent", "FAIL eve scene.too-late: …": one line, no line breaks. */
  readonly line: string;
}

/** What any scene may take: longer is a failure of the scene, ms. */
const longestMs = 120_000;

/**
 * Plays scenes one after the other and restores the deployment after each. A scene that cannot be restored has failed.
 * @param log what happens meanwhile, for whoever waits.
 */
export async function* perform(
  scenes: readonly Scene[],
  theatre: Theatre,
  log: (text: string) => void,
): AsyncGenerator<Performance> {
  for (const scene of scenes) {
    const from = Date.now();
    const played = await attempt(() => play(scene, theatre, log));
    const restored = await attempt(() => scene.restore(theatre));
    log(`${scene.id}: ${((Date.now() - from) / 1000).toFixed(1)} s`);
    const problem = played.problem ?? (restored.problem && `not restored: ${restored.problem}`);
    const { id } = scene;
    if (problem === undefined && played.value !== undefined) {
      const { value, unit } = played.value.number;
      for (const fact of played.value.facts) log(`${id}: ${fact.key} ${JSON.stringify(fact.values)}`);
      yield { id, passed: true, line: `PASS ${id} ${value} ${unit}` };
    } else yield { id, passed: false, line: `FAIL ${id} ${problem ?? "no outcome"}` };
  }
}

async function play(scene: Scene, theatre: Theatre, log: (text: string) => void): Promise<SceneOutcome> {
  if (!(await scene.suits(theatre)))
    throw new VernamError("scene.unsuited", "this deployment lacks what the scene needs");
  const signal = AbortSignal.timeout(longestMs);
  const outcome = await scene.run(
    theatre,
    ({ key, values }) => log(`${scene.id}: ${key} ${JSON.stringify(values)}`),
    signal,
  );
  if (!Number.isFinite(outcome.number.value)) throw new VernamError("scene.no-number", "the number is none");
  return outcome;
}

async function attempt<T>(
  work: () => Promise<T>,
): Promise<{ readonly value?: T; readonly problem?: string }> {
  try {
    return { value: await work() };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const problem = error instanceof VernamError ? `${error.code}: ${text}` : text;
    return { problem: problem.replaceAll(/\s+/g, " ") };
  }
}
