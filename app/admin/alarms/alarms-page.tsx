"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useMemo, useState } from "react";
import type { AlarmRecordView, TopologyView } from "@/lib/keys/api-types.ts";
import { Button } from "@/lib/ui/button.tsx";
import { linkName, siteNames } from "@/lib/ui/network/link-names.ts";
import { Empty, Waiting } from "@/lib/ui/notice.tsx";
import { ExportButtons } from "@/lib/ui/operations/export-buttons.tsx";
import { OperationsGate } from "@/lib/ui/operations/operations-gate.tsx";
import { useOperations } from "@/lib/ui/operations/operations-provider.tsx";
import { ReadProblem } from "@/lib/ui/operations/read-problem.tsx";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";
import { PageHeading } from "@/lib/ui/page-heading.tsx";
import { useProblemText } from "@/lib/ui/problem-text.ts";
import { Segmented } from "@/lib/ui/segmented.tsx";
import type { SessionUser } from "@/lib/ui/session-user.ts";
import { useOwnCommand } from "../use-own-command.ts";
import { Acknowledgement } from "./acknowledgement.tsx";
import { AlarmRow } from "./alarm-row.tsx";

interface AlarmsProps {
  readonly user: SessionUser;
  readonly mayCommand: boolean;
}

const page = 100;
const most = 500;

export function AlarmsPage(props: AlarmsProps) {
  const t = useTranslations("admin");
  return (
    <>
      <PageHeading title={t("pages.alarms")} question={t("questions.alarms")} />
      <OperationsGate>{({ topology }) => <Alarms {...props} topology={topology} />}</OperationsGate>
    </>
  );
}

function Alarms({ user, mayCommand, topology }: AlarmsProps & { topology: TopologyView }) {
  const t = useTranslations();
  const [state, setState] = useState<"open" | "all">("open");
  const [limit, setLimit] = useState(page);
  const [asking, setAsking] = useState<AlarmRecordView | null>(null);
  const send = useOwnCommand(user, mayCommand);
  const { value, problem, reload } = useOperationsRead<readonly AlarmRecordView[]>(
    "/ops/alarms/history",
    { state, limit },
    3000,
  );
  const names = useMemo(() => placeNames(topology), [topology]);
  const nameOf = (alarm: AlarmRecordView) => names.get(alarm.subject) ?? alarm.subject;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-8 px-4 pb-10">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
        <div className="flex flex-wrap items-center justify-between gap-2">
          <Segmented
            label={t("common.state")}
            value={state}
            onChange={(chosen) => {
              setState(chosen);
              setLimit(page);
            }}
            options={[
              { value: "open", label: t("alarms.state.open") },
              { value: "all", label: t("alarms.state.all") },
            ]}
          />
          {value ? <ExportButtons name="alarms" value={value} rows={() => rowsOf(value)} /> : null}
        </div>
        {mayCommand ? null : <p className="text-sm text-ink-soft">{t("admin.readOnly")}</p>}
        {mayCommand && send === null ? (
          <p className="text-sm text-ink-soft">{t("admin.needsDevice")}</p>
        ) : null}
        {problem && !value ? (
          <ReadProblem problem={problem} onRetry={reload} />
        ) : !value ? (
          <Waiting>{t("common.loading")}</Waiting>
        ) : value.length === 0 ? (
          <Empty icon="check" title={t("alarms.openNone")}>
            {t("alarms.openNoneText")}
          </Empty>
        ) : (
          <>
            <ul className="grid gap-px overflow-hidden rounded-md border border-line bg-line">
              {value.map((alarm) => (
                <AlarmRow
                  key={alarm.id}
                  alarm={alarm}
                  name={nameOf(alarm)}
                  names={names}
                  onAcknowledge={mayCommand && send !== null ? () => setAsking(alarm) : null}
                />
              ))}
            </ul>
            {value.length >= limit && limit < most ? (
              <Button className="justify-self-start" onClick={() => setLimit(Math.min(most, limit + page))}>
                {t("alarms.older")}
              </Button>
            ) : null}
          </>
        )}
      </div>
      <WaitingPairs names={names} />
      {asking && send ? (
        <Acknowledgement
          name={nameOf(asking)}
          command={(note) => send("alarm.acknowledge", { alarm: asking.id, note })}
          onClose={() => {
            setAsking(null);
            reload();
          }}
        />
      ) : null}
    </div>
  );
}

/** Of sites and links alike. */
function placeNames(topology: TopologyView): ReadonlyMap<string, string> {
  const sites = siteNames(topology);
  return new Map([...sites, ...topology.links.map((link) => [link.id, linkName(link, sites)] as const)]);
}

function WaitingPairs({ names }: { names: ReadonlyMap<string, string> }) {
  const t = useTranslations("alarms");
  const health = useTranslations("health");
  const tell = useProblemText();
  const { overview } = useOperations();
  const waiting = overview?.pairsWaiting ?? [];
  return (
    <Section title={t("affected")}>
      {waiting.length === 0 ? (
        <p className="text-ink-soft">{t("affectedNone")}</p>
      ) : (
        <ul className="grid gap-1">
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

function rowsOf(alarms: readonly AlarmRecordView[]): (string | null)[][] {
  const time = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return [
    ["raised_utc", "ended_utc", "place", "subject", "severity", "cause", "acknowledged_utc", "by", "note"],
    ...alarms.map((alarm) => [
      time(alarm.raisedAt),
      time(alarm.clearedAt),
      alarm.place,
      alarm.subject,
      alarm.severity,
      alarm.cause,
      time(alarm.acknowledged?.at ?? null),
      alarm.acknowledged?.by ?? null,
      alarm.acknowledged?.note ?? null,
    ]),
  ];
}
