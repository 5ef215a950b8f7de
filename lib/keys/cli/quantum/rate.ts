import { repeaterlessBound } from "../../../quantum/asymptotic-rate.ts";
import { asymptoticSecretPerPulse, expectedBlock } from "../../../quantum/expected-block.ts";
import type { CommandOptions } from "./options.ts";
import { printTable } from "./table.ts";

/** Prints the secret key rate of an undisturbed link; exit status 0. */
export function printRate(options: CommandOptions, print: (line: string) => void): number {
  const { parameters, reconciliationEfficiency, epsilonSec, epsilonCor, siftedBits } = options;
  const asymptotic = asymptoticSecretPerPulse(parameters, reconciliationEfficiency);
  const block = expectedBlock(parameters, { siftedBits, epsilonSec, epsilonCor, reconciliationEfficiency });
  const secretBits = Math.max(0, Math.floor(block.secretBits));
  const seconds = block.pulses / parameters.clockHz;
  const result = {
    parameters,
    asymptotic: {
      secretBitsPerPulse: asymptotic,
      secretBitsPerSecond: asymptotic * parameters.clockHz,
    },
    finite: {
      siftedBits,
      epsilonSec,
      epsilonCor,
      secretBits,
      secretBitsPerPulse: secretBits / block.pulses,
      secretBitsPerSecond: secretBits / seconds,
      secondsPerBlock: seconds,
      qber: block.qber,
      vacuumBits: block.estimate.vacuumBits,
      singlePhotonBits: block.estimate.singlePhotonBits,
      phaseErrorBound: block.estimate.phaseError,
      leakedBits: block.leakedBits,
    },
    repeaterlessBoundPerPulse: repeaterlessBound(parameters.lossDb),
  };
  if (options.json) {
    print(JSON.stringify(result));
    return 0;
  }
  printTable(print, `Link of ${parameters.lengthKm.toFixed(1)} km, ${parameters.lossDb.toFixed(1)} dB`, {
    "secret bits per second, blocks without end": result.asymptotic.secretBitsPerSecond,
    "secret bits per pulse, blocks without end": asymptotic,
    "repeaterless bound per pulse": result.repeaterlessBoundPerPulse,
  });
  printTable(print, `Blocks of ${siftedBits} sifted bits`, { ...result.finite });
  return 0;
}
