import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repeaterlessBound } from "../../../quantum/asymptotic-rate.ts";
import { undisturbed } from "../../../quantum/condition.ts";
import { detectionLaw } from "../../../quantum/detection-law.ts";
import { asymptoticSecretPerPulse, expectedBlock } from "../../../quantum/expected-block.ts";
import type { LinkParameters } from "../../../quantum/link-parameters.ts";
import { presetNamed } from "../../../quantum/link-presets.ts";
import { optimiseSource } from "../../../quantum/optimise-source.ts";
import { slantRangeKm } from "../../../quantum/space-loss.ts";
import { expectedPass, passDevices, passSlices } from "../../../quantum/space-pass.ts";
import { eagleTerminal } from "../../../quantum/space-terminal.ts";
import { drawPlot, type Plot } from "./svg-plot.ts";

const folder = join("docs", "physics");
const epsilon = { epsilonSec: 1e-15, epsilonCor: 1e-15 } as const;
const efficiency = 1.05;

/** Draws every curve into docs/physics; the same bytes each time. */
export function drawPlots(print: (line: string) => void): number {
  mkdirSync(folder, { recursive: true });
  for (const [name, plot] of Object.entries(allPlots())) {
    const path = join(folder, `${name}.svg`);
    writeFileSync(path, drawPlot(plot));
    print(path);
  }
  return 0;
}

/** The curves by the name of their file. */
function allPlots(): Readonly<Record<string, Plot>> {
  return {
    "rate-distance": rateAgainstDistance(),
    "rate-block": rateAgainstBlock(),
    "qber-tapped": errorsAgainstTapped(),
    "satellite-pass": satellitePass(),
  };
}

function steps(from: number, to: number, count: number): number[] {
  return Array.from({ length: count + 1 }, (_, i) => from + ((to - from) * i) / count);
}

function finitePerPulse(parameters: LinkParameters, siftedBits: number): number {
  const block = expectedBlock(parameters, { siftedBits, reconciliationEfficiency: efficiency, ...epsilon });
  return Math.max(0, block.secretBits / block.pulses);
}

function rateAgainstDistance(): Plot {
  const distances = steps(0, 220, 110);
  const over = (rate: (parameters: LinkParameters) => number) =>
    distances.map((km) => [km, rate(presetNamed("long-haul", km, Math.min(45, 0.2 * km)))] as const);
  const ultra = distances.map(
    (km) => [km, asymptoticSecretPerPulse(presetNamed("ultra-low-loss", km), efficiency)] as const,
  );
  return {
    title: "Secret key rate against distance",
    x: {
      label: "distance, km (0.2 dB/km; nanowire detectors beyond 130 km)",
      from: 0,
      to: 220,
      scale: "linear",
      ticks: steps(0, 200, 8),
    },
    y: { label: "secret bits per pulse", from: 1e-8, to: 10, scale: "log" },
    legend: "bottom-left",
    series: [
      {
        name: "repeaterless bound (PLOB)",
        dashed: true,
        points: distances.filter((km) => km > 0).map((km) => [km, repeaterlessBound(0.2 * km)]),
      },
      {
        name: "long haul, blocks without end",
        points: over((link) => asymptoticSecretPerPulse(link, efficiency)),
      },
      { name: "long haul, blocks of 10⁶", points: over((link) => finitePerPulse(link, 1e6)) },
      { name: "long haul, blocks of 10⁵", points: over((link) => finitePerPulse(link, 1e5)) },
      { name: "ultra-low-loss fibre (0.16 dB/km)", points: ultra },
    ],
  };
}

/** The source is tuned to every size, with either number of decoys. */
function rateAgainstBlock(): Plot {
  const sizes = steps(4.5, 9, 18).map((exponent) => 10 ** exponent);
  const link = presetNamed("long-haul", 50, 10);
  const perSecond = (decoyStates: 1 | 2, deviation: LinkParameters["deviation"]) =>
    sizes.map((siftedBits) => {
      const tuned = optimiseSource({ ...link, decoyStates, deviation }, siftedBits);
      return [siftedBits, (finitePerPulse(tuned, siftedBits) * tuned.clockHz) / 1000] as const;
    });
  return {
    title: "Secret key rate against the size of a block (50 km, 10 dB, 80 MHz)",
    x: { label: "sifted bits in a block", from: 1e4, to: 1e9, scale: "log" },
    y: { label: "secret kbit per second", from: 0, to: 40, scale: "linear", ticks: steps(0, 40, 8) },
    legend: "top-left",
    series: [
      { name: "two decoys, Chernoff", points: perSecond(2, "chernoff") },
      { name: "two decoys, Hoeffding", points: perSecond(2, "hoeffding") },
      { name: "one decoy, Chernoff", points: perSecond(1, "chernoff") },
      { name: "one decoy, Hoeffding", points: perSecond(1, "hoeffding") },
    ],
  };
}

function errorsAgainstTapped(): Plot {
  const fractions = steps(0, 1, 50);
  const at = (lossDb: number) =>
    fractions.map((fraction) => {
      const condition = { ...undisturbed, attack: { model: "intercept-resend", fraction } as const };
      const { qber } = detectionLaw(presetNamed("long-haul", 5 * lossDb, lossDb), condition);
      return [100 * fraction, 100 * qber] as const;
    });
  return {
    title: "Error rate against the tapped share of the pulses (intercept and resend)",
    x: { label: "tapped share, %", from: 0, to: 100, scale: "linear", ticks: steps(0, 100, 10) },
    y: { label: "error rate, %", from: 0, to: 30, scale: "linear", ticks: steps(0, 30, 6) },
    legend: "bottom-right",
    series: [
      { name: "10 dB", points: at(10) },
      { name: "25 dB", points: at(25) },
      {
        name: "11 %: no key even at Shannon's limit",
        dashed: true,
        points: [
          [0, 11.003],
          [100, 11.003],
        ],
      },
    ],
  };
}

const earthRadiusKm = 6371;
const altitudeKm = 500;
const nightSun = -30;

/** A pass over a round Earth that does not turn: elevation by time from the highest point. */
function elevationAt(seconds: number, highestDeg: number): number {
  const radius = earthRadiusKm + altitudeKm;
  const turn = Math.sqrt(398_600 / radius ** 3);
  const range = slantRangeKm(highestDeg, altitudeKm);
  const offset = Math.asin((range * Math.cos((highestDeg * Math.PI) / 180)) / radius);
  const angle = Math.acos(Math.cos(offset) * Math.cos(turn * seconds));
  return (Math.atan2(Math.cos(angle) - earthRadiusKm / radius, Math.sin(angle)) * 180) / Math.PI;
}

function satellitePass(): Plot {
  const devices = passDevices();
  const series = [85, 60, 35].map((highest) => {
    const points = steps(-300, 300, 120)
      .map((seconds) => ({ seconds, elevationDeg: elevationAt(seconds, highest) }))
      .filter(({ elevationDeg }) => elevationDeg >= 10)
      .map(({ seconds, elevationDeg }) => ({
        at: seconds,
        seconds: 5,
        elevationDeg,
        rangeKm: slantRangeKm(elevationDeg, altitudeKm),
        sunElevationDeg: nightSun,
      }));
    const slices = passSlices(points, eagleTerminal, devices);
    const { secretBits } = expectedPass(devices, slices, epsilon);
    return {
      name: `highest at ${highest}°: ${(secretBits / 1e6).toFixed(2)} Mbit of key`,
      points: points.map(({ at }, i) => [at, slices[i]?.lossDb ?? 0] as const),
    };
  });
  return {
    title: "Loss during a clear night pass of a satellite at 500 km (simulated)",
    x: {
      label: "seconds from the highest point",
      from: -250,
      to: 250,
      scale: "linear",
      ticks: steps(-250, 250, 10),
    },
    y: { label: "loss, dB", from: 20, to: 50, scale: "linear", ticks: steps(20, 50, 6) },
    legend: "bottom-right",
    series,
  };
}
