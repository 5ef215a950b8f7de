"use client";

import { useEffect, useState } from "react";
import type { SpaceView } from "../../keys/api-types.ts";
import { type OperationsRead, useOperationsRead } from "../operations/use-operations-read.ts";

const askEveryMs = 15_000;
const moveEveryMs = 1000;

/** The space segment, asked for again and again while the page is in sight. */
export function useSpace(): OperationsRead<SpaceView> {
  return useOperationsRead<SpaceView>("/ops/space", {}, askEveryMs);
}

/** The satellites' time now, told each second; null before the first answer. */
export function useSpaceTime({ value, at }: Pick<OperationsRead<SpaceView>, "value" | "at">): number | null {
  const [wall, setWall] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setWall(Date.now()), moveEveryMs);
    return () => clearInterval(timer);
  }, []);
  if (!value || at === null) return null;
  return value.clock.now + Math.max(0, wall - at) * value.clock.rate;
}
