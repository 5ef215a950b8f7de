"use client";

import { useMemo } from "react";
import { placeAt, trackPath } from "./satellite-place.ts";
import { useSpace, useSpaceTime } from "./use-space.ts";

/** What is over the map at a time of the satellites' clock. */
export interface Sky {
  /** ms UTC, as the satellites count it. */
  readonly now: number;
  readonly satellites: readonly {
    readonly id: string;
    readonly name: string;
    readonly place: { readonly lat: number; readonly lon: number } | null;
    readonly altitudeKm: number;
    /** Its way as path data of the map. */
    readonly track: string;
  }[];
}

/** The sky now, each second; null before the key world told of it, and where no satellite flies. */
export function useSky(): Sky | null {
  const space = useSpace();
  const now = useSpaceTime(space);
  const satellites = space.value?.satellites;
  const tracks = useMemo(
    () => new Map((satellites ?? []).map(({ id, track }) => [id, trackPath(track)])),
    [satellites],
  );
  return useMemo(() => {
    if (!satellites || satellites.length === 0 || now === null) return null;
    return {
      now,
      satellites: satellites.map(({ id, name, track }) => ({
        id,
        name,
        place: placeAt(track, now),
        altitudeKm: track[0]?.altitudeKm ?? 0,
        track: tracks.get(id) ?? "",
      })),
    };
  }, [satellites, tracks, now]);
}
