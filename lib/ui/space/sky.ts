import { geoCircle, geoDistance, geoPath } from "d3-geo";
import { projection } from "../map/projection.ts";

const degree = Math.PI / 180;
const earthKm = 6371;
/** As lib/network/passes.ts counts the beginning of a contact, degrees over the horizon. */
export const leastElevation = 10;

/** The place over which the Sun stands. The Almanac's low-precision formula, to 0.1°. @param at ms UTC */
export function sunOver(at: number): { readonly lat: number; readonly lon: number } {
  const days = at / 86_400_000 + 2_440_587.5 - 2_451_545;
  const anomaly = (357.528 + 0.9856003 * days) * degree;
  const mean = 280.46 + 0.9856474 * days;
  const longitude = (mean + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * degree;
  const tilt = (23.439 - 4e-7 * days) * degree;
  const ascension = Math.atan2(Math.cos(tilt) * Math.sin(longitude), Math.cos(longitude)) / degree;
  const sidereal = 280.46062 + 360.98564737 * days;
  return {
    lat: Math.asin(Math.sin(tilt) * Math.sin(longitude)) / degree,
    lon: ((((ascension - sidereal) % 360) + 540) % 360) - 180,
  };
}

/** The side of the Earth that the Sun does not see, as path data of the map; empty by day. @param at ms UTC */
export function nightPath(at: number): string {
  const { lat, lon } = sunOver(at);
  const night = geoCircle()
    .center([lon > 0 ? lon - 180 : lon + 180, -lat])
    .radius(90)
    .precision(4);
  return geoPath(projection).digits(1)(night()) ?? "";
}

/** How far from under a satellite a station still sees it `leastElevation` over the horizon, degrees of arc. */
export function footprintRadius(altitudeKm: number): number {
  const horizon = leastElevation * degree;
  return (Math.acos((earthKm / (earthKm + altitudeKm)) * Math.cos(horizon)) - horizon) / degree;
}

/** Where stations see a satellite high enough, as path data; empty where it stands over another part of the world. */
export function footprintPath(
  place: { readonly lat: number; readonly lon: number },
  altitudeKm: number,
): string {
  if (geoDistance([place.lon, place.lat], [10, 48]) > 0.9) return "";
  const circle = geoCircle().center([place.lon, place.lat]).radius(footprintRadius(altitudeKm)).precision(4);
  return geoPath(projection).digits(1)(circle()) ?? "";
}
