import { readFileSync } from "node:fs";
import { VernamError } from "../../../shared/errors.ts";
import { readOptions, UsageError } from "./options.ts";
import { passUsage, printPasses } from "./pass.ts";
import { drawPlots } from "./plots.ts";
import { printRate } from "./rate.ts";
import { printSimulation } from "./simulate.ts";

export interface QuantumCliOptions {
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
  /** ms UTC: where the predictions of passes begin. */
  readonly now: () => number;
}

const usage = `Usage: npm run --silent quantum -- COMMAND [OPTIONS]

Commands
  rate       secret key rate of a link without end and for blocks of a size
  simulate   runs blocks bit by bit and prints what every stage did
  pass       next passes of the satellites and the key they would give
  plots      draws the curves of docs/PHYSICS-VALIDATION.md

The link (rate, simulate)
  --preset NAME                 metro, long-haul (default), ultra-low-loss or satellite
  --lengthKm N  --lossDb N      distance, and loss instead of that of the distance
  --clockHz N  --detectorEfficiency N  --darkCountProbability N
  --afterpulseProbability N  --deadTimeSeconds N  --misalignment N
  --keyBasisProbability N  --intensities A,B,C  --intensityProbabilities A,B,C
  --deviation NAME              chernoff or hoeffding
  --decoyStates N               2 (Lim 2014) or 1 (Rusca 2018)

The block
  --siftedBits N                key-basis bits of a block (default 1000000)
  --epsilonSec N  --epsilonCor N
  --reconciliationEfficiency N  f for rate (default 1.05)
  --reconciliation NAME         for simulate: cascade, cascade-original or ldpc
  --amplification NAME          for simulate: modular or toeplitz
  --blocks N                    for simulate (default 1)
  --seed N                      for simulate: the same block again; such key protects nothing
  --attack NAME  --fraction N   for simulate: an eavesdropper on a share of the pulses
  --cut  --addedLossDb N  --misalignmentAdded N

  --input FILE                  any of these by name, as JSON; - reads standard input

${passUsage}

All
  --json                        one JSON object on standard output
  --help

Exit status: 0 done, 1 a parameter is out of its range, 2 the command line is wrong, 3 a block gave no key.`;

/** Runs one command of the quantum layer's command line and answers the process's exit status. */
export function runQuantumCli(
  args: readonly string[],
  { print, printError, now }: QuantumCliOptions,
): number {
  try {
    const [command, ...rest] = args;
    if (command === undefined || command === "--help" || command === "help" || rest.includes("--help")) {
      print(usage);
      return command === undefined ? 2 : 0;
    }
    if (command === "pass") return printPasses(rest, print, now());
    if (command === "plots") return drawPlots(print);
    if (command !== "rate" && command !== "simulate") throw new UsageError(`there is no command ${command}`);
    const options = readOptions(rest, (path) => readFileSync(path === "-" ? 0 : path, "utf8"));
    return command === "rate" ? printRate(options, print) : printSimulation(options, print);
  } catch (error) {
    if (!(error instanceof VernamError)) throw error;
    printError(error.message);
    if (error.nextStep !== undefined) printError(error.nextStep);
    return error instanceof UsageError ? 2 : 1;
  }
}
