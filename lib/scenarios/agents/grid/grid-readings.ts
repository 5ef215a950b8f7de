import type { TelemetryContent } from "../../../messenger/api/content.ts";
import { secureRandom } from "../secure-random.ts";
import type { BreakerPosition } from "./grid-record.ts";

/** The measured end of an interconnector, invented: frequency, voltage and power wander about their set points. */
export class GridReadings {
  #power = 850;

  /** One set of readings; power is nought while the breaker is open. */
  measure(source: string, breaker: BreakerPosition, now: number): TelemetryContent {
    this.#power = Math.min(1_200, Math.max(500, this.#power + (secureRandom() - 0.5) * 40));
    const power = breaker === "closed" ? Math.round(this.#power * 10) : 0;
    return {
      kind: "telemetry",
      source,
      measuredAt: now,
      readings: [
        {
          quantity: "frequency",
          mantissa: 50_000 + Math.round((secureRandom() - 0.5) * 60),
          scale: 3,
          unit: "Hz",
        },
        {
          quantity: "voltage",
          mantissa: 4_000 + Math.round((secureRandom() - 0.5) * 40),
          scale: 1,
          unit: "kV",
        },
        { quantity: "power", mantissa: power, scale: 1, unit: "MW" },
      ],
    };
  }
}
