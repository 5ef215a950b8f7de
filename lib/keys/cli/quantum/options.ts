import { parseArgs } from "node:util";
import { z } from "zod";
import type { AmplificationKind } from "../../../quantum/block-result.ts";
import type { ChannelCondition } from "../../../quantum/condition.ts";
import { attackModels, undisturbed } from "../../../quantum/condition.ts";
import { QuantumParameterError } from "../../../quantum/errors.ts";
import type { LinkParameters } from "../../../quantum/link-parameters.ts";
import { presetNamed } from "../../../quantum/link-presets.ts";
import { withOverrides } from "../../../quantum/parameters.ts";
import { type ReconciliationMethod, reconciliationMethods } from "../../../quantum/reconciliation.ts";
import { VernamError } from "../../../shared/errors.ts";

/** The command line itself is wrong; a parameter out of its range is a QuantumParameterError instead. */
export class UsageError extends VernamError {
  constructor(message: string) {
    super("quantum-cli.usage", message, { nextStep: "--help lists commands and options." });
  }
}

export interface CommandOptions {
  readonly parameters: LinkParameters;
  readonly condition: ChannelCondition;
  readonly siftedBits: number;
  readonly epsilonSec: number;
  readonly epsilonCor: number;
  readonly reconciliationEfficiency: number;
  readonly reconciliation: ReconciliationMethod;
  readonly amplification: AmplificationKind;
  readonly blocks: number;
  readonly seed: number | undefined;
  readonly json: boolean;
}

const numbers = [
  "lengthKm",
  "lossDb",
  "clockHz",
  "detectorEfficiency",
  "darkCountProbability",
  "afterpulseProbability",
  "deadTimeSeconds",
  "misalignment",
  "keyBasisProbability",
  "decoyStates",
  "siftedBits",
  "epsilonSec",
  "epsilonCor",
  "reconciliationEfficiency",
  "blocks",
  "seed",
  "fraction",
  "addedLossDb",
  "misalignmentAdded",
] as const;
const lists = ["intensities", "intensityProbabilities"] as const;
const words = ["preset", "deviation", "attack", "reconciliation", "amplification"] as const;
const ofLink = [...numbers.slice(2, 10), ...lists, "deviation"] as const;

type Values = Readonly<Record<string, number | string | boolean | readonly number[] | undefined>>;

const inputSchema = z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.array(z.number())]));

/**
 * Reads options, and the JSON they name, into a link and a block.
 * @throws UsageError for unknown options, QuantumParameterError naming a parameter out of its range.
 */
export function readOptions(args: readonly string[], read: (path: string) => string): CommandOptions {
  const given = parse(args);
  const values: Values = { ...readInput(given.input, read), ...given };
  const number = (name: (typeof numbers)[number]): number | undefined => numberOf(name, values[name]);
  const overrides: Record<string, unknown> = {};
  for (const name of ofLink) {
    if (values[name] !== undefined) overrides[name] = values[name];
  }
  const preset = presetNamed(String(values.preset ?? "long-haul"), number("lengthKm"), number("lossDb"));
  return {
    parameters: withOverrides(preset, overrides),
    condition: {
      ...undisturbed,
      attack: {
        model: oneOf("attack", values.attack ?? "none", attackModels),
        fraction: within("fraction", number("fraction") ?? 1, 0, 1),
      },
      cut: values.cut === true,
      addedLossDb: number("addedLossDb") ?? 0,
      misalignmentAdded: number("misalignmentAdded") ?? 0,
    },
    siftedBits: within("siftedBits", number("siftedBits") ?? 1e6, 1000, 1e15),
    epsilonSec: within("epsilonSec", number("epsilonSec") ?? 1e-15, 1e-30, 0.5),
    epsilonCor: within("epsilonCor", number("epsilonCor") ?? 1e-15, 1e-25, 0.5),
    reconciliationEfficiency: within(
      "reconciliationEfficiency",
      number("reconciliationEfficiency") ?? 1.05,
      1,
      5,
    ),
    reconciliation: oneOf("reconciliation", values.reconciliation ?? "cascade", reconciliationMethods),
    amplification: oneOf("amplification", values.amplification ?? "modular", [
      "modular",
      "toeplitz",
    ] as const),
    blocks: whole("blocks", number("blocks") ?? 1, 1, 10_000),
    seed: values.seed === undefined ? undefined : whole("seed", number("seed") ?? 0, 0, 2 ** 32 - 1),
    json: values.json === true,
  };
}

function parse(args: readonly string[]): Values {
  const flags = Object.fromEntries(["json", "cut"].map((name) => [name, { type: "boolean" as const }]));
  const texts = [...numbers, ...lists, ...words, "input"].map((name) => [name, { type: "string" as const }]);
  try {
    const { values } = parseArgs({
      args: normalised(args),
      options: { ...flags, ...Object.fromEntries(texts) },
      allowPositionals: false,
    });
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        typeof value === "string" ? typed(name, value) : value === true,
      ]),
    );
  } catch (error) {
    if (error instanceof VernamError) throw error;
    throw new UsageError(error instanceof Error ? error.message : "the options cannot be read");
  }
}

/** `--loss-db -3` as `--lossDb=-3`: names in either spelling, and values that begin with a dash. */
function normalised(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1);
    if (/^-[\d.]/.test(arg) && before?.startsWith("--") && !before.includes("=")) {
      joined[joined.length - 1] = `${before}=${arg}`;
    } else {
      joined.push(
        arg.replace(/^--[^=]+/, (name) =>
          name.replaceAll(/(?<=\w)-(\w)/g, (_, letter: string) => letter.toUpperCase()),
        ),
      );
    }
  }
  return joined;
}

/** A text as the number or the list that the option wants. */
function typed(name: string, text: string): number | string | readonly number[] {
  if ((numbers as readonly string[]).includes(name)) return numberOf(name, text) ?? Number.NaN;
  if ((lists as readonly string[]).includes(name))
    return text.split(",").map((part) => Number(part || "NaN"));
  return text;
}

function numberOf(name: string, value: Values[string]): number | undefined {
  if (value === undefined || typeof value === "number") return value;
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) throw new QuantumParameterError(name, value, "a number");
  return number;
}

function readInput(path: Values[string], read: (path: string) => string): Values {
  if (typeof path !== "string") return {};
  let json: unknown;
  try {
    json = JSON.parse(read(path));
  } catch {
    throw new UsageError(`${path} cannot be read as JSON`);
  }
  const parsed = inputSchema.safeParse(json);
  if (!parsed.success) throw new UsageError(`${path} must hold one object of parameters by name`);
  const known: readonly string[] = [...numbers, ...lists, ...words, "json", "cut"];
  for (const name of Object.keys(parsed.data)) {
    if (!known.includes(name)) throw new QuantumParameterError(name, "unknown", `one of ${known.join(", ")}`);
  }
  return parsed.data;
}

function oneOf<Word extends string>(name: string, value: Values[string], known: readonly Word[]): Word {
  const found = known.find((word) => word === value);
  if (found === undefined) throw new QuantumParameterError(name, value, `one of ${known.join(", ")}`);
  return found;
}

function within(name: string, value: number, low: number, high: number): number {
  if (!(value >= low && value <= high))
    throw new QuantumParameterError(name, value, `from ${low} to ${high}`);
  return value;
}

function whole(name: string, value: number, low: number, high: number): number {
  if (!Number.isInteger(value)) throw new QuantumParameterError(name, value, `whole, from ${low} to ${high}`);
  return within(name, value, low, high);
}
