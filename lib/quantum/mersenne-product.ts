import { convolveReal } from "./fourier.ts";

/**
 * Digits of numbers modulo 2^q − 1 for products by a cyclic convolution: digit j holds the bits from ⌈qj/N⌉ up to
 * ⌈q(j+1)/N⌉ and is weighted with 2^(⌈qj/N⌉ − qj/N), so that what passes the top comes back at the bottom (Crandall,
 * Fagin 1994: discrete weighted transforms in an irrational base).
 */
interface DigitPlan {
  readonly q: number;
  readonly sizes: Uint8Array;
  readonly weights: Float64Array;
  /** What takes the weight and the transforms' factor off the result. */
  readonly unweights: Float64Array;
}

/**
 * Bits per digit on average. With N digits of weighted size below 2^13 the sums stay below N·2^26 ≤ 2^44 and their
 * rounding error (Brent, Percival, Zimmermann 2007, Theorem 5.1, with 3(log2 N + 2) operations each way) below 0.3 in
 * the worst case; digits of a random factor make it about 10^-5. It is checked at every digit all the same.
 */
const mostBitsPerDigit = 12;
const toleratedError = 0.25;

const plans = new Map<number, DigitPlan>();

function planFor(q: number): DigitPlan {
  const found = plans.get(q);
  if (found !== undefined) return found;
  let digits = 16;
  while (q / digits > mostBitsPerDigit) digits *= 2;
  const starts = Float64Array.from({ length: digits + 1 }, (_, j) => Math.ceil((q * j) / digits));
  const weights = new Float64Array(digits);
  const sizes = new Uint8Array(digits);
  for (let j = 0; j < digits; j++) {
    const start = starts[j] as number;
    sizes[j] = (starts[j + 1] as number) - start;
    // q·j is below 2^53 and the division by a power of two exact.
    weights[j] = 2 ** (start - (q * j) / digits);
  }
  const unweights = weights.map((weight) => 2 / digits / weight);
  const plan = { q, sizes, weights, unweights };
  if (plans.size >= 4) plans.clear();
  plans.set(q, plan);
  return plan;
}

let space = new Float64Array(0);

/** Room for three rows of digits, used again by every product and full of zeros between two. */
function workSpace(digits: number): [Float64Array, Float64Array, Float64Array] {
  if (space.length < 3 * digits) space = new Float64Array(3 * digits);
  return [
    space.subarray(0, digits),
    space.subarray(digits, 2 * digits),
    space.subarray(2 * digits, 3 * digits),
  ];
}

/** True where a product by transforms is exact and worthwhile for numbers of so many bytes. */
export function hasMersenneProduct(q: number): boolean {
  return q >= 1 << 13;
}

/**
 * The lowest `outputBytes` bytes of (a·x + b) mod 2^q − 1. Numbers are bytes, highest first, and stand for themselves
 * modulo 2^q − 1. Undefined in the case, never seen, that a rounding error is too large to be sure.
 */
export function mersenneProduct(
  q: number,
  a: Uint8Array,
  x: Uint8Array,
  b: Uint8Array,
  outputBytes: number,
): Uint8Array<ArrayBuffer> | undefined {
  const plan = planFor(q);
  const [product, other, added] = workSpace(plan.sizes.length);
  writeDigits(plan, a, product, plan.weights);
  writeDigits(plan, x, other, plan.weights);
  writeDigits(plan, b, added, undefined);
  convolveReal(product, other);
  const exact = settleDigits(plan, product, added);
  const output = exact ? lowestBytes(plan, product, outputBytes) : undefined;
  for (const digits of [product, other, added]) digits.fill(0);
  return output;
}

/** Writes the digits of a number of at most q bits, lowest first, each times its weight. */
function writeDigits(
  { sizes }: DigitPlan,
  bytes: Uint8Array,
  digits: Float64Array,
  weights: Float64Array | undefined,
): void {
  const padded = new Uint8Array(bytes.length + 4);
  padded.set(bytes, 4);
  const view = new DataView(padded.buffer);
  let j = 0;
  for (let bit = 0; j < digits.length && bit < 8 * bytes.length; j++) {
    const size = sizes[j] as number;
    // Four bytes from the one in which the digit begins hold all of it.
    const window = view.getUint32(bytes.length - (bit >>> 3)) >>> (bit & 7);
    const digit = window & ((1 << size) - 1);
    digits[j] = weights === undefined ? digit : digit * (weights[j] as number);
    bit += size;
  }
  digits.fill(0, j);
  padded.fill(0);
}

/** Rounds, adds and carries until every digit has its size; false when a value is too far from a whole number. */
function settleDigits({ sizes, unweights }: DigitPlan, product: Float64Array, added: Float64Array): boolean {
  let worst = 0;
  let carry = 0;
  for (let j = 0; j < product.length; j++) {
    const value = (product[j] as number) * (unweights[j] as number);
    const whole = Math.floor(value + 0.5);
    const error = Math.abs(value - whole);
    if (error > worst) worst = error;
    const total = whole + (added[j] as number) + carry;
    const scale = 1 << (sizes[j] as number);
    carry = Math.floor(total / scale);
    product[j] = total - carry * scale;
  }
  // 2^q is 1: what passes the top is added at the bottom.
  for (let j = 0; carry !== 0; j = (j + 1) % product.length) {
    const total = (product[j] as number) + carry;
    const scale = 1 << (sizes[j] as number);
    carry = Math.floor(total / scale);
    product[j] = total - carry * scale;
  }
  if (product.every((digit, j) => digit === (1 << (sizes[j] as number)) - 1)) product.fill(0);
  return worst < toleratedError;
}

function lowestBytes({ sizes }: DigitPlan, digits: Float64Array, length: number): Uint8Array<ArrayBuffer> {
  const output = new Uint8Array(length);
  let held = 0;
  let bits = 0;
  let at = length;
  for (let j = 0; j < digits.length && at > 0; j++) {
    held |= (digits[j] as number) << bits;
    bits += sizes[j] as number;
    while (bits >= 8 && at > 0) {
      output[--at] = held;
      held >>>= 8;
      bits -= 8;
    }
  }
  if (at > 0) output[at - 1] = held;
  return output;
}
