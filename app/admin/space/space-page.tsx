"use client";

import { useTranslations } from "next-intl";
import { useMemo } from "react";
import type { SpaceView, TopologyView } from "@/lib/keys/api-types.ts";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { EuropeMap } from "@/lib/ui/map/europe-map.tsx";
import { placeNetwork } from "@/lib/ui/map/map-model.ts";
import { siteNames } from "@/lib/ui/network/link-names.ts";
import { Empty, Waiting } from "@/lib/ui/notice.tsx";
import { OperationsGate } from "@/lib/ui/operations/operations-gate.tsx";
import { useOperations } from "@/lib/ui/operations/operations-provider.tsx";
import { ReadProblem } from "@/lib/ui/operations/read-problem.tsx";
import { PageHeading } from "@/lib/ui/page-heading.tsx";
import { placeAt } from "@/lib/ui/space/satellite-place.ts";
import { useSpace, useSpaceTime } from "@/lib/ui/space/use-space.ts";
import { Stat, Stats } from "@/lib/ui/stat.tsx";
import { ClockControl, type SetRate } from "./clock-control.tsx";
import { PassTable } from "./pass-table.tsx";
import { StationTable } from "./station-table.tsx";

/** @param setRate null for who may not set the clock, or while the device of this browser is being prepared. */
export function SpacePage({ setRate }: { setRate: SetRate | null }) {
  const t = useTranslations("admin");
  return (
    <>
      <PageHeading title={t("pages.space")} question={t("questions.space")} />
      <OperationsGate>{({ topology }) => <Space topology={topology} setRate={setRate} />}</OperationsGate>
    </>
  );
}

function Space({ topology, setRate }: { topology: TopologyView; setRate: SetRate | null }) {
  const t = useTranslations("space");
  const common = useTranslations("common");
  const space = useSpace();
  const now = useSpaceTime(space);
  const { links } = useOperations();
  const names = useMemo(() => siteNames(topology), [topology]);
  const model = useMemo(() => placeNetwork(topology), [topology]);
  const everySite = useMemo(() => [[...model.sites.keys()]], [model]);
  const { value, problem, reload } = space;
  if (problem && !value) return <ReadProblem problem={problem} onRetry={reload} />;
  if (!value || now === null) return <Waiting>{common("loading")}</Waiting>;
  if (value.satellites.length === 0) return <Empty icon="globe" title={t("none")} />;
  return (
    <>
      <SpaceFacts view={value} now={now} />
      <div className="grid min-h-0 grid-cols-[minmax(0,1fr)] gap-6 pb-10">
        <EuropeMap model={model} statuses={links} chosen={null} fit={everySite} className="h-[26rem]" />
        <p className="max-w-prose px-4 text-ink-soft">{t("lead")}</p>
        <ClockControl rate={value.clock.rate} setRate={setRate} onDone={reload} />
        <StationTable view={value} names={names} />
        <PassTable title={t("ahead")} passes={value.ahead} names={names} />
        <PassTable title={t("flown")} passes={value.flown} names={names} flown />
      </div>
    </>
  );
}

function SpaceFacts({ view, now }: { view: SpaceView; now: number }) {
  const t = useTranslations("space");
  const quantity = useQuantity();
  const next = view.ahead.find((pass) => pass.expectedBits > 0 && pass.rise > now);
  return (
    <Stats>
      <Stat
        name={t("time")}
        note={view.clock.rate === 1 ? t("realTime") : t("faster", { rate: view.clock.rate })}
      >
        {quantity.moment(now)}
      </Stat>
      {view.satellites.map(({ id, name, track }) => {
        const place = placeAt(track, now);
        return (
          <Stat key={id} name={name} note={t("whereNow")}>
            {place
              ? t("place", {
                  lat: quantity.number(Math.abs(place.lat), 0),
                  north: place.lat < 0 ? "no" : "yes",
                  lon: quantity.number(Math.abs(((place.lon + 540) % 360) - 180), 0),
                  east: ((place.lon + 540) % 360) - 180 < 0 ? "no" : "yes",
                })
              : "–"}
          </Stat>
        );
      })}
      <Stat name={t("nextKeyPass")}>{next ? quantity.moment(next.rise) : t("noneKnown")}</Stat>
      <Stat name={t("stored")}>
        {quantity.data(view.stations.reduce((sum, station) => sum + station.storedBytes, 0))}
      </Stat>
    </Stats>
  );
}
