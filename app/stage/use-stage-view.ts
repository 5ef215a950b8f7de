"use client";

import type { DeviceView, StageView } from "@/lib/keys/api-types.ts";
import { type OperationsRead, useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";

const askEveryMs = 3000;

/** What is supposed or ordered on the stage now, also by another presenter. */
export function useStageView(): OperationsRead<StageView> {
  return useOperationsRead<StageView>("/ops/stage", {}, askEveryMs);
}

/** A device falls with X-Wing when its access secret crossed the network under it; one that got its card by hand does not. */
export function fallsWithXWing(device: DeviceView): boolean {
  return device.state === "certified" && !device.byHand;
}
