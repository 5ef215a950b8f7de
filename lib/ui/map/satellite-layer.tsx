"use client";

import { useTranslations } from "next-intl";
import { placeAt, pointOnMap, trackPath } from "../space/satellite-place.ts";
import { useSpace, useSpaceTime } from "../space/use-space.ts";

/** Satellites that are over this part of the world now, and the way they take. The page about space says it in words. */
export function SatelliteLayer({ unit }: { unit: number }) {
  const t = useTranslations("map");
  const space = useSpace();
  const now = useSpaceTime(space);
  if (!space.value || now === null) return null;
  return (
    <g pointerEvents="none">
      {space.value.satellites.map(({ id, name, track }) => {
        const place = placeAt(track, now);
        const at = place ? pointOnMap(place) : null;
        return (
          <g key={id} data-satellite={id}>
            <path
              d={trackPath(track)}
              fill="none"
              className="stroke-warn"
              strokeWidth={1}
              strokeDasharray="2 5"
              vectorEffect="non-scaling-stroke"
            />
            {at ? (
              <>
                <circle
                  cx={at[0]}
                  cy={at[1]}
                  r={6 * unit}
                  className="fill-warn stroke-land"
                  strokeWidth={unit}
                />
                <text
                  x={at[0] + 10 * unit}
                  y={at[1] + 4 * unit}
                  fontSize={11 * unit}
                  className="fill-ink stroke-land font-medium"
                  strokeWidth={3 * unit}
                  strokeLinejoin="round"
                  paintOrder="stroke"
                >
                  {t("satelliteNow", { name })}
                </text>
              </>
            ) : null}
          </g>
        );
      })}
    </g>
  );
}
