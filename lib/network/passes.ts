import { type Ground, groundAt, lookAt } from "./earth.ts";
import type { Orbit } from "./orbit.ts";
import type { Site } from "./topology.ts";

/** One crossing of a satellite over a station's horizon. Times are ms UTC. */
export interface Pass {
  readonly satellite: string;
  readonly station: string;
  readonly rise: number;
  readonly culmination: number;
  readonly set: number;
  readonly maxElevationDeg: number;
  /** Where it comes up and goes down, degrees from north by east. */
  readonly riseAzimuthDeg: number;
  readonly setAzimuthDeg: number;
}

export interface PassSearch {
  /** ms UTC */
  readonly from: number;
  readonly to: number;
  /** Elevation at which contact begins and ends, degrees. Default 10. */
  readonly leastElevationDeg?: number;
}

/** Steps in which the sky is searched, ms: a contact shorter than this near the least elevation may be missed. */
const searchStepMs = 20_000;
const exactnessMs = 10;

/** Contact of satellites and stations begins at this elevation, degrees. */
export const leastElevation = 10;

/**
 * Every pass of a satellite over the stations that culminates between `from` and `to`, in order of its rise.
 * Times are exact to 10 ms for the orbit given. A satellite that never rises or never sets has no passes.
 */
export function findPasses(
  orbit: Orbit,
  stations: readonly Pick<Site, "id" | "lat" | "lon">[],
  search: PassSearch,
): Pass[] {
  const least = search.leastElevationDeg ?? leastElevation;
  const grounds = stations.map((site) => ({ id: site.id, ground: groundAt(site.lat, site.lon) }));
  const passes: Pass[] = [];
  const margin = orbit.periodMs / 4;
  const before = grounds.map(() => Number.NaN);
  const risen: (number | undefined)[] = grounds.map(() => undefined);
  for (let at = search.from - margin; at <= search.to + margin; at += searchStepMs) {
    const position = orbit.positionAt(at);
    for (const [index, { id, ground }] of grounds.entries()) {
      const over = lookAt(ground, position).elevationDeg - least;
      const last = before[index] as number;
      before[index] = over;
      if (last < 0 && over >= 0) {
        risen[index] = crossing(orbit, ground, least, at - searchStepMs, at);
      } else if (last >= 0 && over < 0 && risen[index] !== undefined) {
        const set = crossing(orbit, ground, least, at - searchStepMs, at);
        const pass = passOf(orbit, id, ground, risen[index], set);
        if (pass.culmination >= search.from && pass.culmination < search.to) passes.push(pass);
        risen[index] = undefined;
      }
    }
  }
  return passes.sort((one, other) => one.rise - other.rise);
}

/** When the satellite crosses the least elevation between two times on either side of it. */
function crossing(orbit: Orbit, ground: Ground, least: number, from: number, to: number): number {
  const above = (at: number): boolean => lookAt(ground, orbit.positionAt(at)).elevationDeg >= least;
  let [low, high] = [from, to];
  const side = above(low);
  while (high - low > exactnessMs) {
    const middle = (low + high) / 2;
    if (above(middle) === side) low = middle;
    else high = middle;
  }
  return Math.round((low + high) / 2);
}

function passOf(orbit: Orbit, station: string, ground: Ground, rise: number, set: number): Pass {
  const look = (at: number) => lookAt(ground, orbit.positionAt(at));
  let [low, high] = [rise, set];
  // One maximum between rise and set: thirds are thrown away until it is known to 10 ms.
  while (high - low > exactnessMs) {
    const third = (high - low) / 3;
    if (look(low + third).elevationDeg < look(high - third).elevationDeg) low += third;
    else high -= third;
  }
  const culmination = Math.round((low + high) / 2);
  return {
    satellite: orbit.satellite,
    station,
    rise,
    culmination,
    set,
    maxElevationDeg: look(culmination).elevationDeg,
    riseAzimuthDeg: look(rise).azimuthDeg,
    setAzimuthDeg: look(set).azimuthDeg,
  };
}
