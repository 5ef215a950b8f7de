import { measureAmplification, measurePipeline } from "./quantum/chain.ts";
import { measureEvents } from "./quantum/events.ts";
import { measureNine } from "./quantum/nine-network.ts";
import { measureReconciliation } from "./quantum/reconciliation.ts";
import { report } from "./support/report.ts";

/** The quantum layer by processor time: stages alone, the whole chain, and the network of nine states. */
const metrics: Record<string, number> = {};
const log = (text: string): void => void process.stderr.write(`${text}\n`);

for (const [name, measure] of [
  ["chain", measurePipeline],
  ["amplification", measureAmplification],
  ["events", measureEvents],
  ["reconciliation", measureReconciliation],
] as const) {
  measure(metrics);
  log(`${name}: measured`);
}
await measureNine(metrics, log);
report("quantum", metrics);
process.exit(0);
