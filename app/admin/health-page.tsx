"use client";

import { useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import type { OverviewView, TopologyView } from "@/lib/keys/api-types.ts";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { EuropeMap } from "@/lib/ui/map/europe-map.tsx";
import { MapLegend } from "@/lib/ui/map/map-legend.tsx";
import { placeNetwork } from "@/lib/ui/map/map-model.ts";
import { Meter } from "@/lib/ui/meter.tsx";
import { LinkDetail } from "@/lib/ui/network/link-detail.tsx";
import { linkName, siteNames } from "@/lib/ui/network/link-names.ts";
import { OperationsGate } from "@/lib/ui/operations/operations-gate.tsx";
import { useOperations } from "@/lib/ui/operations/operations-provider.tsx";
import { PageHeading } from "@/lib/ui/page-heading.tsx";
import { Stat, Stats } from "@/lib/ui/stat.tsx";
import { LinkTable } from "./link-table.tsx";

export function HealthPage() {
  const t = useTranslations("admin");
  const { overview } = useOperations();
  return (
    <>
      <PageHeading title={t("pages.health")} question={t("questions.health")} />
      <OperationsGate>
        {({ topology }) => (
          <>
            {overview ? <Overview overview={overview} /> : null}
            <HealthBody topology={topology} />
          </>
        )}
      </OperationsGate>
    </>
  );
}

function Overview({ overview }: { overview: OverviewView }) {
  const t = useTranslations("health");
  const quantity = useQuantity();
  const { warmUp } = overview;
  const pairs = overview.pairsWithKey + overview.pairsWaiting.length;
  return (
    <>
      <Stats>
        <Stat name={t("alarms")}>
          {overview.alarms === 0 ? (
            t("alarmsNone")
          ) : (
            <span className="text-alarm">{quantity.number(overview.alarms, 0)}</span>
          )}
        </Stat>
        <Stat name={t("links")}>
          {quantity.number(overview.linksByCondition.generating + overview.linksByCondition.standby, 0)}
          <span className="font-normal text-ink-soft"> / {quantity.number(warmUp.links, 0)}</span>
        </Stat>
        <Stat name={t("pairs")}>
          {quantity.number(overview.pairsWithKey, 0)}
          <span className="font-normal text-ink-soft"> / {quantity.number(pairs, 0)}</span>
        </Stat>
        <Stat name={t("stored")}>{quantity.data(overview.availableBytes)}</Stat>
        <Stat name={t("generated")}>{quantity.data(overview.generatedBytes)}</Stat>
        <Stat name={t("consumed")}>{quantity.data(overview.consumedBytes)}</Stat>
        <Stat name={t("supplied")}>{quantity.number(overview.keysSupplied, 0)}</Stat>
      </Stats>
      {warmUp.done ? null : (
        <div className="grid gap-1 border-b border-line bg-surface px-4 py-2 text-sm">
          <p>{t("warmUp", { done: warmUp.linksWithKey, total: warmUp.links })}</p>
          <Meter
            ratio={warmUp.fillRatio}
            tone="accent"
            label={t("warmUp", { done: warmUp.linksWithKey, total: warmUp.links })}
          />
        </div>
      )}
    </>
  );
}

function HealthBody({ topology }: { topology: TopologyView }) {
  const t = useTranslations("health");
  const { links } = useOperations();
  const asked = useSearchParams().get("link");
  const [chosen, setChosen] = useState<string | null>(asked);
  const [hovered, setHovered] = useState<string | null>(null);
  const model = useMemo(() => placeNetwork(topology), [topology]);
  const names = useMemo(() => siteNames(topology), [topology]);
  const shownId = hovered ?? chosen;
  const shown = topology.links.find((link) => link.id === shownId);
  return (
    <div className="grid min-h-0 flex-1 xl:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]">
      <div className="flex flex-col xl:sticky xl:top-0 xl:h-dvh xl:max-h-[60rem]">
        <EuropeMap
          model={model}
          statuses={links}
          chosen={chosen}
          onChoose={setChosen}
          onHoverLink={setHovered}
          className="h-[28rem] xl:h-auto xl:flex-1"
        >
          <MapLegend />
          {shown && hovered && hovered !== chosen ? (
            <div className="pointer-events-none absolute right-2 bottom-2 w-64 rounded-md border border-line bg-surface p-3 shadow-over">
              <LinkDetail
                brief
                link={shown}
                status={links.get(shown.id)}
                name={linkName(shown, names)}
                sources={topology.sources}
              />
            </div>
          ) : null}
        </EuropeMap>
        {chosen && topology.links.some((link) => link.id === chosen) ? (
          <section
            aria-label={t("detail", { name: chosen })}
            className="thin-scroll max-h-96 shrink-0 overflow-y-auto border-t border-line bg-surface p-4"
          >
            <ChosenLink topology={topology} id={chosen} names={names} />
          </section>
        ) : null}
      </div>
      <LinkTable topology={topology} names={names} chosen={chosen} onChoose={setChosen} />
    </div>
  );
}

function ChosenLink(props: { topology: TopologyView; id: string; names: ReadonlyMap<string, string> }) {
  const { links } = useOperations();
  const link = props.topology.links.find((one) => one.id === props.id);
  if (!link) return null;
  return (
    <LinkDetail
      link={link}
      status={links.get(link.id)}
      name={linkName(link, props.names)}
      sources={props.topology.sources}
    />
  );
}
