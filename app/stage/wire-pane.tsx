"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { WireFrame } from "@/lib/scenarios/wire-frame.ts";
import { toHex } from "@/lib/shared/hex.ts";
import { Badge } from "@/lib/ui/badge.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Identifier } from "@/lib/ui/identifier.tsx";
import { Empty } from "@/lib/ui/notice.tsx";
import type { Wiretap } from "./use-wiretap.ts";

interface WirePaneProps {
  readonly wiretap: Wiretap;
  readonly conversation: string | null;
  readonly nameOfUser: (user: string) => string;
}

/** The middle pane: the bytes the relay stores, as they are, and what can be told from them. */
export function WirePane({ wiretap, conversation, nameOfUser }: WirePaneProps) {
  const t = useTranslations("stage");
  const frames = wiretap.frames.filter(
    (frame) => conversation === null || frame.conversation === conversation,
  );
  return (
    <section aria-label={t("middle")} data-tour="wire" className="flex min-h-0 min-w-0 flex-col bg-sunken">
      <header className="flex flex-wrap items-baseline justify-between gap-x-4 border-b border-line px-4 py-2">
        <h2 className="text-lg font-semibold">{t("middle")}</h2>
        {wiretap.connected ? null : (
          <Badge tone="idle" icon="hourglass">
            {t("wire.connecting")}
          </Badge>
        )}
        <p className="w-full text-sm text-ink-soft">
          <span className="font-semibold text-ink">{t("wire.sees")}:</span> {t("wire.seesText")}.{" "}
          <span className="font-semibold text-ink">{t("wire.not")}:</span> {t("wire.notText")}.
        </p>
      </header>
      <div className="thin-scroll min-h-0 flex-1 overflow-y-auto">
        {frames.length === 0 ? (
          <Empty icon="tap" title={t("wire.empty")}>
            {t("wire.emptyText")}
          </Empty>
        ) : (
          <ol>
            {frames.map((frame) => (
              <Frame key={frame.id} frame={frame} sender={nameOfUser(frame.sender)} />
            ))}
          </ol>
        )}
      </div>
    </section>
  );
}

const fewBytes = 128;

function Frame({ frame, sender }: { frame: WireFrame; sender: string }) {
  const t = useTranslations("stage.wire");
  const units = useTranslations("units");
  const messages = useTranslations("messages");
  const quantity = useQuantity();
  const [all, setAll] = useState(false);
  const large = frame.event === "envelope";
  return (
    <li data-frame={frame.event} className="arrive grid gap-1.5 border-b border-line px-4 py-2.5">
      <p className="flex flex-wrap items-baseline gap-x-3 text-sm">
        <span className={large ? "text-base font-semibold" : "font-medium"}>{t(`event.${frame.event}`)}</span>
        <span className="text-ink-soft">{sender}</span>
        {frame.suite ? <span>{messages(`suiteShort.${frame.suite}`)}</span> : null}
        <span>{units("bytes", { count: frame.size })}</span>
        {frame.sequence === null ? null : (
          <span>
            {t("sequence")} {frame.sequence}
          </span>
        )}
        <time className="ml-auto text-xs text-ink-faint">{quantity.clock(frame.at)}</time>
      </p>
      {large || all ? <Hex frame={frame} all={all} /> : null}
      <p className="flex flex-wrap gap-x-4 text-xs text-ink-soft">
        {frame.drawRecord ? (
          <span>
            {t("keyRecord")} <Identifier value={frame.drawRecord} />
          </span>
        ) : null}
        {frame.size > fewBytes || !large ? (
          <button
            type="button"
            aria-expanded={all}
            onClick={() => setAll(!all)}
            className="min-h-6 rounded-sm text-accent hover:underline"
          >
            {all ? t("showLess") : t("showAll")}
          </button>
        ) : null}
      </p>
    </li>
  );
}

/** The bytes in hexadecimal; the ciphertext stands out, because it is all there is of the message. */
function Hex({ frame, all }: { frame: WireFrame; all: boolean }) {
  const cipher = frame.ciphertext;
  const from = all || !cipher ? 0 : Math.max(0, cipher.from - 16);
  const to = all ? frame.bytes.length : Math.min(frame.bytes.length, from + fewBytes);
  const part = (start: number, end: number) =>
    toHex(
      frame.bytes.subarray(Math.max(start, from), Math.max(Math.min(end, to), Math.max(start, from))),
    ).replace(/(..)(?=.)/g, "$1 ");
  const [start, end] = cipher ? [cipher.from, cipher.to] : [to, to];
  return (
    <p className="font-mono text-sm leading-5 break-words text-ink-faint" data-bytes="">
      {from > 0 ? "… " : ""}
      {part(from, start)} <span className="font-medium text-ink">{part(start, end)}</span> {part(end, to)}
      {to < frame.bytes.length ? " …" : ""}
    </p>
  );
}
