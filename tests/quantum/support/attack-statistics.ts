import { probeSiftedBits } from "../../../lib/keys/links/block-plan.ts";
import { qberAlarm } from "../../../lib/quantum/alarm-threshold.ts";
import { computeBlock } from "../../../lib/quantum/attack/man-in-the-middle.ts";
import { drawBinomial } from "../../../lib/quantum/binomial.ts";
import type { BlockReport } from "../../../lib/quantum/block-result.ts";
import { type AttackModel, type ChannelCondition, undisturbed } from "../../../lib/quantum/condition.ts";
import { detectionLaw } from "../../../lib/quantum/detection-law.ts";
import { driftBounds, naturalDrift } from "../../../lib/quantum/drift.ts";
import { gatherEvidence } from "../../../lib/quantum/evidence.ts";
import { presetFor } from "../../../lib/quantum/parameters.ts";
import { createSeededRandom } from "../../../lib/quantum/random.ts";

/** What attacks and faults look like to the ends: the numbers of docs/ATTACK-DETECTION.md. */

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

export interface Power {
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

/** The rows of the first table. */
export const interceptPowers = (): readonly Power[] => [
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
      siftedTarget: probe ? probeSiftedBits : 100_000,
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

/** Splitting `fraction` of the pulses, seen in the ratio of decoy to signal clicks of so many sifted bits. */
export function splittingPower(link: number, fraction: number, siftedBits: number, draws: number) {
  const { parameters } = links[link]!;
  const { intensityProbabilities: p } = parameters;
  const law = detectionLaw(parameters, { ...undisturbed, ...attacked("photon-number-splitting", fraction) });
  const quiet = detectionLaw(parameters, undisturbed);
  const clicks = Math.round(siftedBits / parameters.keyBasisProbability ** 2);
  const shareOf = (k: 0 | 1) => (p[k] * law.intensities[k].click) / law.meanGain;
  const [signals, decoys] = [clicks * shareOf(0), clicks * shareOf(1)];
  const gates = clicks / law.meanGain;
  const evidenceOf = (s: number, d: number) =>
    gatherEvidence(
      { parameters, quiet, varying: false },
      {
        pulses: gates / law.liveFraction,
        detections: clicks,
        ones: clicks / 2,
        clicks: [s, d, clicks - s - d],
        photocurrentNanoamperes: 0,
        compensatorUsed: 0,
        qber: 0,
        comparedBits: 1,
      },
    ).decoyRatio;
  const { measured, expected, low } = evidenceOf(signals, decoys);
  const sigma = measured * Math.sqrt(1 / signals + 1 / decoys);
  const random = seeded(link + 10 * siftedBits + 1000 * fraction);
  let alarms = 0;
  for (let i = 0; i < draws; i++) {
    const s = drawBinomial(random, clicks, shareOf(0));
    const d = drawBinomial(random, clicks - s, shareOf(1) / (1 - shareOf(0)));
    if ((d * p[0]) / (s * p[1]) < low!) alarms++;
  }
  return {
    fraction,
    siftedBits,
    drop: 1 - measured / expected,
    limit: 1 - low! / expected,
    formula: normalBelow((low! - measured) / sigma),
    observed: alarms / draws,
  };
}

function splittingSection(): string[] {
  const rows = [0, 1].flatMap((link) =>
    [0, 0.05, 0.1, 0.2].flatMap((fraction) =>
      [20_000, 50_000, 100_000, 1_000_000].map((bits) => {
        const row = splittingPower(link, fraction, bits, 20_000);
        return `| ${links[link]!.name} | ${percent(fraction, 0)} | ${bits} | ${percent(Math.abs(row.drop), 2)} | ${percent(row.limit, 2)} | ${percent(row.formula, 2)} | ${percent(row.observed, 2)} |`;
      }),
    ),
  );
  return [
    "## Photon-number splitting against counted clicks",
    "",
    "The ratio of decoy to signal clicks falls. All announced clicks count, of both bases. The alarm stands five standard",
    "deviations and half a percent below the ratio that the link's click rate explains. On a short link few photons are",
    "lost, so the attack changes little there: a weak one is seen only in the larger counts of key blocks, and a probe may",
    "miss it. The key pays for it in every case, because the decoy bounds use the same counts.",
    "",
    "| link | p | sifted bits | ratio falls by | alarm at | detected, Gaussian formula | detected, 20,000 draws |",
    "|---|---|---|---|---|---|---|",
    ...rows,
    "",
  ];
}

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

export interface Seeds {
  readonly quiet: number;
  readonly disturbed: number;
  readonly keyBlocks: number;
}

/** Counts of findings by case and link; the link drifts within its bounds at a moment of its own in each. */
export const findingsTable = ({ quiet, disturbed }: Seeds) =>
  cases.map(({ name, change, right, weak = false }) => ({
    name,
    weak,
    right,
    counts: links.map((_, link) => {
      const seeds = Object.keys(change).length === 0 ? quiet : disturbed;
      const found = new Map<string, number>();
      for (let seed = 0; seed < seeds; seed++) {
        const drift = naturalDrift(link / 3 + seed / 89, 977 * seed);
        const report = block(link, { ...undisturbed, ...drift, ...change }, 1000 * link + seed);
        found.set(finding(report), (found.get(finding(report)) ?? 0) + 1);
      }
      return { seeds, found };
    }),
  }));

/** Findings in key blocks of quiet, drifting links. */
export const quietKeyBlocks = ({ keyBlocks }: Seeds) =>
  links.flatMap((_, link) =>
    Array.from({ length: keyBlocks }, (_, seed) => {
      const drift = naturalDrift(link / 3 + seed / 31, 3571 * seed);
      return finding(block(link, { ...undisturbed, ...drift }, 50_000 + 1000 * link + seed, false));
    }),
  );

/** The text of docs/ATTACK-DETECTION.md. */
export function attackDetectionDocument(seeds: Seeds): string {
  const quietFindings = quietKeyBlocks(seeds);
  const lines = [
    "# How surely an attack is seen",
    "",
    "Made by `tests/faults/attack-statistics.test.ts`, which fails when a number here changes (a long run:",
    "`npm run test:faults`). Alarms are decided from what Alice and Bob measure; no end ever learns what was switched on.",
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
    ...interceptPowers().map(
      (row) =>
        `| ${percent(row.fraction, 0)} | ${row.bits} | ${percent(row.allowance, 2)} | ${percent(row.formula, 2)} | ${percent(row.observed, 2)} | ${percent(1 - row.observed, 2)} | ${row.seeds} |`,
    ),
    "",
    ...splittingSection(),
    "## Probes of 50,000 sifted bits, the whole chain",
    "",
    "Found (seeds). A probe compares all its bits in the open; its key is never used.",
    "",
    `| what is done | right finding | ${links.map(({ name }) => name).join(" | ")} |`,
    `|---|---|${links.map(() => "---|").join("")}`,
    ...findingsTable(seeds).map(({ name, right, counts }) => {
      const cells = counts.map(({ found }) =>
        [...found].map(([what, times]) => `${what === right ? "right" : what} ${times}`).join(", "),
      );
      return `| ${name} | ${right} | ${cells.join(" | ")} |`;
    }),
    "",
    `Key blocks of 100,000 sifted bits on the same quiet links, ${seeds.keyBlocks} each: false alarms and warnings ${quietFindings.filter((found) => found !== "nothing").length}.`,
    "",
    "What this does not show: an attacker who makes light pulses that the current monitor averages away, who changes the",
    "sender's intensities, or who copies all readings. Pulsed blinding evaded such monitors in published tests.",
    "",
  ];
  return lines.join("\n");
}
