"use client";

import { useTranslations } from "next-intl";
import { type ChangeEvent, useEffect, useState } from "react";
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
import { type Moment, type PlayerClock, ReplayPlayer } from "@/lib/ui/stage/replay-player.ts";
import type { StageFeed } from "@/lib/ui/stage/stage-feed.ts";
import { minutesText } from "@/lib/ui/stage/timing.ts";

const stepMs = 250;

const clock: PlayerClock = {
  now: () => performance.now(),
  after: (milliseconds, what) => {
    const timer = setTimeout(what, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Plays a recording in this page and in the audience's window. */
function usePlayer(feed: StageFeed, recording: Recording): { player: ReplayPlayer | null; moment: Moment } {
  const [player, setPlayer] = useState<ReplayPlayer | null>(null);
  const [moment, setMoment] = useState<Moment>(() => ({
    at: 0,
    playing: false,
    picture: pictureAt(recording, 0),
  }));
  useEffect(() => {
    const opened = new ReplayPlayer({
      recording,
      clock,
      onMoment: setMoment,
      onEvent: (event) => feed.replayEvent(event),
      onJump: (picture) => feed.showReplay(picture),
    });
    setPlayer(opened);
    return () => opened.close();
  }, [feed, recording]);
  useEffect(() => () => feed.showReplay(null), [feed]);
  return { player, moment };
}

/** A run again, as it was shown: this one so far, or one from a file. Labelled in both windows all the time. */
export function ReplayScreen({ feed }: { feed: StageFeed }) {
  const t = useTranslations("stage.replay");
  const quantity = useQuantity();
  const [recording, setRecording] = useState<Recording>(() => feed.recording());
  const { player, moment } = usePlayer(feed, recording);
  const { at, playing, picture } = moment;
  const [problem, setProblem] = useState<UnreadableRecording | null>(null);
  const length = lengthOf(recording);
  // In whole steps, so that the slider reaches the last moment.
  const end = Math.max(1, Math.ceil(length / stepMs)) * stepMs;

  async function open(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (!file) return;
    const read = readRecording(await file.text());
    if (typeof read === "string") setProblem(read);
    else {
      setProblem(null);
      setRecording(read);
    }
  }

  return (
    <div className="flex min-h-0 flex-1 flex-col" data-recording={recording.seed}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line bg-surface px-4 py-2">
        <Button
          tone="primary"
          icon={playing ? "pause" : "stage"}
          disabled={length === 0}
          onClick={() => (playing ? player?.pause() : player?.play())}
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
            value={at >= length ? end : at}
            aria-valuetext={minutesText(at)}
            onChange={(event) => player?.seek(Number(event.target.value))}
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
      {recording.cutAt === null ? null : (
        <div data-recording-cut="">
          <Notice tone="warn" icon="hourglass" title={t("cut")}>
            {t("cutText", { moment: minutesText(recording.cutAt) })}
          </Notice>
        </div>
      )}
      <PictureView picture={picture} origin="replay" />
    </div>
  );
}
