"use client";

import { useTranslations } from "next-intl";
import { memo, type ReactNode, useMemo } from "react";
import type { LinkStatus } from "../../keys/api-types.ts";
import { IconButton } from "../button.tsx";
import { type Land, useLand } from "./land.ts";
import { LinkLayer, TroubleLayer } from "./link-layer.tsx";
import { type MapModel, type PlacedSite, routePath } from "./map-model.ts";
import { boxAround, type Point } from "./projection.ts";
import { RouteBand, RoutePulse } from "./route-layer.tsx";
import { SatelliteLayer } from "./satellite-layer.tsx";
import { SiteLabels, SiteLayer } from "./site-layer.tsx";
import { useMapView } from "./use-map-view.ts";

export interface RoutePulseEvent {
  readonly id: string;
  readonly route: readonly string[];
}

interface EuropeMapProps {
  readonly model: MapModel;
  readonly statuses: ReadonlyMap<string, LinkStatus>;
  readonly chosen: string | null;
  readonly onChoose?: (link: string) => void;
  readonly onHoverLink?: (link: string | null) => void;
  readonly onHoverSite?: (site: string | null) => void;
  /** Routes drawn as a band. */
  readonly routes?: readonly (readonly string[])[] | undefined;
  /** Sites that the map fits itself to; the whole network when absent. */
  readonly fit?: readonly (readonly string[])[];
  readonly pulses?: readonly RoutePulseEvent[];
  readonly onPulseDone?: (id: string) => void;
  readonly labels?: readonly string[];
  readonly large?: boolean;
  readonly children?: ReactNode;
  readonly className?: string;
}

const noRoutes: readonly (readonly string[])[] = [];

/** Quiet land under a bright network. The list of links that stands beside every map says the same in words. */
export function EuropeMap(props: EuropeMapProps) {
  const { model, routes = noRoutes, fit, large = false } = props;
  const t = useTranslations("map");
  const land = useLand();
  const home = useMemo(() => {
    const ids = fit ? new Set(fit.flat()) : null;
    const points: Point[] = [];
    for (const [id, placed] of model.sites) {
      if (ids ? ids.has(id) : placed.site.kind !== "satellite") points.push(placed.at);
    }
    return boxAround(points, fit ? 0.14 : 0.04);
  }, [model, fit]);
  const view = useMapView(home);
  const labelled = (props.labels ?? [])
    .map((id) => model.sites.get(id))
    .filter((placed): placed is PlacedSite => placed !== undefined);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a map is no fieldset
    <div
      ref={view.frame}
      className={`relative min-h-0 overflow-hidden bg-sea select-none ${props.className ?? ""}`}
      {...view.handlers}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the map is moved with the arrow keys
      tabIndex={0}
      role="group"
      aria-label={`${t("label")}. ${t("hint")}`}
    >
      <svg
        viewBox={`${view.box.x} ${view.box.y} ${view.box.width} ${view.box.height}`}
        className="absolute inset-0 size-full"
        aria-hidden="true"
        focusable="false"
      >
        <LandLayer land={land} />
        {routes.map((route) => (
          <RouteBand key={route.join()} d={routePath(model, route)} />
        ))}
        <LinkLayer
          links={model.links}
          statuses={props.statuses}
          chosen={props.chosen}
          onChoose={props.onChoose}
          onHover={props.onHoverLink}
        />
        <SiteLayer sites={model.sites} unit={view.unit} onHover={props.onHoverSite} />
        <TroubleLayer links={model.links} statuses={props.statuses} unit={view.unit} />
        {props.pulses?.map((pulse) => (
          <RoutePulse
            key={pulse.id}
            d={routePath(model, pulse.route)}
            unit={view.unit}
            onDone={() => props.onPulseDone?.(pulse.id)}
          />
        ))}
        <SatelliteLayer unit={view.unit} />
        <SiteLabels sites={labelled} box={view.box} unit={view.unit} large={large} />
      </svg>
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
      {props.children}
    </div>
  );
}

const LandLayer = memo(function LandLayer({ land }: { land: Land | null }) {
  if (!land) return null;
  return (
    <>
      <path
        d={land.land}
        className="fill-land stroke-coast"
        strokeWidth={0.75}
        vectorEffect="non-scaling-stroke"
      />
      <path
        d={land.borders}
        fill="none"
        className="stroke-coast"
        strokeWidth={0.75}
        vectorEffect="non-scaling-stroke"
      />
    </>
  );
});
