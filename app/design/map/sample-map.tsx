"use client";

import { useEffect, useMemo, useState } from "react";
import type { TopologyView } from "@/lib/keys/api-types.ts";
import { NetworkMap } from "@/lib/ui/map/europe-map.tsx";
import { MapLegend } from "@/lib/ui/map/map-legend.tsx";
import { type LinkGlimpse, placeNetwork } from "@/lib/ui/map/map-model.ts";
import type { Sky } from "@/lib/ui/space/use-sky.ts";
import { SignatureMap } from "@/lib/ui/stage/signature-map.tsx";

const conditions = ["generating", "generating", "standby", "generating", "starting", "alarm"] as const;

/** The network of the 27 with another state on every link each second, and the map of signatures: no key is made. */
export function SampleMap() {
  const [topology, setTopology] = useState<TopologyView | null>(null);
  const [tick, setTick] = useState(0);
  const [step, setStep] = useState(0);
  const [hovered, setHovered] = useState<string | null>(null);
  useEffect(() => void loadPlan().then(setTopology), []);
  useEffect(() => {
    const timer = setInterval(() => setTick((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const model = useMemo(() => (topology ? placeNetwork(topology) : null), [topology]);
  const statuses = useMemo(() => sampleStatuses(topology, tick), [topology, tick]);
  const sky = useMemo(() => sampleSky(tick), [tick]);
  if (!topology || !model) return null;
  return (
    <div className="grid gap-6 p-4" data-links={topology.links.length} data-tick={tick}>
      <NetworkMap
        model={model}
        statuses={statuses}
        sky={sky}
        chosen={null}
        onHoverSite={setHovered}
        labels={hovered ? [hovered] : []}
        className="h-[44rem]"
      >
        <MapLegend />
      </NetworkMap>
      <div className="h-[44rem] border border-line">
        <SignatureMap step={step} onStep={setStep} />
      </div>
    </div>
  );
}

async function loadPlan(): Promise<TopologyView> {
  const { default: plan } = await import("@/lib/network/data/network-eu27.json");
  const links = plan.links.map((link, index) => ({
    ...link,
    id: `${link.a}~${link.b}#${index}`,
    active: true,
  }));
  return {
    network: "eu27",
    simulated: true,
    sites: plan.sites as TopologyView["sites"],
    links: links as unknown as TopologyView["links"],
    satellites: plan.satellites,
    sources: plan.sources,
  };
}

function sampleStatuses(topology: TopologyView | null, tick: number): ReadonlyMap<string, LinkGlimpse> {
  return new Map(
    (topology?.links ?? []).map((link, index) => [
      link.id,
      {
        condition: conditions[(index + tick) % conditions.length] ?? "generating",
        availableBytes: ((index * 37 + tick * 11) % 100) * 1000,
        capacityBytes: 100_000,
      },
    ]),
  );
}

function sampleSky(tick: number): Sky {
  const lat = 70 - (tick % 40);
  return {
    now: Date.UTC(2026, 8, 23, 18, tick),
    satellites: [{ id: "sat-eagle1", name: "EAGLE-1", place: { lat, lon: 14 }, altitudeKm: 500, track: "" }],
  };
}
