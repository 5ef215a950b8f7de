"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { Fragment, type ReactNode, useMemo } from "react";
import type { AlarmView, TopologyView } from "@/lib/keys/api-types.ts";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { linkName, siteNames } from "@/lib/ui/network/link-names.ts";
import { Empty } from "@/lib/ui/notice.tsx";
import { OperationsGate } from "@/lib/ui/operations/operations-gate.tsx";
import { useOperations } from "@/lib/ui/operations/operations-provider.tsx";
import { PageHeading } from "@/lib/ui/page-heading.tsx";
import { useProblemText } from "@/lib/ui/problem-text.ts";

export function AlarmsPage() {
  const t = useTranslations("admin");
  return (
    <>
      <PageHeading title={t("pages.alarms")} question={t("questions.alarms")} />
      <OperationsGate>{({ topology }) => <Alarms topology={topology} />}</OperationsGate>
    </>
  );
}

function Alarms({ topology }: { topology: TopologyView }) {
  const t = useTranslations("alarms");
  const health = useTranslations("health");
  const tell = useProblemText();
  const { alarms, overview } = useOperations();
  const names = useMemo(() => siteNames(topology), [topology]);
  const now = alarms.filter((alarm) => alarm.clearedAt === null).sort((a, b) => b.raisedAt - a.raisedAt);
  const past = alarms.filter((alarm) => alarm.clearedAt !== null).sort((a, b) => b.raisedAt - a.raisedAt);
  const nameOfLink = (id: string) => {
    const link = topology.links.find((one) => one.id === id);
    return link ? linkName(link, names) : id;
  };
  const waiting = overview?.pairsWaiting ?? [];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-8 px-4 pb-10">
      <Section title={t("now")}>
        {now.length === 0 ? (
          <Empty icon="check" title={t("none")}>
            {t("noneText")}
          </Empty>
        ) : (
          <ul className="grid gap-px overflow-hidden rounded-md border border-alarm bg-line">
            {now.map((alarm) => (
              <AlarmRow key={alarm.id} alarm={alarm} name={nameOfLink(alarm.link)} />
            ))}
          </ul>
        )}
      </Section>
      <Section title={t("affected")}>
        {waiting.length === 0 ? (
          <p className="text-ink-soft">{t("affectedNone")}</p>
        ) : (
          <ul className="thin-scroll grid max-h-72 gap-1 overflow-y-auto">
            {waiting.map((pair) => (
              <li key={`${pair.a}/${pair.b}`} className="border-b border-line py-1">
                {health("pairWaiting", {
                  a: names.get(pair.a) ?? pair.a,
                  b: names.get(pair.b) ?? pair.b,
                  reason: tell({ code: "key.unavailable", reason: pair.reason }).reason,
                })}
              </li>
            ))}
          </ul>
        )}
      </Section>
      {past.length > 0 ? (
        <Section title={t("past")}>
          <ul className="grid gap-px overflow-hidden rounded-md border border-line bg-line">
            {past.map((alarm) => (
              <AlarmRow key={alarm.id} alarm={alarm} name={nameOfLink(alarm.link)} />
            ))}
          </ul>
        </Section>
      ) : null}
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <h2 className="text-base font-semibold">{title}</h2>
      {children}
    </section>
  );
}

function AlarmRow({ alarm, name }: { alarm: AlarmView; name: string }) {
  const t = useTranslations("alarms");
  const causes = useTranslations("link.cause");
  const quantity = useQuantity();
  const over = alarm.clearedAt !== null;
  const ink = over ? "text-ink-soft" : alarm.severity === "alarm" ? "text-alarm" : "text-warn";
  return (
    <li
      data-cause={alarm.cause}
      className="grid grid-cols-[auto_1fr] gap-x-3 bg-surface px-4 py-2 sm:grid-cols-[auto_1fr_auto]"
    >
      <Icon name={over ? "check" : "alarm"} className={`mt-1 ${ink}`} />
      <span className="grid">
        <span className="font-semibold">
          <span className={`mr-2 font-normal ${ink}`}>{t(alarm.severity)}</span>
          {name}
        </span>
        <span className="text-ink-soft">{causes(alarm.cause)}</span>
      </span>
      <span className="col-start-2 text-sm text-ink-soft sm:col-start-3 sm:text-right">
        {t("raised")} {quantity.moment(alarm.raisedAt)}
        {alarm.clearedAt === null ? null : (
          <span className="block">
            {t("lasted", { time: quantity.duration(alarm.clearedAt - alarm.raisedAt) })}
          </span>
        )}
      </span>
      {over ? null : <AlarmAdvice alarm={alarm} />}
    </li>
  );
}

/** What it means, what was done about it, what to do: and where the measurements stand. */
function AlarmAdvice({ alarm }: { alarm: AlarmView }) {
  const t = useTranslations("alarms");
  return (
    <div className="col-span-full col-start-2 mt-1 grid gap-2">
      <dl className="grid gap-x-4 gap-y-1 sm:grid-cols-[12rem_1fr]">
        {(["meaning", "done", "todo"] as const).map((part) => (
          <Fragment key={part}>
            <dt className="text-ink-soft">{t(part)}</dt>
            <dd className="max-w-prose">{t(`detail.${alarm.cause}.${part}`)}</dd>
          </Fragment>
        ))}
      </dl>
      <Link href={`/admin?link=${encodeURIComponent(alarm.link)}`} className="w-fit underline">
        {t("openLink")}
      </Link>
    </div>
  );
}
