import { type ChannelCondition, undisturbed } from "./condition.ts";
import { type DetectionLaw, detectionLaw } from "./detection-law.ts";
import { QuantumParameterError } from "./errors.ts";
import type { LinkParameters } from "./link-parameters.ts";
import { type PulseDetector, type PulseSource, QuantumChannel } from "./quantum-channel.ts";
import type { RandomSource } from "./random.ts";

/** A stretch of a satellite's pass in which loss and background hardly change. */
export interface ChannelSlice {
  readonly pulses: number;
  /** From the source to the detectors, dB. */
  readonly lossDb: number;
  /** Probability that light of the sky makes one detector click in one gate. */
  readonly backgroundProbability: number;
}

/** What the block job needs of a channel: the fibre's and a pass's are the same to both ends. */
export interface BlockChannel {
  readonly pulses: number;
  readonly liveGates: number;
  transmit(pulses: number, alice: PulseSource, bob: PulseDetector): number;
}

/**
 * A channel whose loss and background change along a pass: one fixed channel per slice, one after the other, with
 * every detection drawn. Both ends see one run of pulses, so the pass is one block.
 */
export class PassChannel implements BlockChannel {
  readonly #slices: readonly { readonly channel: QuantumChannel; readonly pulses: number }[];
  #current = 0;

  constructor(
    parameters: LinkParameters,
    slices: readonly ChannelSlice[],
    condition: ChannelCondition,
    random: RandomSource,
  ) {
    this.#slices = slices.map((slice) => ({
      channel: new QuantumChannel(inSlice(parameters, slice), condition, random),
      pulses: slice.pulses,
    }));
  }

  get pulses(): number {
    return this.#slices.reduce((sum, { channel }) => sum + channel.pulses, 0);
  }

  get liveGates(): number {
    return this.#slices.reduce((sum, { channel }) => sum + channel.liveGates, 0);
  }

  /** Sends at most `pulses` pulses, fewer at the end of a slice and none after the pass; answers the clicks. */
  transmit(pulses: number, alice: PulseSource, bob: PulseDetector): number {
    let slice = this.#slices[this.#current];
    while (slice !== undefined && slice.channel.pulses >= slice.pulses) slice = this.#slices[++this.#current];
    if (slice === undefined) return 0;
    return slice.channel.transmit(Math.min(pulses, slice.pulses - slice.channel.pulses), alice, bob);
  }
}

/** The devices with a slice's loss, and its background added to the dark counts. */
function inSlice(parameters: LinkParameters, slice: ChannelSlice): LinkParameters {
  const silent = (1 - parameters.darkCountProbability) * (1 - slice.backgroundProbability);
  return { ...parameters, lossDb: slice.lossDb, darkCountProbability: 1 - silent };
}

/** What an undisturbed pass shows on average: its slices' laws, weighted with their live gates. */
export function passLaw(parameters: LinkParameters, slices: readonly ChannelSlice[]): DetectionLaw {
  const laws = slices.map((slice) => ({
    pulses: slice.pulses,
    law: detectionLaw(inSlice(parameters, slice), undisturbed),
  }));
  const pulses = laws.reduce((sum, one) => sum + one.pulses, 0);
  const live = laws.reduce((sum, one) => sum + one.pulses * one.law.liveFraction, 0);
  const mean = (of: (law: DetectionLaw) => number) =>
    laws.reduce((sum, { pulses: sent, law }) => sum + (sent * law.liveFraction * of(law)) / live, 0);
  const click = (of: (law: DetectionLaw) => { readonly click: number; readonly error: number }) => ({
    click: mean((law) => of(law).click),
    error: mean((law) => of(law).error),
  });
  const intensity = (k: 0 | 1 | 2) => ({
    ...click((law) => law.intensities[k]),
    vacuum: click((law) => law.intensities[k].vacuum),
    single: click((law) => law.intensities[k].single),
    multi: click((law) => law.intensities[k].multi),
  });
  const meanGain = mean((law) => law.meanGain);
  return {
    intensities: [intensity(0), intensity(1), intensity(2)],
    meanGain,
    qber: mean((law) => law.qber * law.meanGain) / meanGain,
    liveFraction: live / pulses,
  };
}

/** @throws QuantumParameterError naming the first slice that no pass could have. */
export function validateSlices(slices: readonly ChannelSlice[]): void {
  if (slices.length < 1 || slices.length > 2000) {
    throw new QuantumParameterError("slices", `${slices.length} slices`, "from 1 to 2000 slices");
  }
  for (const [index, { pulses, lossDb, backgroundProbability }] of slices.entries()) {
    const require = (name: string, value: number, low: number, high: number): void => {
      if (value >= low && value <= high) return;
      throw new QuantumParameterError(`slices[${index}].${name}`, value, `from ${low} to ${high}`);
    };
    require("pulses", pulses, 1, 2 ** 50);
    require("lossDb", lossDb, 0, 200);
    require("backgroundProbability", backgroundProbability, 0, 0.5);
  }
}
