import type { Tone } from "./badge.tsx";

const fills: Readonly<Record<Tone, string>> = {
  ok: "fill-ok",
  warn: "fill-warn",
  alarm: "fill-alarm",
  idle: "fill-ink-faint",
  accent: "fill-accent",
};

/** How full something is. Drawn with SVG attributes, so it needs no style attribute; `label` says the same in words. */
export function Meter(props: { ratio: number; tone: Tone; label: string; className?: string }) {
  const ratio = Math.min(1, Math.max(0, props.ratio));
  return (
    <svg
      viewBox="0 0 100 6"
      preserveAspectRatio="none"
      role="img"
      aria-label={props.label}
      className={`block h-1.5 w-full ${props.className ?? ""}`}
    >
      <rect width={100} height={6} className="fill-line" />
      <rect width={ratio * 100} height={6} className={fills[props.tone]} />
    </svg>
  );
}
