import {
  type AsymptoticLink,
  bisect,
  errorThreshold,
  infiniteDecoyRate,
  noDecoyRate,
  optimalMean,
  repeaterlessBound,
} from "../../../lib/quantum/asymptotic-rate.ts";
import { evaluateLim, type LimLink } from "../../../lib/quantum/lim-model.ts";
import { slantRangeKm, spaceLoss } from "../../../lib/quantum/space-loss.ts";
import { miciusTerminal } from "../../../lib/quantum/space-terminal.ts";

/** One figure of a paper beside ours. */
export interface Figure {
  readonly quantity: string;
  readonly published: number;
  readonly ours: number;
  /** How far ours may be off: as a share of the published figure, or in its own unit. */
  readonly tolerance: { readonly relative: number } | { readonly absolute: number };
  /** Significant digits shown of ours. */
  readonly digits: number;
}

export interface FigureTable {
  readonly title: string;
  readonly source: string;
  readonly figures: readonly Figure[];
}

/** Gobby, Yuan, Shields 2004, as used by Ma et al. 2005. */
const gys: AsymptoticLink = {
  lengthKm: 0,
  lossDbPerKm: 0.21,
  receiverEfficiency: 0.045,
  backgroundYield: 1.7e-6,
  misalignment: 0.033,
  reconciliationEfficiency: 1.22,
  siftingFactor: 0.5,
};
const gysAt = (lengthKm: number): AsymptoticLink => ({ ...gys, lengthKm });

function gysFigures(): FigureTable {
  const mean = optimalMean(0.033, 1.22);
  const rateAt = (lengthKm: number): number => infiniteDecoyRate(gysAt(lengthKm), mean);
  const means = Array.from({ length: 4000 }, (_, i) => (i + 1) * 1e-5);
  const noDecoyReach = bisect(
    (lengthKm) => Math.max(...means.map((each) => noDecoyRate(gysAt(lengthKm), each))),
    0,
    100,
  );
  return {
    title: "The GYS experiment with infinitely many decoys",
    source:
      "Ma, Qi, Zhao, Lo 2005 (quant-ph/0503005): 0.21 dB/km, e_d 3.3 %, Y0 1.7e-6, η_Bob 0.045, f 1.22, q ½.",
    figures: [
      {
        quantity: "best μ at f 1.22",
        published: 0.4789,
        ours: mean,
        tolerance: { absolute: 0.001 },
        digits: 5,
      },
      {
        quantity: "best μ at f 1",
        published: 0.5441,
        ours: optimalMean(0.033, 1),
        tolerance: { absolute: 0.001 },
        digits: 5,
      },
      {
        quantity: "reach, km",
        published: 142.05,
        ours: bisect(rateAt, 0, 300),
        tolerance: { absolute: 0.2 },
        digits: 6,
      },
      {
        quantity: "secret bits per pulse at 0 km",
        published: 2.5546e-3,
        ours: rateAt(0),
        tolerance: { relative: 2e-3 },
        digits: 5,
      },
      {
        quantity: "secret bits per pulse at 100 km",
        published: 1.7184e-5,
        ours: rateAt(100),
        tolerance: { relative: 2e-3 },
        digits: 5,
      },
      {
        quantity: "reach without decoys, km",
        published: 40.5,
        ours: noDecoyReach,
        tolerance: { absolute: 0.5 },
        digits: 4,
      },
    ],
  };
}

function boundFigures(): FigureTable {
  const figures = (
    [
      [10, 0.152],
      [20, 0.0145],
      [30, 1.4434e-3],
      [40, 1.4428e-4],
    ] as const
  ).map(([lossDb, published]) => ({
    quantity: `secret bits per use at ${lossDb} dB, at most`,
    published,
    ours: repeaterlessBound(lossDb),
    tolerance: { relative: 1e-4 },
    digits: 5,
  }));
  return {
    title: "The repeaterless bound",
    source: "Pirandola, Laurenza, Ottaviani, Banchi 2017: −log2(1 − η).",
    figures,
  };
}

const limLink = (
  lengthKm: number,
  keyBits: number,
  [keyBasisProbability, p1, p2, mu1, mu2]: readonly [number, number, number, number, number],
): LimLink => ({
  lengthKm,
  keyBits,
  keyBasisProbability,
  intensityProbabilities: [p1, p2, 1 - p1 - p2],
  intensities: [mu1, mu2, 2e-4],
  lossDbPerKm: 0.2,
  receiverEfficiency: 0.1,
  darkCountProbability: 6e-7,
  afterpulseProbability: 4e-2,
  misalignment: 5e-3,
  reconciliationEfficiency: 1.16,
  epsilonSec: 1e-10,
  epsilonCor: 1e-15,
  deviation: "hoeffding",
});

function limFigures(): FigureTable {
  const rows = [
    [limLink(0, 1e6, [0.8, 0.21, 0.6, 0.46, 0.2]), [257671.6, 663835.66, 33152.592, 0.059482006, 189885.29]],
    [
      limLink(50, 1e7, [0.87, 0.42, 0.45, 0.43, 0.2]),
      [2635252.8, 6471102.8, 115385.42, 0.052643579, 1910276.2],
    ],
    [
      limLink(100, 1e9, [0.94, 0.76, 0.18, 0.45, 0.17]),
      [248427164.1, 615647000, 2135523, 0.047209943, 199110280],
    ],
  ] as const;
  const names = ["ℓ before the floor", "s_X1", "s_Z1", "φ_X", "λ_EC"];
  const figures = rows.flatMap(([link, published]) => {
    const { estimate, leakedBits, secretBits } = evaluateLim(link);
    const { singlePhotonBits, singlePhotonTestBits, phaseError } = estimate;
    return [secretBits, singlePhotonBits, singlePhotonTestBits, phaseError, leakedBits].map((ours, i) => ({
      quantity: `${link.lengthKm} km, n_X ${link.keyBits.toExponential()}: ${names[i]}`,
      published: published[i] as number,
      ours,
      tolerance: { relative: 1e-6 },
      digits: 8,
    }));
  });
  return {
    title: "Finite-key bounds with two decoys",
    source:
      "Lim, Curty, Walenta, Xu, Zbinden 2014 (PRA 89 022307) with expected counts and Hoeffding deviations: η_Bob 10 %, p_dc 6e-7, p_ap 4e-2, μ3 2e-4, e_mis 5e-3, f 1.16, 0.2 dB/km, ε_sec 1e-10, ε_cor 1e-15.",
    figures,
  };
}

function thresholdFigures(): FigureTable {
  const figures = (
    [
      [1, 11.003],
      [1.16, 9.811],
      [1.22, 9.424],
    ] as const
  ).map(([efficiency, published]) => ({
    quantity: `error rate at f ${efficiency}, %`,
    published,
    ours: 100 * errorThreshold(efficiency),
    tolerance: { absolute: 1e-3 },
    digits: 5,
  }));
  return {
    title: "The error rate that leaves no key",
    source: "The zero of 1 − h(e) − f·h(e). Our links do not use it: they stop where ℓ ≤ 0.",
    figures,
  };
}

function spaceFigures(): FigureTable {
  const ranges = (
    [
      [10, 1694.6],
      [20, 1192.8],
      [30, 909.4],
      [45, 683.1],
      [60, 570.5],
    ] as const
  ).map(([elevation, published]) => ({
    quantity: `slant range at ${elevation}°, orbit of 500 km, km`,
    published,
    ours: slantRangeKm(elevation, 500),
    tolerance: { absolute: 0.1 },
    digits: 5,
  }));
  const far = spaceLoss(miciusTerminal, 1200, 25);
  return {
    title: "A satellite's link",
    source: "Geometry over a round Earth; Micius at 1200 km by Liao et al. 2017 (Nature 549, 43).",
    figures: [
      ...ranges,
      {
        quantity: "Micius at 1200 km: diffraction, dB",
        published: 22,
        ours: far.diffractionDb,
        tolerance: { absolute: 1 },
        digits: 4,
      },
      {
        quantity: "Micius at 1200 km: atmosphere (3 to 8), dB",
        published: 5.5,
        ours: far.atmosphereDb,
        tolerance: { absolute: 2.5 },
        digits: 3,
      },
      {
        quantity: "Micius at 1200 km: pointing (below 3), dB",
        published: 1.5,
        ours: far.pointingDb,
        tolerance: { absolute: 1.5 },
        digits: 3,
      },
    ],
  };
}

export function publishedFigures(): readonly FigureTable[] {
  return [gysFigures(), boundFigures(), limFigures(), thresholdFigures(), spaceFigures()];
}

/** Distance from the published figure, as a share of what is tolerated: 1 is just tolerated. */
export function shareOfTolerance({ published, ours, tolerance }: Figure): number {
  const allowed = "relative" in tolerance ? tolerance.relative * Math.abs(published) : tolerance.absolute;
  return Math.abs(ours - published) / allowed;
}
