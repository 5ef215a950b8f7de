import type { Bytes } from "../shared/bytes.ts";
import { drawMultinomial } from "./binomial.ts";
import { packPlane } from "./bits.ts";
import type { ChannelCondition } from "./condition.ts";
import { type DetectionLaw, detectionLaw } from "./detection-law.ts";
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

/** The planes of an event in the channel: Alice's settings, Bob's basis, and whether his bit is wrong. */
const plane = { decoy: 0, vacuum: 1, aliceBasis: 2, bobBasis: 3, wrong: 4 } as const;

/**
 * The fibre with its light and its eavesdropper: the only thing besides classical messages that both ends touch.
 * Empty pulses are never made. The numbers of detections by intensity, photons (0, 1, more), both bases and outcome
 * come from their exact joint law; then the events follow in random order. Slots are not kept: an event's number in
 * the sequence of clicks stands for the slot that Bob would announce.
 */
export class QuantumChannel {
  readonly law: DetectionLaw;
  readonly #random: RandomSource;
  readonly #condition: ChannelCondition;
  readonly #labels: Uint8Array;
  readonly #probabilities: Float64Array;
  /** What no device knows: detections by intensity, photons, bases and outcome, for tests of the bounds. */
  readonly census: Float64Array;
  #pulses = 0;

  constructor(parameters: LinkParameters, condition: ChannelCondition, random: RandomSource) {
    this.#random = random;
    this.#condition = condition;
    this.law = detectionLaw(parameters, condition);
    const categories = categoriesOf(parameters, this.law);
    this.#labels = Uint8Array.from(categories, (category) => category.label);
    this.#probabilities = Float64Array.from(categories, (category) => category.probability);
    this.census = new Float64Array(categories.length);
  }

  /** Pulses sent so far, those in dead time included. */
  get pulses(): number {
    return this.#pulses;
  }

  /** Gates of `pulses` in which the detectors are not blind. */
  get liveGates(): number {
    return Math.floor(this.#pulses * this.law.liveFraction);
  }

  /** Sends `pulses` more pulses and returns the number of clicks. */
  transmit(pulses: number, alice: PulseSource, bob: PulseDetector): number {
    const before = this.liveGates;
    this.#pulses += pulses;
    const counts = drawMultinomial(this.#random, this.liveGates - before, this.#probabilities);
    const events = this.#eventsFor(counts);
    shuffle(events, this.#random);
    const length = events.length;
    const bits = alice.prepare({
      length,
      basis: packPlane(events, plane.aliceBasis),
      decoy: packPlane(events, plane.decoy),
      vacuum: packPlane(events, plane.vacuum),
    });
    const wrong = packPlane(events, plane.wrong);
    for (let i = 0; i < wrong.length; i++) bits[i] = (bits[i] as number) ^ (wrong[i] as number);
    const clicks = this.#registered({ length, basis: packPlane(events, plane.bobBasis), bits }, alice);
    bob.register(clicks);
    bob.sense(readingsUnder(this.#condition, this.#random));
    return clicks.length;
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

  #eventsFor(counts: Float64Array): Uint8Array<ArrayBuffer> {
    const events = new Uint8Array(counts.reduce((total, count) => total + count, 0));
    let at = 0;
    for (let category = 0; category < counts.length; category++) {
      const count = counts[category] as number;
      this.census[category] = (this.census[category] as number) + count;
      events.fill(this.#labels[category] as number, at, at + count);
      at += count;
    }
    return events;
  }
}

interface Category {
  readonly label: number;
  readonly probability: number;
}

/** In the order intensity, photons (vacuum, single, multi), Alice's basis, Bob's basis, outcome (right, wrong). */
function categoriesOf(parameters: LinkParameters, law: DetectionLaw): readonly Category[] {
  const bases = [parameters.keyBasisProbability, 1 - parameters.keyBasisProbability];
  return law.intensities.flatMap((intensity, k) =>
    [intensity.vacuum, intensity.single, intensity.multi].flatMap(({ click, error }) =>
      bases.flatMap((ofAlice, aliceBasis) =>
        bases.flatMap((ofBob, bobBasis) => {
          const weight = (parameters.intensityProbabilities[k] ?? 0) * ofAlice * ofBob;
          // In the other basis a photon is as likely to be seen as either bit.
          const wrongClick = aliceBasis === bobBasis ? error : click / 2;
          const label = k | (aliceBasis << plane.aliceBasis) | (bobBasis << plane.bobBasis);
          return [
            { label, probability: weight * (click - wrongClick) },
            { label: label | (1 << plane.wrong), probability: weight * wrongClick },
          ];
        }),
      ),
    ),
  );
}

/** Fisher and Yates, with indices by Lemire's multiplication (2019): every order is exactly as likely. */
function shuffle(events: Uint8Array, random: RandomSource): void {
  const words = new Uint32Array(8192);
  const bytes = new Uint8Array(words.buffer);
  let next = words.length;
  for (let range = events.length; range > 1; range--) {
    let index = 0;
    let rest = 0;
    do {
      if (next === words.length) {
        random.fill(bytes);
        next = 0;
      }
      const product = (words[next++] as number) * range;
      index = Math.floor(product / 0x100000000);
      rest = product - index * 0x100000000;
      // The remainder is only needed in the rare case that the draw may be one too many.
    } while (rest < range && rest < 0x100000000 % range);
    const held = events[range - 1] as number;
    events[range - 1] = events[index] as number;
    events[index] = held;
  }
}
