export type DataUnit = "bytes" | "kilobytes" | "megabytes";
export type RateUnit = "bitsPerSecond" | "kilobitsPerSecond" | "megabitsPerSecond";

/** An amount of key in the unit that keeps it short (decimal prefixes): which word, which number. */
export function dataQuantity(bytes: number): {
  readonly unit: DataUnit;
  readonly value: number;
  readonly digits: number;
} {
  if (Math.abs(bytes) < 10_000) return { unit: "bytes", value: Math.round(bytes), digits: 0 };
  if (Math.abs(bytes) < 1_000_000)
    return { unit: "kilobytes", value: bytes / 1000, digits: bytes < 100_000 ? 1 : 0 };
  return { unit: "megabytes", value: bytes / 1_000_000, digits: bytes < 100_000_000 ? 1 : 0 };
}

/** A rate in bit/s in the unit that keeps it short. */
export function rateQuantity(bits: number): {
  readonly unit: RateUnit;
  readonly value: number;
  readonly digits: number;
} {
  if (bits < 1000) return { unit: "bitsPerSecond", value: bits, digits: bits < 10 && bits > 0 ? 1 : 0 };
  if (bits < 1_000_000)
    return { unit: "kilobitsPerSecond", value: bits / 1000, digits: bits < 100_000 ? 1 : 0 };
  return { unit: "megabitsPerSecond", value: bits / 1_000_000, digits: 1 };
}
