import { QuantumParameterError } from "./errors.ts";
import type { LinkParameters } from "./link-parameters.ts";
import { presetFor, presetOf } from "./parameters.ts";

const presetNames = ["metro", "long-haul", "ultra-low-loss", "satellite"] as const;
type PresetName = (typeof presetNames)[number];

interface LinkPreset {
  /** Typical loss of the fibre, dB/km; 0 where a distance says nothing. */
  readonly lossDbPerKm: number;
  readonly lossDb: number;
  readonly source: string;
}

/**
 * Named kinds of links: the devices (see devices.ts), the loss of their fibre, and where such figures were measured.
 * They are typical figures of the simulation, of no product.
 */
const linkPresets: Readonly<Record<PresetName, LinkPreset>> = {
  metro: {
    lossDbPerKm: 0.3,
    lossDb: 3,
    source:
      "1 GHz decoy BB84 with self-differencing diodes, as Lucamarini et al., Opt. Express 21, 24550 (2013); installed fibre with its splices",
  },
  "long-haul": {
    lossDbPerKm: 0.2,
    lossDb: 10,
    source:
      "gated InGaAs diodes, p_dc 6e-7, as in Lim et al., PRA 89, 022307 (2014); standard fibre at 1550 nm",
  },
  "ultra-low-loss": {
    lossDbPerKm: 0.16,
    lossDb: 32,
    source:
      "nanowire detectors and ultra-low-loss fibre, as Boaron et al., PRL 121, 190502 (2018), at a slower clock",
  },
  satellite: {
    lossDbPerKm: 0,
    lossDb: 32,
    source:
      "a low orbit seen by a telescope, as Liao et al., Nature 549, 43 (2017); one loss stands for a pass",
  },
};

/**
 * The devices of a named preset with a source tuned to the loss. Without `lossDb` the loss is that of the fibre's
 * length; without a length it is the preset's typical one.
 * @throws QuantumParameterError for an unknown name, a length that is not possible, or a loss above 45 dB.
 */
export function presetNamed(name: string, lengthKm?: number, lossDb?: number): LinkParameters {
  const known = presetNames.find((each) => each === name);
  if (known === undefined)
    throw new QuantumParameterError("preset", name, `one of ${presetNames.join(", ")}`);
  const preset = linkPresets[known];
  const byLength =
    lengthKm !== undefined && preset.lossDbPerKm > 0 ? lengthKm * preset.lossDbPerKm : preset.lossDb;
  const loss = lossDb ?? byLength;
  const length = lengthKm ?? (preset.lossDbPerKm > 0 ? Math.max(0, loss) / preset.lossDbPerKm : 500);
  if (known === "ultra-low-loss") return presetOf("lowLight", length, loss);
  const kinds = { metro: "metro-fibre", "long-haul": "fibre", satellite: "space" } as const;
  return presetFor({ kind: kinds[known], lengthKm: length, lossDb: loss });
}
