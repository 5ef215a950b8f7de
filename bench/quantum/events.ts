import { undisturbed } from "../../lib/quantum/condition.ts";
import { presetFor } from "../../lib/quantum/parameters.ts";
import type { PulseSettings } from "../../lib/quantum/pulse-planes.ts";
import { QuantumChannel } from "../../lib/quantum/quantum-channel.ts";
import { createSystemRandom } from "../../lib/quantum/random.ts";
import type { Bytes } from "../../lib/shared/bytes.ts";
import { leastProcessorSeconds } from "./processor-time.ts";

/** Simulated seconds per processor second of an 80 MHz link over 50 km, 10 dB, η 0.2, every detection drawn. */
export function measureEvents(metrics: Record<string, number>): void {
  const random = createSystemRandom();
  const parameters = presetFor({ kind: "fibre", lengthKm: 50, lossDb: 10 });
  const channel = new QuantumChannel(parameters, undisturbed, random);
  const alice = {
    prepare: ({ length }: PulseSettings): Bytes => random.bytes((length + 7) >> 3),
    keep: (): void => undefined,
  };
  let clicks = 0;
  const bob = {
    register: ({ length }: { readonly length: number }): void => {
      clicks += length;
    },
    sense: (): void => undefined,
  };
  const simulatedSeconds = 4;
  const seconds = leastProcessorSeconds(5, () => {
    for (let part = 0; part < 8; part++)
      channel.transmit((parameters.clockHz * simulatedSeconds) / 8, alice, bob);
  });
  metrics.sim_realtime_factor_80mhz = simulatedSeconds / seconds;
  metrics.sim_clicks_per_simulated_s = clicks / (5 * simulatedSeconds);
  metrics.sim_mclicks_per_s = clicks / 5 / seconds / 1e6;
}
