import { describe, expect, it } from "vitest";
import { qberAlarm } from "../../lib/quantum/alarm-threshold.ts";
import { computeBlock } from "../../lib/quantum/attack/man-in-the-middle.ts";
import { drawBinomial } from "../../lib/quantum/binomial.ts";
import type { BlockReport } from "../../lib/quantum/block-result.ts";
import { type AttackModel, type ChannelCondition, undisturbed } from "../../lib/quantum/condition.ts";
import { driftBounds, naturalDrift } from "../../lib/quantum/drift.ts";
import { presetFor } from "../../lib/quantum/parameters.ts";
import { createSeededRandom } from "../../lib/quantum/random.ts";

/** The numbers of docs/ATTACK-DETECTION.md, made here: `npx vitest run -u` on this file rewrites the document. */

const seeded = (seed: number) =>
  createSeededRandom(Uint8Array.of(seed & 255, (seed >> 8) & 255, seed >> 16, 7));
const percent = (value: number, digits = 1) => `${(100 * value).toFixed(digits)} %`;

/** Φ(x), by Abramowitz and Stegun 7.1.26: good to 1.5e-7. */
function normalBelow(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - series * Math.exp((-x * x) / 2);
  return x >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
}

interface Power {
  readonly fraction: number;
  readonly bits: number;
  readonly allowance: number;
  readonly formula: number;
  readonly observed: number;
  readonly seeds: number;
}

const quietQber = 0.01;

/** Intercept-resend on `fraction` of the pulses, seen in `bits` compared bits: the formula and `seeds` draws. */
function power(fraction: number, bits: number, allowance: number, seeds = 20_000): Power {
  const mean = (1 - fraction) * quietQber + fraction / 4;
  const threshold = qberAlarm(quietQber + allowance, bits);
  const formula = normalBelow((mean - threshold) / Math.sqrt((mean * (1 - mean)) / bits));
  const random = seeded(1000 * fraction + bits);
  let alarms = 0;
  for (let i = 0; i < seeds; i++) if (drawBinomial(random, bits, mean) / bits > threshold) alarms++;
  return { fraction, bits, allowance, formula, observed: alarms / seeds, seeds };
}

const powers = [
  power(0, 3800, 0, 200_000),
  power(0.02, 3800, 0),
  power(0.05, 3800, 0),
  power(0.05, 3800, driftBounds.misalignment),
  power(0.05, 4300, driftBounds.misalignment),
  power(0.05, 20_000, driftBounds.misalignment),
  power(0.1, 3800, 0),
  power(0.02, 20_000, driftBounds.misalignment),
];

const links = [
  {
    name: "12 km of city fibre, 4 dB",
    parameters: presetFor({ kind: "metro-fibre", lengthKm: 12, lossDb: 4 }),
  },
  { name: "50 km, 10 dB", parameters: presetFor({ kind: "fibre", lengthKm: 50, lossDb: 10 }) },
  { name: "100 km, 20 dB", parameters: presetFor({ kind: "fibre", lengthKm: 100, lossDb: 20 }) },
] as const;

const key = new Uint8Array(1024);

/** One probe or key block as a link runs it: what both ends measured is all that decides. */
function block(link: number, condition: ChannelCondition, seed: number, probe = true): BlockReport {
  const parameters = links[link]!.parameters;
  return computeBlock(
    {
      parameters,
      condition,
      siftedTarget: probe ? 20_000 : 100_000,
      maxPulses: 1e12,
      epsilonSec: 1e-15,
      epsilonCor: 1e-15,
      probe,
    },
    { random: seeded(seed), aliceAuthentication: key, bobAuthentication: key },
  ).report;
}

/** What the monitor of a link makes of a probe: an alarm, a warning, or nothing. */
const finding = ({ aborted, warning }: BlockReport) =>
  (aborted === "no-key-in-block" ? null : aborted) ?? warning ?? "nothing";

const attacked = (model: AttackModel, fraction = 1): Partial<ChannelCondition> => ({
  attack: { model, fraction },
});

interface Case {
  readonly name: string;
  readonly change: Partial<ChannelCondition>;
  readonly right: string;
  /** The attack is so weak that a probe may miss it on some link; the key's length always pays for it. */
  readonly weak?: true;
}

const cases: readonly Case[] = [
  { name: "nothing, drift in its bounds", change: {}, right: "nothing" },
  { name: "intercept-resend, 5 %", change: attacked("intercept-resend", 0.05), right: "qber-high" },
  { name: "intercept-resend, 50 %", change: attacked("intercept-resend", 0.5), right: "qber-high" },
  {
    name: "photon-number splitting, 20 %",
    change: attacked("photon-number-splitting", 0.2),
    right: "decoy-ratio-low",
    weak: true,
  },
  {
    name: "photon-number splitting, 100 %",
    change: attacked("photon-number-splitting"),
    right: "decoy-ratio-low",
  },
  { name: "blinding with faked states", change: attacked("blinding"), right: "photocurrent-high" },
  { name: "jamming, 10 % of full strength", change: attacked("jamming", 0.1), right: "light-excess" },
  { name: "jamming, full strength", change: attacked("jamming"), right: "light-excess" },
  { name: "man in the middle", change: attacked("man-in-the-middle"), right: "authentication-failed" },
  { name: "fibre cut", change: { cut: true }, right: "no-light" },
  { name: "3 dB of added loss", change: { addedLossDb: 3 }, right: "loss-high" },
  { name: "fibre turning, compensated", change: { compensatorUsed: 0.6 }, right: "drift-compensated" },
  {
    name: "fibre turned past the compensator",
    change: { compensatorUsed: 1, misalignmentAdded: 0.04 },
    right: "misalignment-limit",
  },
  { name: "one detector at half efficiency", change: { detectorLoss: 0.5 }, right: "detector-unbalanced" },
  { name: "one detector dead", change: { detectorLoss: 1 }, right: "detector-unbalanced" },
];

const quietSeeds = 200;
const disturbedSeeds = 20;

/** Counts of findings by case and link; the link drifts within its bounds at a moment of its own in each. */
const table = cases.map(({ name, change, right, weak = false }) => ({
  name,
  weak,
  right,
  counts: links.map((_, link) => {
    const seeds = Object.keys(change).length === 0 ? quietSeeds : disturbedSeeds;
    const found = new Map<string, number>();
    for (let seed = 0; seed < seeds; seed++) {
      const drift = naturalDrift(link / 3 + seed / 89, 977 * seed);
      const report = block(link, { ...undisturbed, ...drift, ...change }, 1000 * link + seed);
      found.set(finding(report), (found.get(finding(report)) ?? 0) + 1);
    }
    return { seeds, found };
  }),
}));

const keyBlocks = 30;

/** Findings in key blocks of quiet, drifting links. */
const quietKeyBlocks = links.map((_, link) =>
  Array.from({ length: keyBlocks }, (_, seed) => {
    const drift = naturalDrift(link / 3 + seed / 31, 3571 * seed);
    return finding(block(link, { ...undisturbed, ...drift }, 50_000 + 1000 * link + seed, false));
  }),
);

function document(): string {
  const lines = [
    "# How surely an attack is seen",
    "",
    "Made by `tests/quantum/attack-detection.test.ts`, which fails when a number here changes. Alarms are decided from",
    "what Alice and Bob measure; no end ever learns what was switched on.",
    "",
    "## Intercept-resend against compared bits",
    "",
    "Error rate of the quiet link 1 %. The alarm stands five standard deviations above it (false alarm 2.9e-7 by the",
    "Gaussian law; the binomial one has a longer tail at few bits). With p of the pulses measured and sent again the mean",
    "is (1 − p)·1 % + p/4. In service the alarm also allows for the drift of a link in order",
    `(${percent(driftBounds.misalignment, 2)}).`,
    "",
    "| p | compared bits | drift allowed | detected, Gaussian formula | detected, drawn | missed | draws |",
    "|---|---|---|---|---|---|---|",
    ...powers.map(
      (row) =>
        `| ${percent(row.fraction, 0)} | ${row.bits} | ${percent(row.allowance, 2)} | ${percent(row.formula, 2)} | ${percent(row.observed, 2)} | ${percent(1 - row.observed, 2)} | ${row.seeds} |`,
    ),
    "",
    "## Probes of 20,000 sifted bits, the whole chain",
    "",
    "Found (seeds). A probe compares all its bits in the open; its key is never used.",
    "",
    `| what is done | right finding | ${links.map(({ name }) => name).join(" | ")} |`,
    `|---|---|${links.map(() => "---|").join("")}`,
    ...table.map(({ name, right, counts }) => {
      const cells = counts.map(({ found }) =>
        [...found].map(([what, times]) => `${what === right ? "right" : what} ${times}`).join(", "),
      );
      return `| ${name} | ${right} | ${cells.join(" | ")} |`;
    }),
    "",
    `Key blocks of 100,000 sifted bits on the same quiet links, ${keyBlocks} each: false alarms and warnings ${quietKeyBlocks.flat().filter((found) => found !== "nothing").length}.`,
    "",
    "What this does not show: an attacker who makes light pulses that the current monitor averages away, who changes the",
    "sender's intensities, or who copies all readings. Pulsed blinding evaded such monitors in published tests.",
    "",
  ];
  return lines.join("\n");
}

describe("the detection of intercept-resend", () => {
  it("agrees with the formula within 3σ wherever the binomial law is nearly Gaussian", () => {
    for (const { formula, observed, seeds, fraction } of powers.slice(1)) {
      const sigma = Math.sqrt((formula * (1 - formula)) / seeds);
      // The binomial tail of a rare error is skewed: a percent of power at these sizes.
      expect(Math.abs(observed - formula), `p = ${fraction}`).toBeLessThan(3 * sigma + 0.012);
    }
  });

  it("reaches 95 % at p = 5 % with 3,800 bits, and false alarms stay below one in ten thousand", () => {
    expect(powers[2]?.formula).toBeGreaterThan(0.945);
    expect(powers[2]?.observed).toBeGreaterThan(0.94);
    expect(powers[0]?.observed).toBeLessThan(1e-4);
  });
});

describe("probes of whole links", () => {
  it("find nothing on a quiet link, however it drifts within its bounds", () => {
    for (const { found } of table[0]!.counts) expect([...found.keys()]).toEqual(["nothing"]);
  });

  it("find nothing in key blocks of quiet links either", () => {
    expect(new Set(quietKeyBlocks.flat())).toEqual(new Set(["nothing"]));
  });

  it.each(table.slice(1))("find $right, and nothing else, under: $name", ({ right, weak, counts }) => {
    for (const { found } of counts) {
      expect([...found.keys()].filter((what) => what !== "nothing" || !weak)).toEqual([right]);
    }
  });

  it("are what docs/ATTACK-DETECTION.md says", async () => {
    await expect(document()).toMatchFileSnapshot("../../docs/ATTACK-DETECTION.md");
  });
});
