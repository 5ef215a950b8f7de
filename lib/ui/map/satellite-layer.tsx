"use client";

import { useTranslations } from "next-intl";
import { pointOnMap } from "../space/satellite-place.ts";
import { footprintPath, nightPath } from "../space/sky.ts";
import type { Sky } from "../space/use-sky.ts";

/** Night on the ground, and where stations see a satellite high enough: a pass needs both. Under the network. */
export function NightLayer({ sky }: { sky: Sky }) {
  return (
    <g pointerEvents="none">
      <path d={nightPath(sky.now)} className="fill-night" opacity={0.38} data-night="" />
      {sky.satellites.map(({ id, place, altitudeKm }) =>
        place ? (
          <path
            key={id}
            d={footprintPath(place, altitudeKm)}
            className="fill-warn stroke-warn"
            fillOpacity={0.12}
            strokeWidth={1.25}
            strokeDasharray="1 4"
            vectorEffect="non-scaling-stroke"
            data-footprint={id}
          />
        ) : null,
      )}
    </g>
  );
}

/** Satellites that are over this part of the world, and the way they take. The page about space says it in words. */
export function SatelliteLayer({ sky, unit }: { sky: Sky; unit: number }) {
  const t = useTranslations("map");
  return (
    <g pointerEvents="none">
      {sky.satellites.map(({ id, name, place, track }) => {
        const at = place ? pointOnMap(place) : null;
        return (
          <g key={id} data-satellite={id}>
            <path
              d={track}
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
