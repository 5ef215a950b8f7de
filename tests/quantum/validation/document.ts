import type { Experiment } from "./experiments.ts";
import { type Figure, type FigureTable, shareOfTolerance } from "./published.ts";

function shown(value: number, digits: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e9)
    ? value.toExponential(digits - 1)
    : value.toPrecision(digits);
}

function toleranceOf({ tolerance }: Figure): string {
  if ("absolute" in tolerance) return `±${tolerance.absolute}`;
  return tolerance.relative >= 1e-3 ? `±${100 * tolerance.relative} %` : `±${tolerance.relative} of it`;
}

function figureSection({ title, source, figures }: FigureTable): string[] {
  return [
    `## ${title}`,
    "",
    source,
    "",
    "| figure | published | ours | tolerance | within |",
    "|---|---|---|---|---|",
    ...figures.map(
      (figure) =>
        `| ${figure.quantity} | ${figure.published} | ${shown(figure.ours, figure.digits)} | ${toleranceOf(figure)} | ${
          shareOfTolerance(figure) <= 1 ? "yes" : "NO"
        } |`,
    ),
    "",
  ];
}

function experimentRow({ quantity, analytic, measured, sigma }: Experiment): string {
  const off = (measured - analytic) / sigma;
  return `| ${quantity} | ${shown(analytic, 5)} | ${shown(measured, 5)} | ${off.toFixed(1)} |`;
}

/** docs/PHYSICS-VALIDATION.md, whole. */
export function validationDocument(
  tables: readonly FigureTable[],
  experiments: readonly Experiment[],
): string {
  return [
    "# Physics validation",
    "",
    "Every published figure that the quantum layer reproduces, beside ours. A test computes this page and fails when a",
    "figure is out of tolerance or when the page is not what it computes",
    "(`WRITE_PHYSICS_VALIDATION=1 npx vitest run tests/quantum/physics-validation.test.ts` writes it).",
    "",
    ...tables.flatMap(figureSection),
    "## Simulation against analysis",
    "",
    "Whole blocks of the bit-by-bit simulation, from seeds, against the analytic law; and forged messages against the",
    "bound of a shortened tag. The last column is the difference in standard deviations; a test asks for at most 3.",
    "In every block Alice's key equals Bob's.",
    "",
    "| quantity | analytic | simulated | σ |",
    "|---|---|---|---|",
    ...experiments.map(experimentRow),
    "",
    "## Curves",
    "",
    "Drawn from the same functions by `npm run quantum -- plots`.",
    "",
    "![Secret bits per pulse against distance, below the repeaterless bound](physics/rate-distance.svg)",
    "",
    "![Secret bits per sifted bit against the size of a block](physics/rate-block.svg)",
    "",
    "![Error rate against the tapped fraction of the pulses](physics/qber-tapped.svg)",
    "",
    "![Loss during a satellite's pass, and the key that the pass gives](physics/satellite-pass.svg)",
    "",
    "## What is not in the model",
    "",
    "Afterpulses are a background proportional to the rate of clicks, not a decay in time. Dead time is a factor on the",
    "rate: both detectors are blind after any click. The two detectors are equal, pulses have no jitter, and the source",
    "has no flaws: phases are random and no intensity depends on the one before. A link through a measuring hub is one",
    "decoy-state link over the sum of both spokes' losses; see the quantum layer's page for what that leaves out.",
    "",
  ].join("\n");
}
