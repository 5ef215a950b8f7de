"use client";

import { useTranslations } from "next-intl";
import { type KeyboardEvent, memo, type ReactNode } from "react";
import { IconButton } from "../button.tsx";
import { type Land, useLand } from "./land.ts";
import type { Box } from "./projection.ts";
import { useMapView } from "./use-map-view.ts";

interface MapFrameProps {
  readonly home: Box;
  /** What is drawn over the land, with the map's units per pixel and what of it is seen. */
  readonly drawing: (view: { readonly unit: number; readonly box: Box }) => ReactNode;
  /** Countries tinted, as ISO 3166 codes. */
  readonly tinted?: ReadonlySet<string> | undefined;
  readonly hint?: string;
  readonly onKey?: ((event: KeyboardEvent) => void) | undefined;
  /** Keys and buttons that move the map; an audience has none. */
  readonly still?: boolean;
  readonly children?: ReactNode;
  readonly className?: string;
}

/**
 * Land, and a drawing over it that a person moves and zooms. The land is an image of its own, a layer for the browser:
 * a change of the drawing does not paint the coasts again.
 */
export function MapFrame(props: MapFrameProps) {
  const t = useTranslations("map");
  const land = useLand();
  const view = useMapView(props.home);
  const { box, unit } = view;
  const viewBox = `${box.x} ${box.y} ${box.width} ${box.height}`;
  const keys = (event: KeyboardEvent) => {
    props.onKey?.(event);
    if (!event.defaultPrevented) view.handlers.onKeyDown(event);
  };
  const moving = props.still
    ? {}
    : {
        ...view.handlers,
        onKeyDown: keys,
        tabIndex: 0,
        "aria-label": `${t("label")}. ${props.hint ?? t("hint")}`,
      };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a map is no fieldset
    <div
      ref={view.frame}
      className={`relative min-h-0 overflow-hidden bg-sea select-none ${props.className ?? ""}`}
      role="group"
      data-map=""
      aria-label={t("label")}
      {...moving}
    >
      <LandImage land={land} viewBox={viewBox} tinted={props.tinted} />
      <svg
        viewBox={viewBox}
        className="absolute inset-0 size-full will-change-transform"
        aria-hidden="true"
        focusable="false"
      >
        {props.drawing({ unit, box })}
      </svg>
      {props.still ? null : (
        <div className="absolute top-2 right-2 flex flex-col gap-1">
          <IconButton
            icon="plus"
            size="small"
            tone="plain"
            label={t("zoomIn")}
            onClick={() => view.zoom(1 / 1.5)}
          />
          <IconButton
            icon="minus"
            size="small"
            tone="plain"
            label={t("zoomOut")}
            onClick={() => view.zoom(1.5)}
          />
          {view.moved ? (
            <IconButton icon="map" size="small" tone="plain" label={t("whole")} onClick={view.fit} />
          ) : null}
        </div>
      )}
      {props.children}
    </div>
  );
}

interface LandImageProps {
  readonly land: Land | null;
  readonly viewBox: string;
  readonly tinted: ReadonlySet<string> | undefined;
}

const LandImage = memo(function LandImage({ land, viewBox, tinted }: LandImageProps) {
  const thin = { strokeWidth: 0.75, vectorEffect: "non-scaling-stroke" } as const;
  return (
    <svg
      viewBox={viewBox}
      className="absolute inset-0 size-full will-change-transform"
      aria-hidden="true"
      focusable="false"
    >
      {land ? (
        <>
          <path d={land.land} className="fill-land stroke-coast" {...thin} />
          {tinted
            ? [...tinted].map((country) => (
                <path
                  key={country}
                  d={land.countries.get(country) ?? ""}
                  className="arrive fill-accent-wash"
                />
              ))
            : null}
          <path d={land.borders} fill="none" className="stroke-coast" {...thin} />
        </>
      ) : null}
    </svg>
  );
});
