import { authenticationBytesNeeded, type BlockOrder, createBlockJob } from "../../../quantum/block-job.ts";
import { siftedTargets } from "../../../quantum/block-order.ts";
import type { BlockReport } from "../../../quantum/block-result.ts";
import { QuantumParameterError } from "../../../quantum/errors.ts";
import { expectedBlock } from "../../../quantum/expected-block.ts";
import { createSeededRandom, createSystemRandom } from "../../../quantum/random.ts";
import type { CommandOptions } from "./options.ts";
import { printTable } from "./table.ts";

interface SimulatedBlock extends BlockReport {
  /** Both ends hold the same key; false when the block gave none. */
  readonly keysEqual: boolean;
  /** Processor time of all stages at both ends. */
  readonly processorSeconds: number;
}

/** Runs blocks and prints the statistics of every stage; exit status 3 when any block gave no key. */
export function printSimulation(options: CommandOptions, print: (line: string) => void): number {
  const order = orderOf(options);
  const random =
    options.seed === undefined ? createSystemRandom() : createSeededRandom(seedBytes(options.seed));
  const reports: SimulatedBlock[] = [];
  for (let block = 0; block < options.blocks; block++) {
    const report = simulate(order, random);
    reports.push(report);
    if (!options.json) printBlock(print, block + 1, report);
  }
  const failed = reports.filter(({ aborted }) => aborted !== null).length;
  const total = totals(reports);
  if (options.json) print(JSON.stringify({ parameters: order.parameters, blocks: reports, total }));
  else printTable(print, `All ${reports.length} blocks`, total);
  return failed > 0 ? 3 : 0;
}

function orderOf(options: CommandOptions): BlockOrder {
  const { parameters, condition, siftedBits, epsilonSec, epsilonCor } = options;
  const { reconciliation, amplification } = options;
  // By the option's name; `rate` has no such limit.
  const [least, most] = siftedTargets;
  if (siftedBits > most)
    throw new QuantumParameterError("siftedBits", siftedBits, `from ${least} to ${most}`);
  const expected = expectedBlock(parameters, {
    siftedBits,
    epsilonSec,
    epsilonCor,
    reconciliationEfficiency: 1.1,
  });
  const maxPulses = Math.min(2 ** 50, Math.ceil(3 * expected.pulses));
  return {
    parameters,
    condition,
    siftedTarget: siftedBits,
    maxPulses,
    epsilonSec,
    epsilonCor,
    reconciliation,
    amplification,
  };
}

function simulate(order: BlockOrder, random: ReturnType<typeof createSystemRandom>): SimulatedBlock {
  const shared = random.bytes(authenticationBytesNeeded(order.siftedTarget));
  const before = process.cpuUsage();
  const { report, aliceKey, bobKey } = createBlockJob(order, {
    random,
    aliceAuthentication: shared.slice(),
    bobAuthentication: shared.slice(),
  }).result();
  const { user, system } = process.cpuUsage(before);
  const keysEqual = aliceKey !== undefined && bobKey !== undefined && Buffer.compare(aliceKey, bobKey) === 0;
  aliceKey?.fill(0);
  bobKey?.fill(0);
  return { ...report, keysEqual, processorSeconds: (user + system) / 1e6 };
}

function printBlock(print: (line: string) => void, number: number, report: SimulatedBlock): void {
  printTable(print, `Block ${number}`, {
    pulses: report.pulses,
    "simulated seconds": report.simulatedSeconds,
    detections: report.detections,
    "gains, signal/decoy/vacuum": report.observedGains.map((gain) => gain.toExponential(3)).join("  "),
    "gains expected": report.expectedGains.map((gain) => gain.toExponential(3)).join("  "),
    "sifted key bits": report.siftedBits,
    "test bits": report.testBits,
    "error rate": report.qber,
    "error rate expected": report.expectedQber,
    "phase error, at most": report.phaseErrorBound,
    "reconciliation leak, bits": report.leakedBits,
    "reconciliation efficiency f": report.reconciliationEfficiency,
    "round trips": report.roundTrips,
    "secret bits": report.secretBits,
    "authentication bits spent": report.authenticationBits,
    "ε of the block": report.epsilon.total,
    "messages, bytes": `${report.messages}, ${report.messageBytes}`,
    reconciliation: report.reconciliation,
    hash: report.amplification,
    "ended early": report.aborted,
    "keys equal": report.keysEqual,
    "processor seconds": report.processorSeconds,
  });
}

function totals(reports: readonly SimulatedBlock[]) {
  const sum = (of: (report: SimulatedBlock) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  const [sifted, secret] = [sum((r) => r.siftedBits), sum((r) => r.secretBits)];
  return {
    blocks: reports.length,
    withoutKey: reports.filter(({ aborted }) => aborted !== null).length,
    siftedBits: sifted,
    secretBits: secret,
    secretBitsPerSimulatedSecond:
      secret /
      Math.max(
        1e-12,
        sum((r) => r.simulatedSeconds),
      ),
    meanQber: sum((r) => r.qber) / reports.length,
    epsilon: sum((r) => r.epsilon.total),
    siftedMbitPerProcessorSecond:
      sifted /
      1e6 /
      Math.max(
        1e-9,
        sum((r) => r.processorSeconds),
      ),
    seeded: reports.some(({ seeded }) => seeded),
  };
}

function seedBytes(seed: number): Uint8Array {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(0, seed);
  return bytes;
}
