"use client";

import { useEffect, useRef } from "react";

/** The route in use or shown: a light band under the links' own colours. */
export function RouteBand({ d }: { d: string }) {
  return (
    <path
      d={d}
      fill="none"
      className="stroke-accent"
      opacity={0.3}
      strokeWidth={11}
      strokeLinecap="round"
      strokeLinejoin="round"
      vectorEffect="non-scaling-stroke"
      data-route=""
    />
  );
}

interface PulseProps {
  readonly d: string;
  /** Map units per pixel. The stroke scales with the map, because a dash that moves must count in its units. */
  readonly unit: number;
  readonly onDone: () => void;
}

const travel = 1600;

/** A key on its way: a bright stretch that runs along the route once. With reduced motion the whole route shows for a moment. */
export function RoutePulse({ d, unit, onDone }: PulseProps) {
  const path = useRef<SVGPathElement | null>(null);
  const done = useRef(onDone);
  done.current = onDone;
  useEffect(() => {
    const element = path.current;
    if (!element) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const length = element.getTotalLength();
    const animation = still
      ? element.animate([{ opacity: 1 }, { opacity: 1, offset: 0.7 }, { opacity: 0 }], { duration: travel })
      : element.animate(
          [
            { strokeDasharray: `0 ${length}`, strokeDashoffset: "0", opacity: 1 },
            {
              strokeDasharray: `${length * 0.35} ${length}`,
              strokeDashoffset: `${-length * 0.3}`,
              opacity: 1,
              offset: 0.5,
            },
            { strokeDasharray: `0 ${length}`, strokeDashoffset: `${-length}`, opacity: 1 },
          ],
          { duration: travel, easing: "ease-in-out" },
        );
    animation.onfinish = () => done.current();
    return () => animation.cancel();
  }, []);
  return (
    <path
      ref={path}
      d={d}
      fill="none"
      className="stroke-ink"
      strokeWidth={5 * unit}
      strokeLinecap="round"
      strokeLinejoin="round"
      opacity={0}
    />
  );
}
