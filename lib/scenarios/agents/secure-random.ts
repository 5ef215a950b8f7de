/** Uniform in [0, 1), 32 bits of it. */
export function secureRandom(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] as number) / 2 ** 32;
}
