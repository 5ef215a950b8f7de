import { SceneFailed } from "./scene.ts";

/** @param what a sentence that is false: "the key crossed the tapped link". @throws SceneFailed scene.not-shown. */
export function expectThat(holds: boolean, what: string): asserts holds {
  if (!holds)
    throw new SceneFailed("scene.not-shown", what, { nextStep: "Reset the stage and play the scene again." });
}
