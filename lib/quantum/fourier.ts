/** In-place complex fast Fourier transform of a power-of-two length, unscaled; `sign` −1 forward, +1 backward. */
export function transform(real: Float64Array, imaginary: Float64Array, sign: 1 | -1): void {
  const length = real.length;
  reorder(real, imaginary);
  for (let half = 1; half < length; half *= 2) {
    const cosines = new Float64Array(half);
    const sines = new Float64Array(half);
    for (let k = 0; k < half; k++) {
      cosines[k] = Math.cos((Math.PI * k) / half);
      sines[k] = sign * Math.sin((Math.PI * k) / half);
    }
    for (let start = 0; start < length; start += 2 * half) {
      for (let k = 0, low = start, high = start + half; k < half; k++, low++, high++) {
        const c = cosines[k] as number;
        const s = sines[k] as number;
        const re = real[high] as number;
        const im = imaginary[high] as number;
        const turnedRe = re * c - im * s;
        const turnedIm = re * s + im * c;
        const lowRe = real[low] as number;
        const lowIm = imaginary[low] as number;
        real[high] = lowRe - turnedRe;
        imaginary[high] = lowIm - turnedIm;
        real[low] = lowRe + turnedRe;
        imaginary[low] = lowIm + turnedIm;
      }
    }
  }
}

/** Bit-reversal permutation. */
function reorder(real: Float64Array, imaginary: Float64Array): void {
  const length = real.length;
  for (let i = 1, j = 0; i < length; i++) {
    let bit = length >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    const re = real[i] as number;
    const im = imaginary[i] as number;
    real[i] = real[j] as number;
    imaginary[i] = imaginary[j] as number;
    real[j] = re;
    imaginary[j] = im;
  }
}
