interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly dashed?: boolean;
}

interface Axis {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly scale: "linear" | "log";
  /** Values with a line and a number; powers of ten by themselves on a logarithmic axis. */
  readonly ticks?: readonly number[];
}

export interface Plot {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Where there is room for the list of series. */
  readonly legend: "top-right" | "bottom-left" | "bottom-right" | "top-left";
}

const width = 760;
const height = 470;
const box = { left: 84, right: 24, top: 52, bottom: 62 } as const;
/** Distinguishable with any colour vision (Okabe and Ito 2008). */
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#333333"];
const font = "IBM Plex Sans, Segoe UI, Helvetica, Arial, sans-serif";

/** A line chart as a self-contained SVG document. */
export function drawPlot(plot: Plot): string {
  const toX = position(plot.x, box.left, width - box.right);
  const toY = position(plot.y, height - box.bottom, box.top);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(plot.title)}" font-family="${font}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${box.left}" y="28" font-size="17" font-weight="600" fill="#1a1a1a">${escaped(plot.title)}</text>`,
    ...ticksOf(plot.x).flatMap((tick) => verticalLine(toX(tick), label(plot.x, tick))),
    ...ticksOf(plot.y).flatMap((tick) => horizontalLine(toY(tick), label(plot.y, tick))),
    `<path d="M${box.left} ${box.top}V${height - box.bottom}H${width - box.right}" fill="none" stroke="#1a1a1a" stroke-width="1.2"/>`,
    axisTitles(plot),
    `<clipPath id="area"><rect x="${box.left}" y="${box.top}" width="${width - box.left - box.right}" height="${height - box.top - box.bottom}"/></clipPath>`,
    ...plot.series.map((series, i) => curve(series, colours[i % colours.length] ?? "#333", toX, toY)),
    legend(plot),
    "</svg>",
    "",
  ].join("\n");
}

function position(axis: Axis, start: number, end: number): (value: number) => number {
  const at = axis.scale === "log" ? Math.log10 : (value: number) => value;
  const [from, to] = [at(axis.from), at(axis.to)];
  return (value) => start + ((at(value) - from) / (to - from)) * (end - start);
}

function ticksOf(axis: Axis): readonly number[] {
  if (axis.ticks !== undefined) return axis.ticks;
  const first = Math.ceil(Math.log10(axis.from) - 1e-9);
  const last = Math.floor(Math.log10(axis.to) + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
}

function label(axis: Axis, tick: number): string {
  if (axis.scale === "linear") return String(tick);
  const exponent = Math.round(Math.log10(tick));
  if (exponent === 0) return "1";
  return `10<tspan dy="-5" font-size="10">${exponent < 0 ? "−" : ""}${Math.abs(exponent)}</tspan>`;
}

function verticalLine(x: number, text: string): string[] {
  return [
    `<path d="M${round(x)} ${box.top}V${height - box.bottom}" stroke="#e3e6ea"/>`,
    `<text x="${round(x)}" y="${height - box.bottom + 20}" font-size="13" text-anchor="middle" fill="#444">${text}</text>`,
  ];
}

function horizontalLine(y: number, text: string): string[] {
  return [
    `<path d="M${box.left} ${round(y)}H${width - box.right}" stroke="#e3e6ea"/>`,
    `<text x="${box.left - 10}" y="${round(y + 4.5)}" font-size="13" text-anchor="end" fill="#444">${text}</text>`,
  ];
}

function axisTitles({ x, y }: Plot): string {
  const middleX = (box.left + width - box.right) / 2;
  const middleY = (box.top + height - box.bottom) / 2;
  return [
    `<text x="${middleX}" y="${height - 18}" font-size="14" text-anchor="middle" fill="#1a1a1a">${escaped(x.label)}</text>`,
    `<text transform="translate(24 ${middleY}) rotate(-90)" font-size="14" text-anchor="middle" fill="#1a1a1a">${escaped(y.label)}</text>`,
  ].join("\n");
}

function curve(
  { points, dashed }: Series,
  colour: string,
  toX: (x: number) => number,
  toY: (y: number) => number,
): string {
  const drawn = points.filter(([, y]) => Number.isFinite(toY(y)));
  const path = drawn.map(([x, y], i) => `${i === 0 ? "M" : "L"}${round(toX(x))} ${round(toY(y))}`).join("");
  const dash = dashed === true ? ' stroke-dasharray="7 5"' : "";
  return `<path d="${path}" clip-path="url(#area)" fill="none" stroke="${colour}" stroke-width="2.2" stroke-linejoin="round"${dash}/>`;
}

function legend({ series, legend: corner }: Plot): string {
  const rows = series.length * 22;
  const longest = Math.max(...series.map(({ name }) => name.length));
  const wide = 46 + longest * 7.2;
  const left = corner.endsWith("right") ? width - box.right - wide - 10 : box.left + 14;
  const top = corner.startsWith("top") ? box.top + 12 : height - box.bottom - rows - 16;
  const entries = series.map(({ name, dashed }, i) => {
    const y = top + 15 + i * 22;
    const dash = dashed === true ? ' stroke-dasharray="7 5"' : "";
    return [
      `<path d="M${round(left + 8)} ${y}h24" stroke="${colours[i % colours.length]}" stroke-width="2.6"${dash}/>`,
      `<text x="${round(left + 40)}" y="${y + 4.5}" font-size="13" fill="#1a1a1a">${escaped(name)}</text>`,
    ].join("\n");
  });
  return [
    `<rect x="${round(left)}" y="${top}" width="${round(wide)}" height="${rows + 8}" rx="4" fill="#ffffff" fill-opacity="0.92" stroke="#d5d9de"/>`,
    ...entries,
  ].join("\n");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
