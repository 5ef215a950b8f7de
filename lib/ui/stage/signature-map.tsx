"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useEffect, useMemo, useState } from "react";
import type { TopologyView } from "../../keys/api-types.ts";
import { Icon } from "../icon.tsx";
import { MapFrame } from "../map/map-frame.tsx";
import { placeNetwork } from "../map/map-model.ts";
import { PartMarks, PlanLayer, SpaceWay } from "../map/plan-layer.tsx";
import { boxAround, type Point, project } from "../map/projection.ts";
import { Waiting } from "../notice.tsx";
import { useCountryName } from "../use-country-name.ts";
import {
  dateOf,
  fibreParts,
  planOf,
  type SignatureStep,
  signedBy,
  wayToBrussels,
} from "./signature-timeline.ts";

interface Plan {
  readonly sites: TopologyView["sites"];
  readonly links: TopologyView["links"];
}

interface Loaded {
  readonly plan: Plan;
  readonly steps: readonly SignatureStep[];
}

/** The plan of the 27 and the dates of their signatures: both come with the program, fetched when first shown. */
async function load(): Promise<Loaded> {
  const [plan, steps] = await Promise.all([
    import("../../network/data/network-eu27.json"),
    import("../../network/data/signatures.json"),
  ]);
  const links = plan.default.links.map((link, index) => ({ ...link, id: String(index), active: true }));
  return {
    plan: { sites: plan.default.sites as Plan["sites"], links: links as unknown as Plan["links"] },
    steps: steps.default,
  };
}

interface SignatureMapProps {
  readonly step: number;
  /** Absent for an audience, which only looks. */
  readonly onStep?: (step: number) => void;
}

/** Who had signed when, from 13 June 2019 to July 2021, and what fibre could join by then. */
export function SignatureMap({ step, onStep }: SignatureMapProps) {
  const t = useTranslations("stage.signatures");
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    load().then(
      (value) => gone || setLoaded(value),
      () => gone || setFailed(true),
    );
    return () => {
      gone = true;
    };
  }, []);
  if (failed) return <p className="p-4 text-alarm">{t("unreadable")}</p>;
  if (!loaded) return <Waiting>{t("loading")}</Waiting>;
  const at = Math.max(0, Math.min(step, loaded.steps.length - 1));
  return <Drawn {...loaded} at={at} {...(onStep ? { onStep } : {})} />;
}

function Drawn(props: Loaded & { readonly at: number; readonly onStep?: (step: number) => void }) {
  const { plan, steps, at, onStep } = props;
  const t = useTranslations("stage.signatures");
  const date = useStepDate();
  const countryName = useCountryName();
  const home = useMemo(
    () =>
      boxAround(
        plan.sites.map(({ lon, lat }) => project(lon, lat)),
        0.03,
      ),
    [plan],
  );
  const { signed, model, fresh, parts } = useMemo(() => drawStep(plan, steps, at), [plan, steps, at]);
  const step = steps[at];
  if (!step) return null;
  const way = wayToBrussels(step);
  const added = step.added.map((code) => countryName(code));
  return (
    <div
      className="grid h-full min-h-0 grid-rows-[minmax(16rem,1fr)_auto] lg:grid-cols-[minmax(0,1fr)_22rem] lg:grid-rows-[minmax(0,1fr)_auto]"
      data-signatures={step.members}
    >
      <MapFrame
        home={home}
        tinted={signed}
        still={onStep === undefined}
        drawing={({ unit }) => (
          <>
            <PlanLayer model={model} fresh={fresh} />
            {way === "space" ? <SpaceWay from={lisbon} to={brussels} /> : null}
            <PartMarks marks={parts} unit={unit} />
          </>
        )}
      />
      <div className="thin-scroll min-h-0 overflow-y-auto border-line bg-surface p-4 max-lg:order-last max-lg:border-t lg:border-l">
        <p className="text-2xl font-semibold" data-members="">
          {t("members", { count: step.members })}
        </p>
        <p className="text-lg text-ink-soft">{date(step)}</p>
        <p className="mt-2">{t("added", { names: added.join(", ") })}</p>
        <p className="mt-2 text-lg font-medium" data-islands={step.islands.length}>
          {t("islands", { count: step.islands.length })}
        </p>
        {way ? (
          <p className="flex gap-2" data-way={way}>
            <Icon name={way === "space" ? "info" : "check"} className="mt-1" />
            <span>{t(`way.${way}`)}</span>
          </p>
        ) : null}
        <h3 className="label mt-4 mb-1">{t("parts", { count: step.fibreParts.length })}</h3>
        <ol className="grid gap-1.5">
          {step.fibreParts.map((part, index) => (
            <li key={part.name} className="grid grid-cols-[1.75rem_1fr] items-baseline gap-x-2">
              <span className="grid size-6 place-items-center rounded-full border border-ink text-sm font-semibold">
                {index + 1}
              </span>
              <span>
                {part.spaceOnly
                  ? t(`island.${part.name as "Azores"}`)
                  : part.countries.length > 5
                    ? t("states", { count: part.countries.length })
                    : part.countries.map((code) => countryName(code)).join(", ")}
                <span className="block text-sm text-ink-soft">
                  {t("partFacts", { posts: part.endpoints, stations: part.groundStations.length })}
                </span>
              </span>
            </li>
          ))}
        </ol>
        <p className="mt-4 flex gap-2 border-t border-line pt-3 text-sm text-ink-soft">
          <Icon name="info" className="mt-0.5" />
          <span>{t("limit")}</span>
        </p>
      </div>
      {onStep ? (
        <label className="grid grid-cols-[auto_1fr_auto] items-center gap-4 border-t border-line bg-surface px-4 py-3 lg:col-span-2">
          <span className="font-medium">{t("slider")}</span>
          <input
            type="range"
            min={0}
            max={steps.length - 1}
            step={1}
            value={at}
            aria-valuetext={`${date(step)}: ${t("members", { count: step.members })}`}
            onChange={(event) => onStep(Number(event.target.value))}
            className="w-full accent-accent"
          />
          <output className="w-40 text-right text-lg font-semibold">{date(step)}</output>
        </label>
      ) : null}
    </div>
  );
}

const lisbon = project(-9.14, 38.72);
const brussels = project(4.35, 50.85);

function drawStep(plan: Plan, steps: readonly SignatureStep[], at: number) {
  const signed = signedBy(steps, at);
  const shown = planOf(plan, signed);
  const last = new Set(steps[at]?.added ?? []);
  const model = placeNetwork({
    network: "eu27",
    simulated: true,
    sites: shown.sites,
    links: shown.links,
    satellites: [],
    sources: {},
  });
  const fresh = new Set(
    at === 0 ? [] : shown.sites.filter((site) => last.has(site.country)).map(({ id }) => id),
  );
  return { signed, model, fresh, parts: markParts(shown, steps[at]) };
}

/** Where each listed part's number stands: at the site nearest to the middle of the part. */
function markParts(shown: Plan, step: SignatureStep | undefined) {
  const byId = new Map(shown.sites.map((site) => [site.id, site]));
  const pieces = fibreParts(shown);
  return (step?.fibreParts ?? []).flatMap((part, index) => {
    const station = part.groundStations[0];
    const piece = pieces.find((sites) =>
      station === undefined
        ? part.countries.every((country) => sites.some((id) => byId.get(id)?.country === country))
        : sites.includes(station),
    );
    const points = (piece ?? []).flatMap((id): Point[] => {
      const site = byId.get(id);
      return site ? [project(site.lon, site.lat)] : [];
    });
    if (points.length === 0) return [];
    const middle = [0, 1].map(
      (axis) => points.reduce((sum, point) => sum + (point[axis] ?? 0), 0) / points.length,
    );
    const apart = ([x, y]: Point) => Math.hypot(x - (middle[0] ?? 0), y - (middle[1] ?? 0));
    const nearest = points.reduce((best, point) => (apart(point) < apart(best) ? point : best));
    return [{ number: index + 1, at: nearest }];
  });
}

/** "13 June 2019", "July 2019", "2020–2021": as much as is known. */
function useStepDate(): (step: SignatureStep) => string {
  const format = useFormatter();
  return (step) => {
    const { year, month, day } = dateOf(step);
    if (month === null) return step.date.replace("/21", "–2021");
    const at = new Date(Date.UTC(year, month - 1, day ?? 1));
    return format.dateTime(at, {
      year: "numeric",
      month: "long",
      ...(day === null ? {} : { day: "numeric" }),
      timeZone: "UTC",
    });
  };
}
