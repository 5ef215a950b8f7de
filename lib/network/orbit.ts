import { eciToEcf, gstime, json2satrec, propagate } from "satellite.js";
import { VernamError } from "../shared/errors.ts";
import type { Position } from "./earth.ts";
import { julianDate, sunCoordinates } from "./sun.ts";
import type { Satellite } from "./topology.ts";

class OrbitError extends VernamError {}

export interface Orbit {
  readonly satellite: string;
  /** Time of one turn, ms. */
  readonly periodMs: number;
  /** Where the satellite is, in the frame that turns with the Earth. @param at ms UTC. */
  positionAt(at: number): Position;
}

/** Elements that we made ourselves; no real satellite has them, and screens say "simulated". Degrees. */
export interface Elements {
  readonly epoch: string;
  /** Turns per day. */
  readonly meanMotion: number;
  readonly inclination: number;
  readonly rightAscension: number;
  readonly meanAnomaly: number;
}

const epoch = "2026-01-01T00:00:00.000";
const epochMs = Date.parse(`${epoch}Z`);
const gravity = 398_600.4418;
const equatorKm = 6378.137;
const j2 = 1.08262668e-3;
const degrees = 180 / Math.PI;
const secondsPerDay = 86_400;
/** A sun-synchronous node goes round once a year, degrees a day. */
const yearlyTurn = 360 / 365.2422;
/** Passes near half past ten in the evening and in the morning, mean local time. */
const localHourOfNode = 22.5;

/**
 * Elements of a sun-synchronous orbit for a satellite of the network data, from its altitude.
 * @throws OrbitError network.orbit-unknown when the satellite has another orbit.
 */
export function elementsOf({ id, orbit, altitudeKm }: Satellite): Elements {
  const axis = equatorKm + altitudeKm;
  const meanMotion = (Math.sqrt(gravity / axis ** 3) * secondsPerDay) / (2 * Math.PI);
  const sun = sunCoordinates(epochMs).rightAscension * degrees;
  if (orbit !== "LEO") {
    throw new OrbitError(
      "network.orbit-unknown",
      `The satellite ${id} has no passes: its orbit is ${orbit}.`,
      {
        nextStep: "Leave its links out of the network, or give it a low orbit.",
      },
    );
  }
  // From the precession of the node by the Earth's flattening: cos i = −rate·2a²/(3·J2·R²·n).
  const cosine = (-2 * (yearlyTurn / 360) * axis ** 2) / (3 * j2 * equatorKm ** 2 * meanMotion);
  return {
    epoch,
    meanMotion,
    inclination: Math.acos(cosine) * degrees,
    rightAscension: (sun + 15 * (localHourOfNode - 12) + 360) % 360,
    meanAnomaly: 0,
  };
}

/**
 * The orbit of a satellite by SGP4, without drag: it keeps its height as a real one does with its thrusters.
 * @throws OrbitError network.orbit-unknown
 */
export function orbitOf(satellite: Satellite): Orbit {
  const elements = elementsOf(satellite);
  const record = json2satrec({
    OBJECT_NAME: satellite.name,
    OBJECT_ID: "2026-001A",
    EPOCH: elements.epoch,
    MEAN_MOTION: elements.meanMotion,
    ECCENTRICITY: 1e-4,
    INCLINATION: elements.inclination,
    RA_OF_ASC_NODE: elements.rightAscension,
    ARG_OF_PERICENTER: 0,
    MEAN_ANOMALY: elements.meanAnomaly,
    EPHEMERIS_TYPE: 0,
    CLASSIFICATION_TYPE: "U",
    NORAD_CAT_ID: 0,
    ELEMENT_SET_NO: 1,
    REV_AT_EPOCH: 0,
    BSTAR: 0,
    MEAN_MOTION_DOT: 0,
    MEAN_MOTION_DDOT: 0,
  });
  return {
    satellite: satellite.id,
    periodMs: (secondsPerDay * 1000) / elements.meanMotion,
    positionAt(at) {
      const state = propagate(record, new Date(at));
      if (state === null) {
        throw new OrbitError(
          "network.orbit-lost",
          `The orbit of ${satellite.name} cannot be computed then.`,
          {
            nextStep: "Choose a time within some decades of 2026.",
          },
        );
      }
      return eciToEcf(state.position, gstime(julianDate(at)));
    },
  };
}
