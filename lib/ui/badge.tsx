import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

export type Tone = "ok" | "warn" | "alarm" | "idle" | "accent";

const tones: Readonly<Record<Tone, string>> = {
  ok: "text-ok",
  warn: "text-warn",
  alarm: "text-alarm",
  idle: "text-ink-soft",
  accent: "text-accent",
};

const washes: Readonly<Record<Tone, string>> = {
  ok: "bg-ok-wash text-ok",
  warn: "bg-warn-wash text-warn",
  alarm: "bg-alarm-wash text-alarm",
  idle: "bg-sunken text-ink-soft",
  accent: "bg-accent-wash text-accent",
};

/** State as icon and words; `filled` puts it on its own ground where it must be found at a glance. */
export function Badge(props: { tone: Tone; icon: IconName; filled?: boolean; children: ReactNode }) {
  const look = props.filled ? `${washes[props.tone]} rounded-sm px-1.5` : tones[props.tone];
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap ${look}`}>
      <Icon name={props.icon} className="size-3.5" />
      {props.children}
    </span>
  );
}
