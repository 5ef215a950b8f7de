import { geoAzimuthalEqualArea } from "d3-geo";

export type Point = readonly [x: number, y: number];

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Equal areas around the middle of Europe, as the Union's own maps; units are arbitrary and the same for every map. */
export const projection = geoAzimuthalEqualArea()
  .rotate([-10, -48])
  .scale(1000)
  .translate([0, 0])
  .clipAngle(38)
  .precision(0.4);

/** @param lon degrees east @param lat degrees north */
export function project(lon: number, lat: number): Point {
  const point = projection([lon, lat]);
  return point ? [round(point[0]), round(point[1])] : [0, 0];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The smallest box around points with a margin (a share of its longer side), never smaller than `least` units. */
export function boxAround(points: readonly Point[], margin = 0.08, least = 60): Box {
  if (points.length === 0) return { x: -450, y: -350, width: 900, height: 700 };
  const xs = points.map((point) => point[0]);
  const ys = points.map((point) => point[1]);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const pad = Math.max(right - left, bottom - top) * margin;
  const width = Math.max(right - left + 2 * pad, least);
  const height = Math.max(bottom - top + 2 * pad, least);
  return { x: (left + right - width) / 2, y: (top + bottom - height) / 2, width, height };
}

/** The box scaled around a point of itself (its middle by default). */
export function zoomBox(box: Box, factor: number, at?: Point): Box {
  const [x, y] = at ?? [box.x + box.width / 2, box.y + box.height / 2];
  return {
    x: x - (x - box.x) * factor,
    y: y - (y - box.y) * factor,
    width: box.width * factor,
    height: box.height * factor,
  };
}

export function moveBox(box: Box, dx: number, dy: number): Box {
  return { ...box, x: box.x + dx, y: box.y + dy };
}
