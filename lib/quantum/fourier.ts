/**
 * Fast Fourier transforms for exact products of whole numbers. The forward one leaves its values in bit-reversed order
 * and the backward one takes them so: no element is moved for order's sake. Complex values are pairs of doubles. Value b is that of the polynomial at
 * exp(2πi·r(b)/n), r reversing the bits of b.
 *
 * Each step splits polynomials modulo x^2h − w² into those modulo x^h − w and x^h + w. The roots w of the blocks of a
 * step, in order, are the beginning of one table for all steps and lengths: exp(πi·r), r the reversed bits of the
 * block's number as a fraction.
 */
interface Roots {
  readonly cosines: Float64Array;
  readonly sines: Float64Array;
}

/** Blocks of so many values fit in the fastest caches: they are finished one after the other. */
const cached = 4096;

let roots: Roots = { cosines: Float64Array.of(1), sines: Float64Array.of(0) };

/** At least `count` roots; grown once and kept, since they are public. */
function rootsFor(count: number): Roots {
  if (roots.cosines.length >= count) return roots;
  const cosines = new Float64Array(count);
  const sines = new Float64Array(count);
  const fractions = new Float64Array(count);
  for (let b = 0; b < count; b++) {
    const fraction = (fractions[b >> 1] as number) / 2 + (b & 1) / 2;
    fractions[b] = fraction;
    cosines[b] = Math.cos(Math.PI * fraction);
    sines[b] = Math.sin(Math.PI * fraction);
  }
  roots = { cosines, sines };
  return roots;
}

/** In place and unscaled, for a power of two of complex values. */
function transformForward(data: Float64Array): void {
  split(data, 0, data.length >> 1, 0, rootsFor(Math.max(2, data.length >> 2)));
}

/** Takes back `transformForward`, but for a factor of the number of values. */
function transformBackward(data: Float64Array): void {
  join(data, 0, data.length >> 1, 0, rootsFor(Math.max(2, data.length >> 2)));
}

function split(data: Float64Array, start: number, length: number, block: number, table: Roots): void {
  if (length > cached) {
    const quarter = length >> 2;
    splitInFour(data, start, quarter, block, 1, table);
    for (let part = 0; part < 4; part++)
      split(data, start + part * quarter, quarter, 4 * block + part, table);
    return;
  }
  let [quarter, first, blocks] = [length >> 2, block, 1];
  for (; quarter >= 1; quarter >>= 2, first *= 4, blocks *= 4)
    splitInFour(data, start, quarter, first, blocks, table);
  if (2 * blocks === length) splitInTwo(data, start, first, blocks, table);
}

function join(data: Float64Array, start: number, length: number, block: number, table: Roots): void {
  if (length > cached) {
    const quarter = length >> 2;
    for (let part = 0; part < 4; part++) join(data, start + part * quarter, quarter, 4 * block + part, table);
    joinFour(data, start, quarter, block, 1, table);
    return;
  }
  const odd = (31 - Math.clz32(length)) & 1;
  if (odd) joinTwo(data, start, block * (length >> 1), length >> 1, table);
  for (let quarter = 1 << odd; 4 * quarter <= length; quarter *= 4) {
    const blocks = length / (4 * quarter);
    joinFour(data, start, quarter, block * blocks, blocks, table);
  }
}

/** One step for `blocks` blocks of two values, the first of them number `firstBlock` of its step. */
function splitInTwo(
  data: Float64Array,
  start: number,
  firstBlock: number,
  blocks: number,
  { cosines, sines }: Roots,
) {
  for (let i = 0, at = 2 * start; i < blocks; i++, at += 4) {
    const c = cosines[firstBlock + i] as number;
    const s = sines[firstBlock + i] as number;
    const highRe = data[at + 2] as number;
    const highIm = data[at + 3] as number;
    const turnedRe = highRe * c - highIm * s;
    const turnedIm = highRe * s + highIm * c;
    const lowRe = data[at] as number;
    const lowIm = data[at + 1] as number;
    data[at] = lowRe + turnedRe;
    data[at + 1] = lowIm + turnedIm;
    data[at + 2] = lowRe - turnedRe;
    data[at + 3] = lowIm - turnedIm;
  }
}

/** Takes back `splitInTwo`, but for a factor of 2. */
function joinTwo(
  data: Float64Array,
  start: number,
  firstBlock: number,
  blocks: number,
  { cosines, sines }: Roots,
) {
  for (let i = 0, at = 2 * start; i < blocks; i++, at += 4) {
    const c = cosines[firstBlock + i] as number;
    const s = sines[firstBlock + i] as number;
    const lowRe = data[at] as number;
    const lowIm = data[at + 1] as number;
    const highRe = data[at + 2] as number;
    const highIm = data[at + 3] as number;
    data[at] = lowRe + highRe;
    data[at + 1] = lowIm + highIm;
    data[at + 2] = (lowRe - highRe) * c + (lowIm - highIm) * s;
    data[at + 3] = (lowIm - highIm) * c - (lowRe - highRe) * s;
  }
}

/** Two steps at once for `blocks` blocks of 4·quarter values, the first of them number `firstBlock` of its step. */
function splitInFour(
  data: Float64Array,
  start: number,
  quarter: number,
  firstBlock: number,
  blocks: number,
  { cosines, sines }: Roots,
): void {
  const step = 2 * quarter;
  for (let i = 0, at = 2 * start; i < blocks; i++, at += 8 * quarter) {
    const block = firstBlock + i;
    const c1 = cosines[block] as number;
    const s1 = sines[block] as number;
    const c2 = cosines[2 * block] as number;
    const s2 = sines[2 * block] as number;
    const c3 = c1 * c2 - s1 * s2;
    const s3 = c1 * s2 + s1 * c2;
    for (let a = at; a < at + step; a += 2) {
      const b = a + step;
      const c = b + step;
      const d = c + step;
      const bRe = data[b] as number;
      const bIm = data[b + 1] as number;
      const cRe = data[c] as number;
      const cIm = data[c + 1] as number;
      const dRe = data[d] as number;
      const dIm = data[d + 1] as number;
      const tbRe = bRe * c2 - bIm * s2;
      const tbIm = bRe * s2 + bIm * c2;
      const tcRe = cRe * c1 - cIm * s1;
      const tcIm = cRe * s1 + cIm * c1;
      const tdRe = dRe * c3 - dIm * s3;
      const tdIm = dRe * s3 + dIm * c3;
      const sumRe = (data[a] as number) + tcRe;
      const sumIm = (data[a + 1] as number) + tcIm;
      const differenceRe = (data[a] as number) - tcRe;
      const differenceIm = (data[a + 1] as number) - tcIm;
      data[a] = sumRe + (tbRe + tdRe);
      data[a + 1] = sumIm + (tbIm + tdIm);
      data[b] = sumRe - (tbRe + tdRe);
      data[b + 1] = sumIm - (tbIm + tdIm);
      data[c] = differenceRe - (tbIm - tdIm);
      data[c + 1] = differenceIm + (tbRe - tdRe);
      data[d] = differenceRe + (tbIm - tdIm);
      data[d + 1] = differenceIm - (tbRe - tdRe);
    }
  }
}

/** Takes back `splitInFour`, but for a factor of 4. */
function joinFour(
  data: Float64Array,
  start: number,
  quarter: number,
  firstBlock: number,
  blocks: number,
  { cosines, sines }: Roots,
): void {
  const step = 2 * quarter;
  for (let i = 0, at = 2 * start; i < blocks; i++, at += 8 * quarter) {
    const block = firstBlock + i;
    const c1 = cosines[block] as number;
    const s1 = sines[block] as number;
    const c2 = cosines[2 * block] as number;
    const s2 = sines[2 * block] as number;
    const c3 = c1 * c2 - s1 * s2;
    const s3 = c1 * s2 + s1 * c2;
    for (let a = at; a < at + step; a += 2) {
      const b = a + step;
      const c = b + step;
      const d = c + step;
      const aRe = data[a] as number;
      const aIm = data[a + 1] as number;
      const bRe = data[b] as number;
      const bIm = data[b + 1] as number;
      const cRe = data[c] as number;
      const cIm = data[c + 1] as number;
      const dRe = data[d] as number;
      const dIm = data[d + 1] as number;
      const leftRe = aRe + bRe;
      const leftIm = aIm + bIm;
      const rightRe = cRe + dRe;
      const rightIm = cIm + dIm;
      const leftTurnRe = aRe - bRe;
      const leftTurnIm = aIm - bIm;
      // −i·(c − d)
      const rightTurnRe = cIm - dIm;
      const rightTurnIm = dRe - cRe;
      data[a] = leftRe + rightRe;
      data[a + 1] = leftIm + rightIm;
      const tbRe = leftTurnRe + rightTurnRe;
      const tbIm = leftTurnIm + rightTurnIm;
      data[b] = tbRe * c2 + tbIm * s2;
      data[b + 1] = tbIm * c2 - tbRe * s2;
      const tcRe = leftRe - rightRe;
      const tcIm = leftIm - rightIm;
      data[c] = tcRe * c1 + tcIm * s1;
      data[c + 1] = tcIm * c1 - tcRe * s1;
      const tdRe = leftTurnRe - rightTurnRe;
      const tdIm = leftTurnIm - rightTurnIm;
      data[d] = tdRe * c3 + tdIm * s3;
      data[d + 1] = tdIm * c3 - tdRe * s3;
    }
  }
}

/**
 * Cyclic convolution of two real sequences of a power-of-two length from 4. The result, times half the length, is left
 * in the first; the second is spoilt. Even and odd elements are the real and imaginary parts of half as many values.
 */
export function convolveReal(data: Float64Array, other: Float64Array): void {
  transformForward(data);
  transformForward(other);
  multiplySpectra(data, other, rootsFor(data.length >> 2));
  transformBackward(data);
}

/**
 * With the even part E and the odd part O of each: E·E' + ω²·O·O' and E·O' + O·E'. In bit-reversed order the
 * frequencies k and −k lie mirrored in each run from h to 2h − 1.
 */
function multiplySpectra(x: Float64Array, y: Float64Array, { cosines, sines }: Roots): void {
  const length = x.length >> 1;
  for (let run = 0; run < length; run = run === 0 ? 1 : 2 * run) {
    for (let k = run, mirror = run === 0 ? 0 : 2 * run - 1; k <= mirror; k++, mirror--) {
      const [p, q] = [2 * k, 2 * mirror];
      const ar = x[p] as number;
      const ai = x[p + 1] as number;
      const br = x[q] as number;
      const bi = x[q + 1] as number;
      const cr = y[p] as number;
      const ci = y[p + 1] as number;
      const dr = y[q] as number;
      const di = y[q + 1] as number;
      const [evenRe, evenIm, oddRe, oddIm] = [ar + br, ai - bi, ai + bi, br - ar];
      const [fRe, fIm, gRe, gIm] = [(cr + dr) / 4, (ci - di) / 4, (ci + di) / 4, (dr - cr) / 4];
      const sign = k & 1 ? -1 : 1;
      const wRe = sign * (cosines[k >> 1] as number);
      const wIm = sign * (sines[k >> 1] as number);
      const oddsRe = oddRe * gRe - oddIm * gIm;
      const oddsIm = oddRe * gIm + oddIm * gRe;
      const eRe = evenRe * fRe - evenIm * fIm + oddsRe * wRe - oddsIm * wIm;
      const eIm = evenRe * fIm + evenIm * fRe + oddsRe * wIm + oddsIm * wRe;
      const oRe = evenRe * gRe - evenIm * gIm + oddRe * fRe - oddIm * fIm;
      const oIm = evenRe * gIm + evenIm * gRe + oddRe * fIm + oddIm * fRe;
      x[p] = eRe - oIm;
      x[p + 1] = eIm + oRe;
      x[q] = eRe + oIm;
      x[q + 1] = oRe - eIm;
    }
  }
}
