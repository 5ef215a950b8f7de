import { geoDistance } from "d3-geo";
import type { SatelliteTrack } from "../../keys/api-types.ts";
import { type Point, project } from "../map/projection.ts";

/** What the map can show of the Earth around Europe's middle, radians. */
const inSight = 0.6;
const middle: [number, number] = [10, 48];

/** Where a satellite is at a time of its clock, between two points of its track; null beyond them. */
export function placeAt(track: SatelliteTrack["track"], at: number): { lat: number; lon: number } | null {
  const after = track.findIndex((point) => point.at >= at);
  const next = track[after];
  if (!next) return null;
  const last = track[after - 1] ?? next;
  const share = next.at === last.at ? 0 : (at - last.at) / (next.at - last.at);
  // The shorter way round where the track crosses the date line.
  const turn = ((next.lon - last.lon + 540) % 360) - 180;
  return { lat: last.lat + share * (next.lat - last.lat), lon: last.lon + share * turn };
}

/** The place on the map, or null where the satellite is over another part of the world. */
export function pointOnMap({ lat, lon }: { lat: number; lon: number }): Point | null {
  return geoDistance([lon, lat], middle) > inSight ? null : project(lon, lat);
}

/** The track on the map as path data: one stroke for each crossing of what the map shows. */
export function trackPath(track: SatelliteTrack["track"]): string {
  let drawing = false;
  let path = "";
  for (const place of track) {
    const point = pointOnMap(place);
    if (point) path += `${drawing ? "L" : "M"}${point[0]} ${point[1]}`;
    drawing = point !== null;
  }
  return path;
}
