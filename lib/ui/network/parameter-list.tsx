"use client";

import { useTranslations } from "next-intl";
import type { LinkView } from "../../keys/api-types.ts";
import { useQuantity } from "../format/use-quantity.ts";

/** Everything that decides what a link's detectors see, as it is set now. */
export function ParameterList({ parameters }: { parameters: NonNullable<LinkView["parameters"]> }) {
  const t = useTranslations("health");
  const quantity = useQuantity();
  const { number, percent } = quantity;
  const list = (values: readonly number[], digits: number) =>
    values.map((value) => number(value, digits)).join(" / ");
  const rows: readonly (readonly [string, string])[] = [
    [t("parameterClock"), t("megahertz", { value: number(parameters.clockHz / 1e6, 0) })],
    [t("parameterEfficiency"), percent(parameters.detectorEfficiency, 0)],
    [t("parameterDark"), parameters.darkCountProbability.toExponential(1)],
    [t("parameterAfterpulse"), percent(parameters.afterpulseProbability, 1)],
    [t("parameterDeadTime"), t("microseconds", { value: number(parameters.deadTimeSeconds * 1e6, 1) })],
    [t("parameterMisalignment"), percent(parameters.misalignment, 1)],
    [t("parameterBasis"), percent(parameters.keyBasisProbability, 0)],
    [t("parameterIntensities"), list(parameters.intensities, 4)],
    [t("parameterShares"), list(parameters.intensityProbabilities, 2)],
    [t("parameterDeviation"), parameters.deviation === "chernoff" ? "Chernoff" : "Hoeffding"],
    [t("parameterDecoys"), number(parameters.decoyStates ?? 2, 0)],
  ];
  return (
    <details className="border-t border-line pt-2">
      <summary className="cursor-pointer font-medium">{t("parameters")}</summary>
      <dl className="mt-2 grid grid-cols-[1fr_auto] gap-x-4 gap-y-1">
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-ink-soft">{name}</dt>
            <dd className="text-right font-medium">{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
