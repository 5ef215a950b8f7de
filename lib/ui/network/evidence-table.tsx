"use client";

import { useTranslations } from "next-intl";
import type { LinkEvidence, LinkStatus } from "../../keys/api-types.ts";
import { useQuantity } from "../format/use-quantity.ts";
import { Icon } from "../icon.tsx";

const names: readonly (keyof LinkEvidence)[] = [
  "qber",
  "clickRate",
  "decoyRatio",
  "onesShare",
  "photocurrent",
  "compensator",
];

/** What the two ends measured beside what they expect: all that an alarm is decided from. */
export function EvidenceTable({ status }: { status: LinkStatus }) {
  const t = useTranslations("evidence");
  const units = useTranslations("units");
  const show = useReadingText();
  const { evidence, quarantine } = status;
  return (
    <section aria-label={t("title")} className="grid gap-1 border-t border-line pt-2">
      <h4 className="font-semibold">{t("title")}</h4>
      {quarantine ? (
        <p className="text-alarm">
          {t(quarantine.attackerBits > 0 ? "quarantineAttacker" : "quarantine", {
            bits: units("bits", { count: quarantine.bits }),
          })}
        </p>
      ) : null}
      {evidence === null ? (
        <p className="text-ink-soft">{t("none")}</p>
      ) : (
        <table className="w-full" data-evidence="">
          <caption className="sr-only">{t("caption")}</caption>
          <thead className="text-left text-ink-soft">
            <tr>
              <th scope="col" className="font-normal">
                {t("quantity")}
              </th>
              <th scope="col" className="text-right font-normal">
                {t("measured")}
              </th>
              <th scope="col" className="text-right font-normal">
                {t("expected")}
              </th>
              <th scope="col" className="text-right font-normal">
                {t("limits")}
              </th>
            </tr>
          </thead>
          <tbody>
            {names.map((name) => {
              const { measured, expected, low, high } = evidence[name];
              const beyond = (low !== null && measured < low) || (high !== null && measured > high);
              return (
                <tr key={name} data-reading={name} className="border-t border-line">
                  <th scope="row" className="text-left font-normal">
                    {t(`name.${name}`)}
                  </th>
                  <td className={`text-right font-medium whitespace-nowrap ${beyond ? "text-alarm" : ""}`}>
                    {beyond ? <Icon name="alarm" className="mr-1 inline translate-y-0.5" /> : null}
                    {show(name, measured)}
                    {beyond ? <span className="sr-only"> {t("beyond")}</span> : null}
                  </td>
                  <td className="text-right whitespace-nowrap">{show(name, expected)}</td>
                  <td className="text-right whitespace-nowrap text-ink-soft">
                    {low !== null && high !== null
                      ? t("between", { low: show(name, low), high: show(name, high) })
                      : low !== null
                        ? t("from", { low: show(name, low) })
                        : high !== null
                          ? t("upTo", { high: show(name, high) })
                          : "—"}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

function useReadingText(): (name: keyof LinkEvidence, value: number) => string {
  const quantity = useQuantity();
  return (name, value) => {
    switch (name) {
      case "qber":
        return quantity.percent(value, 2);
      case "clickRate":
        return quantity.number(1e6 * value, value < 1e-4 ? 1 : 0);
      case "decoyRatio":
        return quantity.number(value, 3);
      case "onesShare":
        return quantity.percent(value, 1);
      case "compensator":
        return quantity.percent(value, 0);
      case "photocurrent":
        return `${quantity.number(value, value < 100 ? 1 : 0)} nA`;
    }
  };
}
