import { gstime } from "satellite.js";
import { elevationOf, type Ground, type Position } from "./earth.ts";

const radians = Math.PI / 180;
const msPerDay = 86_400_000;

/** Right ascension and declination of the Sun, radians, to 0.01° (Astronomical Almanac, low precision). @param at ms UTC. */
export function sunCoordinates(at: number): { rightAscension: number; declination: number } {
  const days = julianDate(at) - 2_451_545;
  const anomaly = (357.528 + 0.9856003 * days) * radians;
  const mean = 280.46 + 0.9856474 * days;
  const longitude = (mean + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * radians;
  const tilt = (23.439 - 4e-7 * days) * radians;
  return {
    rightAscension: Math.atan2(Math.cos(tilt) * Math.sin(longitude), Math.cos(longitude)),
    declination: Math.asin(Math.sin(tilt) * Math.sin(longitude)),
  };
}

/** Elevation of the Sun's middle over a station, degrees, without refraction. @param at ms UTC. */
export function sunElevation(ground: Ground, at: number): number {
  const { rightAscension, declination } = sunCoordinates(at);
  const hour = rightAscension - gstime(julianDate(at));
  const direction: Position = {
    x: Math.cos(declination) * Math.cos(hour),
    y: Math.cos(declination) * Math.sin(hour),
    z: Math.sin(declination),
  };
  return elevationOf(ground, direction);
}

/** Days since noon of 1 January 4713 BC. @param at ms UTC. */
export function julianDate(at: number): number {
  return at / msPerDay + 2_440_587.5;
}
