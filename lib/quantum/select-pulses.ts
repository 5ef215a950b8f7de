import type { Bytes } from "../shared/bytes.ts";
import { BitCollector, type PulseSettings } from "./pulse-planes.ts";

/** The bits of a packed plane where `mask` is one, moved together. */
export function selectBits(
  plane: Uint8Array,
  mask: Uint8Array,
): { readonly length: number; readonly bits: Bytes } {
  const collector = new BitCollector();
  collector.append(plane, mask);
  return { length: collector.length, bits: collector.take() };
}

/** The settings of the pulses where `mask` is one. */
export function selectPulses(settings: PulseSettings, mask: Uint8Array): PulseSettings {
  const basis = selectBits(settings.basis, mask);
  return {
    length: basis.length,
    basis: basis.bits,
    decoy: selectBits(settings.decoy, mask).bits,
    vacuum: selectBits(settings.vacuum, mask).bits,
  };
}
