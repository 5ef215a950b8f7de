import type { NetworkClock } from "../../network/clock.ts";
import { placeUnder } from "../../network/earth.ts";
import type { PassPlan, PlannedPass } from "../../network/pass-plan.ts";
import { sunElevation } from "../../network/sun.ts";
import type { Weather } from "../../network/weather.ts";
import type { PassView, SatelliteTrack, SpaceStationView, SpaceView } from "../api-types.ts";
import type { FlownPass } from "./fly-pass.ts";
import type { SpaceLink } from "./space-link.ts";

export interface SpaceViewSources {
  readonly plan: PassPlan;
  readonly weather: Weather;
  readonly clock: NetworkClock;
  readonly links: readonly SpaceLink[];
  readonly ahead: readonly PlannedPass[];
  readonly flown: readonly PassView[];
}

const shownAhead = 150;
const shownFlown = 60;
/** A screen asks again well within this time, wall ms. */
const trackWallMs = 60_000;
const trackBehindMs = 20 * 60_000;
const leastAheadMs = 20 * 60_000;
const trackPoints = 120;

/** What the operations face shows of the space segment. Weather to come is a probability, never the drawn sky. */
export function spaceViewOf(sources: SpaceViewSources): SpaceView {
  const { plan, weather, clock, links, ahead, flown } = sources;
  const now = clock.now();
  const views = ahead
    .slice(0, shownAhead)
    .map((pass) => passViewOf(pass, weather.clearProbability(pass.station, now, pass.culmination)));
  return {
    simulated: true,
    clock: { now, rate: clock.rate },
    satellites: plan.satellites.map(({ id, name }) => trackOf(plan, id, name, clock)),
    stations: links.map((link) => stationOf(link, plan, weather, now, views)),
    ahead: views,
    flown: flown.slice(0, shownFlown),
  };
}

/** The view of a network without satellites. @param now ms UTC */
export function emptySpaceView(now: number): SpaceView {
  return { simulated: true, clock: { now, rate: 1 }, satellites: [], stations: [], ahead: [], flown: [] };
}

/** @param clearProbability 0..1 @param flown what became of it, once it is over. */
export function passViewOf(
  pass: PlannedPass,
  clearProbability: number,
  flown?: FlownPass,
  beforeStart = false,
): PassView {
  const { satellite, station, link, rise, culmination, set, maxElevationDeg, light, expected } = pass;
  return {
    satellite,
    station,
    link,
    rise,
    culmination,
    set,
    maxElevationDeg,
    light,
    clearProbability,
    expectedBits: expected.secretBits,
    outcome: flown?.outcome ?? null,
    secretBits: flown?.secretBits ?? 0,
    beforeStart,
  };
}

function stationOf(
  link: SpaceLink,
  plan: PassPlan,
  weather: Weather,
  now: number,
  ahead: readonly PassView[],
): SpaceStationView {
  const ground = plan.groundOf(link.station);
  const next = ahead.find((pass) => pass.link === link.id && pass.expectedBits > 0);
  return {
    site: link.station,
    link: link.id,
    condition: link.pool.condition,
    storedBytes: link.pool.availableBytes,
    capacityBytes: link.pool.capacityBytes,
    sunElevationDeg: ground === undefined ? 0 : sunElevation(ground, now),
    sky: weather.skyAt(link.station, now),
    nextKeyPass: next?.rise ?? null,
  };
}

function trackOf(plan: PassPlan, id: string, name: string, clock: NetworkClock): SatelliteTrack {
  const orbit = plan.orbit(id);
  const now = clock.now();
  const until = Math.max(leastAheadMs, trackWallMs * clock.rate);
  const step = (trackBehindMs + until) / (trackPoints - 1);
  const track = Array.from({ length: orbit === undefined ? 0 : trackPoints }, (_, index) => {
    const at = Math.round(now - trackBehindMs + index * step);
    const { lat, lon, altitudeKm } = placeUnder(orbit?.positionAt(at) ?? { x: 0, y: 0, z: 0 });
    const rounded = (value: number) => Math.round(value * 1000) / 1000;
    return { at, lat: rounded(lat), lon: rounded(lon), altitudeKm: Math.round(altitudeKm) };
  });
  return { id, name, track };
}
