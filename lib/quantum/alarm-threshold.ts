/**
 * The error rate above which a block is given up and an alarm raised: five standard deviations above what the
 * link was commissioned with, for a sample of this size. A quiet link passes it about once in 3.5 million blocks.
 */
export function qberAlarm(expected: number, sampleBits: number): number {
  if (sampleBits <= 0) return 0.5;
  const rate = Math.max(expected, 1e-4);
  return Math.min(0.5, rate + 5 * Math.sqrt((rate * (1 - rate)) / sampleBits));
}

/**
 * True when the clicks could be dark counts alone: within five standard deviations of them, and under a twentieth
 * of what the link should give.
 */
export function isDark(clicks: number, expectedDark: number, expectedClicks: number): boolean {
  return clicks <= expectedDark + 5 * Math.sqrt(expectedDark) + 5 && clicks < expectedClicks / 20;
}
