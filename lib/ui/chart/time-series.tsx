"use client";

import "uplot/dist/uPlot.min.css";
import { useEffect, useRef } from "react";
import uPlot from "uplot";

export interface Series {
  readonly name: string;
  /** A colour of tokens.css, such as "--series-1". */
  readonly colour: string;
  readonly values: readonly number[];
  readonly dash?: readonly number[];
  readonly fill?: boolean;
}

interface TimeSeriesProps {
  /** Milliseconds UTC, one for each value. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly label: string;
  readonly timeName: string;
  readonly formatValue: (value: number) => string;
  readonly formatTime: (at: number) => string;
  readonly height?: number;
}

/**
 * Lines over time. The canvas is drawn after the page is there (its styles are set by script, as the content
 * security policy wants); the same numbers stand in a table beside it.
 */
export function TimeSeries(props: TimeSeriesProps) {
  const { times, series, timeName, formatValue, formatTime, height = 260 } = props;
  const host = useRef<HTMLDivElement | null>(null);

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    let plot: uPlot | null = null;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(
        optionsFor(element, { series, timeName, formatValue, formatTime, height }),
        [times.map((at) => at / 1000), ...series.map((one) => [...one.values])],
        element,
      );
    };
    draw();
    const resized = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", draw);
    return () => {
      resized.disconnect();
      theme.disconnect();
      system.removeEventListener("change", draw);
      plot?.destroy();
    };
  }, [times, series, timeName, formatValue, formatTime, height]);

  return <div ref={host} role="img" aria-label={props.label} className="w-full min-w-0" />;
}

const wholeSteps = Array.from({ length: 13 }, (_, power) =>
  [1, 2, 5].map((digit) => digit * 10 ** power),
).flat();

function optionsFor(
  element: HTMLElement,
  props: Pick<TimeSeriesProps, "series" | "timeName" | "formatValue" | "formatTime"> & { height: number },
): uPlot.Options {
  const ink = colourOf(element, "--ink-soft");
  const line = colourOf(element, "--line");
  const axis = {
    stroke: ink,
    font: "12px 'IBM Plex Sans', sans-serif",
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
  };
  return {
    width: element.clientWidth,
    height: props.height,
    cursor: { points: { size: 6 }, drag: { x: false, y: false } },
    legend: { show: true, live: true },
    scales: { x: { time: true }, y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.08)] } },
    axes: [
      { ...axis, values: (_plot, ticks) => ticks.map((tick) => props.formatTime(tick * 1000)) },
      // Amounts are whole bytes: no two ticks with the same words.
      {
        ...axis,
        size: 76,
        incrs: wholeSteps,
        values: (_plot, ticks) => ticks.map((tick) => props.formatValue(tick)),
      },
    ],
    series: [
      { label: props.timeName, value: (_plot, at) => (at == null ? "" : props.formatTime(at * 1000)) },
      ...props.series.map((one): uPlot.Series => {
        const stroke = colourOf(element, one.colour);
        return {
          label: one.name,
          stroke,
          width: 2,
          points: { show: false },
          value: (_plot, value) => (value == null ? "—" : props.formatValue(value)),
          ...(one.dash ? { dash: [...one.dash] } : {}),
          ...(one.fill ? { fill: translucent(stroke) } : {}),
        };
      }),
    ],
  };
}

/** A token's colour as the browser computes it here: a canvas does not know custom properties or light-dark(). */
function colourOf(element: HTMLElement, token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  element.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

function translucent(colour: string): string {
  return colour.replace(/^rgb\((.+)\)$/, "rgba($1, 0.12)");
}
