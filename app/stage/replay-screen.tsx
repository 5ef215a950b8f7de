"use client";

import { useTranslations } from "next-intl";
import { type ChangeEvent, useEffect, useMemo, useState } from "react";
import { Button, buttonClass } from "@/lib/ui/button.tsx";
import { downloadFile } from "@/lib/ui/download-file.ts";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Notice } from "@/lib/ui/notice.tsx";
import { PictureView } from "@/lib/ui/stage/picture-view.tsx";
import {
  lengthOf,
  pictureAt,
  type Recording,
  readRecording,
  type UnreadableRecording,
} from "@/lib/ui/stage/recording.ts";
import type { StageFeed } from "@/lib/ui/stage/stage-feed.ts";
import { minutesText } from "@/lib/ui/stage/timing.ts";

const stepMs = 250;

/** A run again, as it was shown: this one so far, or one from a file. Labelled in both windows all the time. */
export function ReplayScreen({ feed }: { feed: StageFeed }) {
  const t = useTranslations("stage.replay");
  const quantity = useQuantity();
  const [recording, setRecording] = useState<Recording>(() => feed.recording());
  const [at, setAt] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [problem, setProblem] = useState<UnreadableRecording | null>(null);
  const length = lengthOf(recording);
  // In whole steps, so that the slider reaches the last moment.
  const end = Math.max(1, Math.ceil(length / stepMs)) * stepMs;
  const picture = useMemo(() => pictureAt(recording, at), [recording, at]);

  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => setAt((before) => Math.min(before + stepMs, end)), stepMs);
    return () => clearInterval(timer);
  }, [playing, end]);
  useEffect(() => {
    if (at >= end) setPlaying(false);
  }, [at, end]);
  useEffect(() => feed.showReplay(picture), [feed, picture]);
  useEffect(() => () => feed.showReplay(null), [feed]);

  async function open(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (!file) return;
    const read = readRecording(await file.text());
    setPlaying(false);
    if (typeof read === "string") setProblem(read);
    else {
      setProblem(null);
      setRecording(read);
      setAt(0);
    }
  }

  return (
    <div className="flex min-h-0 flex-1 flex-col" data-recording={recording.seed}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line bg-surface px-4 py-2">
        <Button
          tone="primary"
          icon={playing ? "pause" : "stage"}
          disabled={length === 0}
          onClick={() => {
            if (at >= end) setAt(0);
            setPlaying(!playing);
          }}
        >
          {t(playing ? "pause" : "play")}
        </Button>
        <label className="flex min-w-48 flex-1 items-center gap-3">
          <span className="sr-only">{t("moment")}</span>
          <input
            type="range"
            min={0}
            max={end}
            step={stepMs}
            value={at}
            aria-valuetext={minutesText(at)}
            onChange={(event) => setAt(Number(event.target.value))}
            className="w-full accent-accent"
          />
          <output className="w-28 text-right font-semibold whitespace-nowrap" data-moment={at}>
            {minutesText(at)} / {minutesText(length)}
          </output>
        </label>
        <p className="text-sm text-ink-soft">
          {t("of", { when: quantity.moment(recording.startedAt) })}{" "}
          <span className="font-mono">{recording.seed}</span>
        </p>
        <Button
          icon="download"
          onClick={() =>
            downloadFile(
              `vernam-replay-${recording.seed}.json`,
              "application/json",
              JSON.stringify(recording),
            )
          }
        >
          {t("save")}
        </Button>
        <label className={`${buttonClass("plain")} relative`}>
          {t("open")}
          <input
            type="file"
            accept="application/json,.json"
            className="absolute inset-0 cursor-pointer opacity-0"
            onChange={(event) => void open(event)}
          />
        </label>
      </div>
      {problem ? (
        <Notice tone="alarm" icon="failed" urgent title={t("unreadable")}>
          {t(`problem.${problem}`)}
        </Notice>
      ) : null}
      <PictureView picture={picture} origin="replay" />
    </div>
  );
}
