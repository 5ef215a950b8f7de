import { SceneFailed } from "./scene.ts";
import type { Theatre } from "./theatre.ts";

const betweenLooksMs = 400;

export interface Patience {
  /** What is awaited, as a clause: "the link raises an alarm". */
  readonly what: string;
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

/**
 * Looks until there is something. @throws SceneFailed scene.too-late; the signal's reason.
 * @param seen what to tell of the last look when it was too late.
 */
export async function waitUntil<T>(
  { clock }: Pick<Theatre, "clock">,
  { what, withinMs, signal }: Patience,
  look: () => Promise<T | undefined>,
  seen: () => string = () => "",
): Promise<T> {
  const until = clock.now() + withinMs;
  for (;;) {
    signal.throwIfAborted();
    const found = await look();
    if (found !== undefined) return found;
    if (clock.now() >= until) {
      const last = seen();
      throw new SceneFailed(
        "scene.too-late",
        `${what}: not within ${Math.round(withinMs / 1000)} s${last === "" ? "" : ` (${last})`}`,
        { nextStep: "Reset the stage and play the scene again." },
      );
    }
    await clock.wait(betweenLooksMs, signal);
  }
}
