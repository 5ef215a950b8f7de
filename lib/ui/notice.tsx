import type { ReactNode } from "react";
import type { Tone } from "./badge.tsx";
import { Icon, type IconName } from "./icon.tsx";

const grounds: Readonly<Record<Tone, string>> = {
  ok: "bg-ok-wash border-ok",
  warn: "bg-warn-wash border-warn",
  alarm: "bg-alarm-wash border-alarm",
  idle: "bg-sunken border-line-strong",
  accent: "bg-accent-wash border-accent",
};

const inks: Readonly<Record<Tone, string>> = {
  ok: "text-ok",
  warn: "text-warn",
  alarm: "text-alarm",
  idle: "text-ink-soft",
  accent: "text-accent",
};

interface NoticeProps {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  /** Announced when it appears. */
  readonly urgent?: boolean;
}

/** What happened, what is safe, and the one thing to do next. */
export function Notice(props: NoticeProps) {
  return (
    <div
      role={props.urgent ? "alert" : undefined}
      className={`grid grid-cols-[auto_1fr] gap-x-3 gap-y-2 rounded-md border-l-3 px-4 py-3 ${grounds[props.tone]}`}
    >
      <Icon name={props.icon} className={`mt-1 ${inks[props.tone]}`} />
      <div className="grid gap-1">
        <p className="font-semibold text-ink">{props.title}</p>
        {props.children ? <div className="max-w-prose text-ink-soft">{props.children}</div> : null}
      </div>
      {props.actions ? <div className="col-start-2 flex flex-wrap gap-2">{props.actions}</div> : null}
    </div>
  );
}

/** A place where there is nothing yet, and what fills it. */
export function Empty(props: { icon: IconName; title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="grid justify-items-center gap-2 px-6 py-12 text-center">
      <Icon name={props.icon} className="size-6 text-ink-faint" />
      <p className="font-medium text-ink">{props.title}</p>
      {props.children ? <div className="max-w-sm text-ink-soft">{props.children}</div> : null}
      {props.actions ? <div className="mt-2 flex flex-wrap justify-center gap-2">{props.actions}</div> : null}
    </div>
  );
}

/** Something is on its way; the words say what. */
export function Waiting(props: { children: ReactNode }) {
  return (
    <p className="flex items-center justify-center gap-2 px-6 py-12 text-ink-soft">
      <Icon name="hourglass" className="going-on" />
      {props.children}
    </p>
  );
}
