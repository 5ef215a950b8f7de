/** Bounds of what a link in order drifts by: its alarms must not mind. */
export const driftBounds = {
  /** dB above the fibre's own loss. */
  lossDb: 0.3,
  /** Error probability above the commissioned misalignment. */
  misalignment: 5e-4,
  /** Share of its range that the polarisation compensator uses. */
  compensatorUsed: 0.2,
} as const;

export interface Drift {
  readonly addedLossDb: number;
  readonly misalignmentAdded: number;
  readonly compensatorUsed: number;
}

/**
 * How a link in order drifts with temperature and wind: sums of slow sines (assumed periods of 4 to 90 minutes),
 * inside `driftBounds`. The source's intensities do not drift: a monitor of the sender holds them.
 *
 * @param phase 0..1, a link's own, so that no two links drift alike.
 * @param seconds of wall time.
 */
export function naturalDrift(phase: number, seconds: number): Drift {
  return {
    addedLossDb: driftBounds.lossDb * wave(phase, seconds, 5400, 700),
    misalignmentAdded: driftBounds.misalignment * wave(phase + 0.37, seconds, 2400, 260),
    compensatorUsed: driftBounds.compensatorUsed * wave(phase + 0.71, seconds, 3100, 240),
  };
}

/** From 0 to 1. */
function wave(phase: number, seconds: number, slow: number, fast: number): number {
  const turn = (period: number, share: number) => Math.sin(2 * Math.PI * (seconds / period + share));
  return 0.5 + 0.35 * turn(slow, phase) + 0.15 * turn(fast, 7 * phase);
}
