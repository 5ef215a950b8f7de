/** Processor seconds that `work` takes, of all threads of this process: load of other programs counts less than by the clock. */
export function processorSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** The least of several runs: what disturbs a run only ever adds to it. */
export function leastProcessorSeconds(runs: number, work: () => void): number {
  return Math.min(...Array.from({ length: runs }, () => processorSeconds(work)));
}
