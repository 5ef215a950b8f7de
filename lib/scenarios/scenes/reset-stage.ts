import { tellAll } from "./agent-watch.ts";
import { resetKeyWorld } from "./link-watch.ts";
import { restoreCustodians } from "./restore-custodians.ts";
import type { Theatre } from "./theatre.ts";

/**
 * Known good, from whatever state: attacks, faults, suppositions, ordered skies and the satellites' speed in the key
 * world; agents that send stop, custodians that were lost come back. Emptied pools fill by themselves.
 */
export async function resetStage(theatre: Theatre): Promise<void> {
  await resetKeyWorld(theatre);
  const { agents } = theatre;
  await Promise.all([
    tellAll(agents, "grid", "stop"),
    tellAll(agents, "payments", "stop"),
    restoreCustodians(theatre),
  ]);
}
