"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { Fragment, memo, useState } from "react";
import type { AlarmRecordView } from "@/lib/keys/api-types.ts";
import { Button } from "@/lib/ui/button.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { AffectedPairs } from "./affected-pairs.tsx";

interface AlarmRowProps {
  readonly alarm: AlarmRecordView;
  readonly name: string;
  readonly names: ReadonlyMap<string, string>;
  /** null for those who only read. */
  readonly onAcknowledge: (() => void) | null;
}

export const AlarmRow = memo(AlarmRowPlain, (before, after) => {
  const same = JSON.stringify(before.alarm) === JSON.stringify(after.alarm);
  return (
    same && before.name === after.name && (before.onAcknowledge === null) === (after.onAcknowledge === null)
  );
});

function AlarmRowPlain({ alarm, name, names, onAcknowledge }: AlarmRowProps) {
  const t = useTranslations("alarms");
  const causes = useTranslations("link.cause");
  const quantity = useQuantity();
  const stands = alarm.clearedAt === null;
  const [open, setOpen] = useState(stands);
  const ink = stands ? (alarm.severity === "alarm" ? "text-alarm" : "text-warn") : "text-ink-soft";
  const lasted = alarm.place === "link" && alarm.clearedAt !== null ? alarm.clearedAt - alarm.raisedAt : null;
  return (
    <li
      data-cause={alarm.cause}
      data-acknowledged={alarm.acknowledged !== null}
      className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 bg-surface px-4 py-3 sm:grid-cols-[auto_minmax(0,1fr)_auto]"
    >
      <Icon name={stands || alarm.place === "site" ? "alarm" : "check"} className={`mt-1 ${ink}`} />
      <span className="grid">
        <span className="font-semibold">
          <span className={`mr-2 font-normal ${ink}`}>{t(alarm.severity)}</span>
          {name}
        </span>
        <span className="text-ink-soft">
          {alarm.cause === "key-repeated" ? t("repeated") : causes(alarm.cause)}
        </span>
        <span className="text-sm text-ink-soft">
          {alarm.acknowledged
            ? `${t("acknowledged", { name: alarm.acknowledged.by, time: quantity.moment(alarm.acknowledged.at) })}${alarm.acknowledged.note ? `: ${alarm.acknowledged.note}` : ""}`
            : t("notAcknowledged")}
        </span>
      </span>
      <span className="col-start-2 grid justify-items-start gap-1 text-sm text-ink-soft sm:col-start-3 sm:justify-items-end">
        <span>
          {t("raised")} {quantity.moment(alarm.raisedAt)}
        </span>
        {stands ? <span className={ink}>{t("stands")}</span> : null}
        {lasted === null ? null : <span>{t("lasted", { time: quantity.duration(lasted) })}</span>}
        <span className="flex gap-2">
          <Button size="small" tone="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t("show")}
            <span className="sr-only"> {name}</span>
          </Button>
          {onAcknowledge !== null && alarm.acknowledged === null ? (
            <Button size="small" onClick={onAcknowledge}>
              {t("acknowledge")}
              <span className="sr-only"> {name}</span>
            </Button>
          ) : null}
        </span>
      </span>
      {open ? <Details alarm={alarm} names={names} /> : null}
    </li>
  );
}

/** What it means, what was done about it, what to do; where the measurements stand; whose keys went there. */
function Details({ alarm, names }: { alarm: AlarmRecordView; names: ReadonlyMap<string, string> }) {
  const t = useTranslations("alarms");
  const { cause } = alarm;
  return (
    <div className="col-span-full col-start-2 mt-1 grid grid-cols-[minmax(0,1fr)] gap-3">
      {cause === "key-repeated" ? (
        <p className="max-w-prose">{t("repeatedText")}</p>
      ) : (
        <dl className="grid gap-x-4 gap-y-1 sm:grid-cols-[12rem_1fr]">
          {(["meaning", "done", "todo"] as const).map((part) => (
            <Fragment key={part}>
              <dt className="text-ink-soft">{t(part)}</dt>
              <dd className="max-w-prose">{t(`detail.${cause}.${part}`)}</dd>
            </Fragment>
          ))}
        </dl>
      )}
      {alarm.place === "link" ? (
        <Link href={`/admin?link=${encodeURIComponent(alarm.subject)}`} className="w-fit underline">
          {t("openLink")}
        </Link>
      ) : null}
      <AffectedPairs alarm={alarm.id} names={names} />
    </div>
  );
}
