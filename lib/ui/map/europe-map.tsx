"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useMemo } from "react";
import { type Sky, useSky } from "../space/use-sky.ts";
import { LinkLayer, TroubleLayer } from "./link-layer.tsx";
import { MapFrame } from "./map-frame.tsx";
import { type LinkGlimpse, type MapModel, type PlacedSite, routePath } from "./map-model.ts";
import { boxAround, type Point } from "./projection.ts";
import { RouteBand, RoutePulse } from "./route-layer.tsx";
import { NightLayer, SatelliteLayer } from "./satellite-layer.tsx";
import { SiteLabels, SiteLayer } from "./site-layer.tsx";
import { useSiteCursor } from "./use-site-cursor.ts";

export interface RoutePulseEvent {
  readonly id: string;
  readonly route: readonly string[];
}

interface EuropeMapProps {
  readonly model: MapModel;
  readonly statuses: ReadonlyMap<string, LinkGlimpse>;
  readonly chosen: string | null;
  readonly onChoose?: (link: string) => void;
  readonly onHoverLink?: (link: string | null) => void;
  readonly onHoverSite?: (site: string | null) => void;
  /** Routes drawn as a band. */
  readonly routes?: readonly (readonly string[])[] | undefined;
  /** Sites that the map fits itself to; the whole network when absent. */
  readonly fit?: readonly (readonly string[])[] | undefined;
  readonly pulses?: readonly RoutePulseEvent[];
  readonly onPulseDone?: (id: string) => void;
  readonly labels?: readonly string[];
  readonly large?: boolean;
  readonly children?: ReactNode;
  readonly className?: string;
}

const noRoutes: readonly (readonly string[])[] = [];

/** The network as it is now, under the satellites as they fly now. */
export function EuropeMap(props: EuropeMapProps) {
  return <NetworkMap {...props} sky={useSky()} />;
}

interface NetworkMapProps extends EuropeMapProps {
  readonly sky: Sky | null;
  /** Nobody moves it. */
  readonly still?: boolean;
}

/** Quiet land under a bright network. The list of links that stands beside every map says the same in words. */
export function NetworkMap(props: NetworkMapProps) {
  const { model, routes = noRoutes, fit, large = false, sky, onHoverSite } = props;
  const t = useTranslations("map");
  const home = useMemo(() => {
    const ids = fit ? new Set(fit.flat()) : null;
    const points: Point[] = [];
    for (const [id, placed] of model.sites) {
      if (ids ? ids.has(id) : placed.site.kind !== "satellite") points.push(placed.at);
    }
    return boxAround(points, fit ? 0.14 : 0.04);
  }, [model, fit]);
  const cursor = useSiteCursor(model, onHoverSite);
  const labelled = (props.labels ?? [])
    .map((id) => model.sites.get(id))
    .filter((placed): placed is PlacedSite => placed !== undefined);
  return (
    <MapFrame
      home={home}
      className={props.className ?? ""}
      hint={t(onHoverSite ? "hintSites" : "hint")}
      onKey={onHoverSite ? cursor : undefined}
      still={props.still ?? false}
      drawing={({ unit, box }) => (
        <>
          {sky ? <NightLayer sky={sky} /> : null}
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
          <SiteLayer sites={model.sites} unit={unit} onHover={onHoverSite} />
          <TroubleLayer links={model.links} statuses={props.statuses} unit={unit} />
          {props.pulses?.map((pulse) => (
            <RoutePulse
              key={pulse.id}
              d={routePath(model, pulse.route)}
              unit={unit}
              onDone={() => props.onPulseDone?.(pulse.id)}
            />
          ))}
          {sky ? <SatelliteLayer sky={sky} unit={unit} /> : null}
          <SiteLabels sites={labelled} box={box} unit={unit} large={large} />
        </>
      )}
    >
      {props.children}
    </MapFrame>
  );
}
