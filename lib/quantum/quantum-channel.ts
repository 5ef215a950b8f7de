import type { Bytes } from "../shared/bytes.ts";
import { drawBinomial } from "./binomial.ts";
import { packPlanes } from "./bits.ts";
import type { ChannelCondition } from "./condition.ts";
import { type DetectionLaw, detectionLaw } from "./detection-law.ts";
import { drawEvents, type EventKind } from "./draw-events.ts";
import type { LinkParameters } from "./link-parameters.ts";
import { BitCollector, type Clicks, type PulseSettings, trimPlane } from "./pulse-planes.ts";
import type { RandomSource } from "./random.ts";
import { type ReceiverReadings, readingsUnder } from "./receiver-readings.ts";

export interface PulseSource {
  /** Alice prepares pulses with these settings and her own bits, which go into the light. She keeps both. */
  prepare(settings: PulseSettings): Bytes;
  /** Of the pulses last prepared only those where `mask` is one were detected: she forgets the others. */
  keep(mask: Uint8Array): void;
}

export interface PulseDetector {
  /** Bob's clicks in order. */
  register(clicks: Clicks): void;
  /** What the receiver's own instruments show while those clicks come in. */
  sense(readings: ReceiverReadings): void;
}

/** The planes of an event's code: Alice's settings, Bob's basis, whether his bit is wrong; above them its photons. */
const plane = { aliceBasis: 2, bobBasis: 3, wrong: 4, photons: 5 } as const;
const codes = 128;

/**
 * The fibre with its light and its eavesdropper: the only thing besides classical messages that both ends touch.
 * Empty pulses are never made. The number of clicks comes from its binomial law, then each click's intensity, photons
 * (0, 1, more), both bases and outcome from their exact joint law, given a click. Slots are not kept: an event's number
 * in the sequence of clicks stands for the slot that Bob would announce.
 */
export class QuantumChannel {
  readonly law: DetectionLaw;
  readonly #random: RandomSource;
  readonly #condition: ChannelCondition;
  readonly #kinds: readonly EventKind[];
  readonly #clickProbability: number;
  readonly #seen: Float64Array | undefined;
  #pulses = 0;

  /** `counted` only for a test that compares with the census: counting takes time. */
  constructor(
    parameters: LinkParameters,
    condition: ChannelCondition,
    random: RandomSource,
    counted = false,
  ) {
    this.#random = random;
    this.#condition = condition;
    this.law = detectionLaw(parameters, condition);
    this.#kinds = kindsOf(parameters, this.law);
    this.#seen = counted ? new Float64Array(codes) : undefined;
    this.#clickProbability = this.#kinds.reduce((sum, { probability }) => sum + probability, 0);
  }

  /** Pulses sent so far, those in dead time included. */
  get pulses(): number {
    return this.#pulses;
  }

  /** Gates of `pulses` in which the detectors are not blind. */
  get liveGates(): number {
    return Math.floor(this.#pulses * this.law.liveFraction);
  }

  /**
   * What no device knows, for tests of the bounds: detections by intensity, photons (0, 1, more), Alice's basis, Bob's
   * basis and outcome (right, wrong), the last changing first. Empty when they were not counted.
   */
  get census(): Float64Array {
    const seen = this.#seen;
    return seen === undefined
      ? new Float64Array(0)
      : Float64Array.from(this.#kinds, ({ code }) => seen[code] as number);
  }

  /** Sends `pulses` more pulses and returns the number of clicks. */
  transmit(pulses: number, alice: PulseSource, bob: PulseDetector): number {
    const before = this.liveGates;
    this.#pulses += pulses;
    const length = drawBinomial(this.#random, this.liveGates - before, this.#clickProbability);
    const events = drawEvents(this.#random, this.#kinds, length);
    this.#count(events);
    const [decoy, vacuum, aliceBasis, bobBasis, wrong] = packPlanes(events);
    const bits = alice.prepare({ length, basis: aliceBasis, decoy, vacuum });
    for (let i = 0; i < wrong.length; i++) bits[i] = (bits[i] as number) ^ (wrong[i] as number);
    const clicks = this.#registered({ length, basis: bobBasis, bits }, alice);
    bob.register(clicks);
    bob.sense(readingsUnder(this.#condition, this.#random));
    return clicks.length;
  }

  #count(events: Uint8Array): void {
    const seen = this.#seen;
    if (seen === undefined) return;
    for (const code of events) seen[code] = (seen[code] as number) + 1;
  }

  /** All clicks, unless the detector for bit 1 fails: then some of its clicks never happened. */
  #registered(clicks: Clicks, alice: PulseSource): Clicks {
    const { detectorLoss } = this.#condition;
    if (detectorLoss === 0) return clicks;
    const mask = clicks.bits.map((byte) => ~(byte & this.#randomMask(detectorLoss)));
    trimPlane(mask, clicks.length);
    alice.keep(mask);
    const collect = (of: Uint8Array) => {
      const collector = new BitCollector();
      collector.append(of, mask);
      return { length: collector.length, taken: collector.take() };
    };
    const bits = collect(clicks.bits);
    return { length: bits.length, basis: collect(clicks.basis).taken, bits: bits.taken };
  }

  /** Eight bits that are one with the given probability. */
  #randomMask(probability: number): number {
    if (probability >= 1) return 0xff;
    let byte = 0;
    for (let i = 0; i < 8; i++) byte = (byte << 1) | (this.#random.double() < probability ? 1 : 0);
    return byte;
  }
}

/** In the order of the census. */
function kindsOf(parameters: LinkParameters, law: DetectionLaw): readonly EventKind[] {
  const bases = [parameters.keyBasisProbability, 1 - parameters.keyBasisProbability];
  return law.intensities.flatMap((intensity, k) =>
    [intensity.vacuum, intensity.single, intensity.multi].flatMap(({ click, error }, photons) =>
      bases.flatMap((ofAlice, aliceBasis) =>
        bases.flatMap((ofBob, bobBasis) => {
          const weight = (parameters.intensityProbabilities[k] ?? 0) * ofAlice * ofBob;
          // In the other basis a photon is as likely to be seen as either bit.
          const wrongClick = aliceBasis === bobBasis ? error : click / 2;
          const settings = k | (aliceBasis << plane.aliceBasis) | (bobBasis << plane.bobBasis);
          const code = settings | (photons << plane.photons);
          return [
            { code, probability: weight * Math.max(0, click - wrongClick) },
            { code: code | (1 << plane.wrong), probability: weight * wrongClick },
          ];
        }),
      ),
    ),
  );
}
