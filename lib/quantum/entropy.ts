/** Binary entropy in bits; 0 at both ends, and for arguments beyond them. */
export function binaryEntropy(probability: number): number {
  if (!(probability > 0 && probability < 1)) return 0;
  return -probability * Math.log2(probability) - (1 - probability) * Math.log2(1 - probability);
}
