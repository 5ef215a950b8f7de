import { QuantumParameterError } from "./errors.ts";

/** Exponents q of Mersenne primes 2^q − 1 in the range of sifted blocks. */
const exponents = [
  2203, 4423, 11213, 21701, 44497, 86243, 110503, 132049, 216091, 756839, 859433, 1257787, 1398269, 2976221,
  3021377, 6972593,
] as const;

/** The smallest known q with 2^q − 1 prime and `bits` ≤ q − 1. @throws QuantumParameterError beyond 6,972,592 bits. */
export function mersenneExponentFor(bits: number): number {
  const exponent = exponents.find((q) => bits <= q - 1);
  if (exponent === undefined) throw new QuantumParameterError("bits of a block", bits, "at most 6972592");
  return exponent;
}
