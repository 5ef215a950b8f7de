import type { ChannelSlice } from "../quantum/pass-channel.ts";
import {
  type ExpectedPass,
  expectedPass,
  type PassPoint,
  passDevices,
  passSlices,
  worthwhilePoints,
} from "../quantum/space-pass.ts";
import { eagleTerminal } from "../quantum/space-terminal.ts";
import { type Ground, groundAt, lookAt } from "./earth.ts";
import { type Orbit, orbitOf } from "./orbit.ts";
import { findPasses, type Pass } from "./passes.ts";
import { isSpaceLink } from "./space-link.ts";
import { sunElevation } from "./sun.ts";
import type { Link, Satellite, Site, Topology } from "./topology.ts";

/** A pass over one end of a space link and what it would give under a clear sky. */
export interface PlannedPass extends Pass {
  /** The key link it would make key for. */
  readonly link: string;
  /** Sun over the station at the culmination, degrees. */
  readonly sunElevationDeg: number;
  readonly light: "night" | "twilight" | "day";
  /** The part of the pass that is worth a block, chosen before it begins. */
  readonly points: readonly PassPoint[];
  readonly slices: readonly ChannelSlice[];
  /** Secret bits under a clear sky, on average; 0 by day. */
  readonly expected: ExpectedPass;
}

/** One moment of a pass, for a plot or a table. */
export interface PassMoment {
  /** Seconds after the rise. */
  readonly seconds: number;
  readonly elevationDeg: number;
  readonly rangeKm: number;
  readonly lossDb: number;
  readonly qber: number;
  readonly detectionsPerSecond: number;
  /** Secret bits of a block that ends here, on average. */
  readonly secretBits: number;
}

/** Slices of a pass's channel: its loss changes by less than a decibel in one. */
const sliceSeconds = 10;
/** ε of a pass's block, as of every block. */
const epsilon = { epsilonSec: 1e-15, epsilonCor: 1e-15 } as const;

interface SpaceLinkEnds {
  readonly link: Link;
  readonly station: Site;
  readonly ground: Ground;
}

/** The satellite's timetable for the space links of a network: pure, the same for the same arguments. */
export class PassPlan {
  readonly satellites: readonly Satellite[];
  readonly #orbits = new Map<string, Orbit>();
  readonly #ends: readonly SpaceLinkEnds[];
  readonly #devices = passDevices();

  constructor(topology: Topology) {
    const sites = new Map(topology.sites.map((site) => [site.id, site]));
    const inUse = new Set<string>();
    this.#ends = topology.keyLinks.filter(isSpaceLink).flatMap((link) => {
      const station = sites.get(link.a) ?? sites.get(link.b);
      if (station === undefined) return [];
      inUse.add(station.id === link.a ? link.b : link.a);
      return [{ link, station, ground: groundAt(station.lat, station.lon) }];
    });
    this.satellites = topology.satellites.filter(({ id }) => inUse.has(id));
    for (const satellite of this.satellites) this.#orbits.set(satellite.id, orbitOf(satellite));
  }

  get devices(): ReturnType<typeof passDevices> {
    return this.#devices;
  }

  /** Ground stations with a space link, in the order of the links. */
  get stations(): readonly Site[] {
    return this.#ends.map(({ station }) => station);
  }

  orbit(satellite: string): Orbit | undefined {
    return this.#orbits.get(satellite);
  }

  groundOf(station: string): Ground | undefined {
    return this.#ends.find((end) => end.station.id === station)?.ground;
  }

  linkOf(station: string): string | undefined {
    return this.#ends.find((end) => end.station.id === station)?.link.id;
  }

  /**
   * Passes that culminate from `from` to before `to` (ms UTC), in order of their rise.
   * @param wanted leaves out passes before their key is computed, which is most of the work.
   */
  passes(from: number, to: number, wanted: (pass: Pass) => boolean = () => true): PlannedPass[] {
    return [...this.#orbits.values()]
      .flatMap((orbit) => {
        const ends = this.#ends.filter(
          ({ link }) => link.a === orbit.satellite || link.b === orbit.satellite,
        );
        const byStation = new Map(ends.map((end) => [end.station.id, end]));
        return findPasses(
          orbit,
          ends.map(({ station }) => station),
          { from, to },
        )
          .filter(wanted)
          .map((pass) => this.#plan(pass, byStation.get(pass.station) as SpaceLinkEnds, orbit));
      })
      .sort((one, other) => one.rise - other.rise);
  }

  /** Elevation, loss, errors, clicks and key of a pass as time goes by, under a clear sky. */
  moments(pass: Pass): PassMoment[] {
    const orbit = this.#orbits.get(pass.satellite);
    const ground = this.groundOf(pass.station);
    if (orbit === undefined || ground === undefined) return [];
    const points = pointsOf(pass, ground, orbit);
    const slices = passSlices(points, eagleTerminal, this.#devices);
    return points.map((point, index) => {
      const slice = slices[index] as ChannelSlice;
      const here = expectedPass(this.#devices, [slice], epsilon);
      return {
        seconds: (index + 0.5) * sliceSeconds,
        elevationDeg: point.elevationDeg,
        rangeKm: point.rangeKm,
        lossDb: slice.lossDb,
        qber: here.qber,
        detectionsPerSecond: here.detections / point.seconds,
        secretBits: expectedPass(this.#devices, slices.slice(0, index + 1), epsilon).secretBits,
      };
    });
  }

  #plan(pass: Pass, { link, ground }: SpaceLinkEnds, orbit: Orbit): PlannedPass {
    const sunElevationDeg = sunElevation(ground, pass.culmination);
    const all = pointsOf(pass, ground, orbit);
    const { points, expected } = worthwhilePoints(all, eagleTerminal, this.#devices, epsilon);
    return {
      ...pass,
      link: link.id,
      sunElevationDeg,
      light: sunElevationDeg >= 0 ? "day" : sunElevationDeg >= -18 ? "twilight" : "night",
      points,
      slices: passSlices(points, eagleTerminal, this.#devices),
      expected,
    };
  }
}

function pointsOf(pass: Pass, ground: Ground, orbit: Orbit): PassPoint[] {
  const count = Math.max(1, Math.floor((pass.set - pass.rise) / (1000 * sliceSeconds)));
  return Array.from({ length: count }, (_, index) => {
    const at = pass.rise + (index + 0.5) * 1000 * sliceSeconds;
    const { elevationDeg, rangeKm } = lookAt(ground, orbit.positionAt(at));
    return {
      seconds: sliceSeconds,
      elevationDeg: Math.max(0, elevationDeg),
      rangeKm,
      sunElevationDeg: sunElevation(ground, at),
    };
  });
}
