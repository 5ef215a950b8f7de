import type { Bytes } from "../shared/bytes.ts";
import type { AmplificationKind } from "./block-result.ts";
import { QuantumMessageError } from "./errors.ts";
import { amplifyModular, drawModularSeed, modularSeedBytes } from "./modular-hash.ts";
import type { RandomSource } from "./random.ts";
import { amplifyToeplitz, drawToeplitzSeed, toeplitzSeedBytes } from "./toeplitz.ts";

/** Which hash turns reconciled key into secret key: packed bits in, packed bits out. */
export interface AmplificationChoice {
  readonly kind: AmplificationKind;
  readonly inputBits: number;
  /** A multiple of 8. */
  readonly outputBits: number;
}

/** Fresh for each block and announced only after sifting. */
export function drawAmplificationSeed(random: RandomSource, choice: AmplificationChoice): Bytes {
  return choice.kind === "modular"
    ? drawModularSeed(random, choice.inputBits)
    : drawToeplitzSeed(random, choice.inputBits, choice.outputBits);
}

/** @throws QuantumMessageError when the seed has the wrong length. */
export function amplify(choice: AmplificationChoice, key: Uint8Array, seed: Uint8Array): Bytes {
  const { kind, inputBits, outputBits } = choice;
  const wanted = kind === "modular" ? modularSeedBytes(inputBits) : toeplitzSeedBytes(inputBits, outputBits);
  if (seed.length !== wanted) throw new QuantumMessageError("amplification seed of the wrong length");
  return kind === "modular"
    ? amplifyModular(key, inputBits, outputBits, seed)
    : amplifyToeplitz(key, inputBits, outputBits, seed);
}
