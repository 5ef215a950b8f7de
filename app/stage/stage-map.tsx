"use client";

import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import type { OperationsEvents, TopologyView } from "@/lib/keys/api-types.ts";
import { EuropeMap, type RoutePulseEvent } from "@/lib/ui/map/europe-map.tsx";
import { MapLegend } from "@/lib/ui/map/map-legend.tsx";
import { placeNetwork } from "@/lib/ui/map/map-model.ts";
import { useOperations, useOperationsStore } from "@/lib/ui/operations/operations-provider.tsx";

interface StageMapProps {
  readonly topology: TopologyView;
  readonly route: readonly string[] | null;
  readonly ends: readonly string[];
  readonly chosen: string | null;
  readonly onChoose: (link: string) => void;
  readonly onHoverLink: (link: string | null) => void;
  readonly onHoverSite: (site: string | null) => void;
  /** All of the network in sight, not only the route. */
  readonly whole?: boolean;
  readonly children?: ReactNode;
}

const mostPulses = 6;

/** The network as it is, the route in use, and each key that crosses it at the moment it does. */
export function StageMap(props: StageMapProps) {
  const { topology, route, ends } = props;
  const { links } = useOperations();
  const store = useOperationsStore();
  const model = useMemo(() => placeNetwork(topology, route), [topology, route]);
  const [pulses, setPulses] = useState<readonly RoutePulseEvent[]>([]);

  useEffect(
    () =>
      store.onEvent((name, value) => {
        if (name !== "relay" || document.visibilityState !== "visible") return;
        const { keyId, route: crossed } = value as OperationsEvents["relay"];
        setPulses((before) =>
          [...before.filter((one) => one.id !== keyId), { id: keyId, route: crossed }].slice(-mostPulses),
        );
      }),
    [store],
  );
  const pulseDone = useCallback(
    (id: string) => setPulses((before) => before.filter((pulse) => pulse.id !== id)),
    [],
  );
  const [first = "", last = ""] = ends;
  const routes = useMemo(() => (route ? [route] : [[first, last]]), [route, first, last]);
  return (
    <EuropeMap
      model={model}
      statuses={links}
      chosen={props.chosen}
      onChoose={props.onChoose}
      onHoverLink={props.onHoverLink}
      onHoverSite={props.onHoverSite}
      routes={route ? routes : undefined}
      fit={props.whole ? undefined : routes}
      pulses={pulses}
      onPulseDone={pulseDone}
      labels={ends}
      large
      className="h-[24rem] xl:h-auto"
    >
      <MapLegend />
      {props.children}
    </EuropeMap>
  );
}
