import { multiProbability, multiSilence, passedMultiphotons } from "./attack/photon-splitting.ts";
import { type ClickLaw, clickLaw, type Polarisation, type Silence } from "./click-law.ts";
import type { ChannelCondition } from "./condition.ts";
import type { LinkParameters } from "./link-parameters.ts";

/** The law of one intensity when the bases agree, split by how many photons left Alice: none, one, more. */
interface IntensityLaw extends ClickLaw {
  readonly vacuum: ClickLaw;
  readonly single: ClickLaw;
  readonly multi: ClickLaw;
}

export interface DetectionLaw {
  /** Of two sound detectors: what a failed one loses is taken off afterwards, click by click. */
  readonly intensities: readonly [IntensityLaw, IntensityLaw, IntensityLaw];
  /** Clicks per live gate, over all intensities. */
  readonly meanGain: number;
  /** Wrong bits among bits of agreeing bases. */
  readonly qber: number;
  /** Part of the gates in which the detectors are not blind after a click. */
  readonly liveFraction: number;
}

/** Light that jams at full strength: clicks of each detector per gate, in units of the link's own click rate. */
const jammingStrength = 20;
const brightestJamming = 0.3;

/**
 * What Bob's two detectors do, exactly, for phase-randomised pulses (Poissonian photon numbers).
 *
 * Modelled: loss, efficiency, dark counts of each detector, misalignment of each photon, clicks of both detectors
 * (a random bit), afterpulses as a background proportional to the click rate, dead time of both detectors after
 * a click as a factor on the rate; a failed detector as the loss of a share of its clicks. Not modelled: afterpulses'
 * correlation in time, other differences between the two detectors, timing jitter, source imperfections.
 *
 * Whoever blinds the receiver with faked states (Lydersen et al. 2010) decides which detector clicks and copies gains
 * and errors, so this law is that of the quiet link: only the receiver's monitor reads otherwise. Whoever stands in
 * the middle runs two quiet links (attack/man-in-the-middle.ts).
 */
export function detectionLaw(parameters: LinkParameters, condition: ChannelCondition): DetectionLaw {
  const lossDb = parameters.lossDb + condition.addedLossDb;
  const transmittance = condition.cut ? 0 : parameters.detectorEfficiency * 10 ** (-lossDb / 10);
  const polarisations = polarisationsUnder(parameters, condition);
  const lawWith = (dark: number): DetectionLaw["intensities"] => {
    const split = splittingUnder(parameters, condition, transmittance, (silence) =>
      clickLaw(dark, polarisations, silence),
    );
    const law = (mean: number): IntensityLaw =>
      withSplitting(intensityLaw(mean, transmittance, dark, polarisations), split, mean);
    const [signal, decoy, vacuum] = parameters.intensities;
    return [law(signal), law(decoy), law(vacuum)];
  };
  const quiet = averages(parameters, lawWith(parameters.darkCountProbability));
  const stray = either(parameters.darkCountProbability, jammingUnder(condition, quiet.meanGain));
  const clean = stray === parameters.darkCountProbability ? quiet : averages(parameters, lawWith(stray));
  const background = afterpulseBackground(parameters.afterpulseProbability, clean.meanGain);
  const intensities = lawWith(1 - (1 - stray) * Math.sqrt(1 - background));
  const { meanGain, meanError } = averages(parameters, intensities);
  const registered = meanGain * (1 - condition.detectorLoss / 2);
  return {
    intensities,
    meanGain: registered,
    qber: meanGain > 0 ? meanError / meanGain : 0.5,
    liveFraction: 1 / (1 + registered * parameters.deadTimeSeconds * parameters.clockHz),
  };
}

function jammingUnder({ attack }: ChannelCondition, quietGain: number): number {
  if (attack.model !== "jamming") return 0;
  return Math.min(brightestJamming, attack.fraction * jammingStrength * quietGain);
}

/** Probability that one of two independent things happens. */
function either(one: number, other: number): number {
  return other === 0 ? one : 1 - (1 - one) * (1 - other);
}

interface Splitting {
  readonly fraction: number;
  readonly receiver: number;
  /** Share of the pulses with several photons that Eve lets pass. */
  readonly passed: number;
  readonly clickOf: (silence: Silence) => ClickLaw;
}

function splittingUnder(
  parameters: LinkParameters,
  { attack }: ChannelCondition,
  transmittance: number,
  clickOf: (silence: Silence) => ClickLaw,
): Splitting | undefined {
  if (attack.model !== "photon-number-splitting" || attack.fraction === 0) return undefined;
  const receiver = parameters.detectorEfficiency;
  const passed = passedMultiphotons({
    means: parameters.intensities,
    probabilities: parameters.intensityProbabilities,
    transmittance,
    receiver,
    clickOf,
  });
  return { fraction: attack.fraction, receiver, passed, clickOf };
}

/** Empty pulses stay as they are; of the attacked others, what Eve blocks is dark at Bob's. */
function withSplitting(law: IntensityLaw, split: Splitting | undefined, mean: number): IntensityLaw {
  if (split === undefined) return law;
  const { fraction, receiver, passed, clickOf } = split;
  const dark = clickOf(() => 1);
  const attacked = (usual: ClickLaw, weight: number, now: (of: keyof ClickLaw) => number): ClickLaw => {
    const mixed = (of: keyof ClickLaw) => (1 - fraction) * usual[of] + fraction * weight * now(of);
    return { click: mixed("click"), error: mixed("error") };
  };
  const single = attacked(law.single, mean * Math.exp(-mean), (of) => dark[of]);
  const several = multiProbability(mean);
  const lit = several > 0 ? clickOf(multiSilence(mean, receiver)) : dark;
  const multi = attacked(law.multi, several, (of) => passed * lit[of] + (1 - passed) * dark[of]);
  return {
    click: law.vacuum.click + single.click + multi.click,
    error: law.vacuum.error + single.error + multi.error,
    vacuum: law.vacuum,
    single,
    multi,
  };
}

/** Every click, an afterpulse too, is followed by one with this probability: a geometric series. */
function afterpulseBackground(probability: number, gain: number): number {
  return Math.min(0.5, (probability * gain) / (1 - probability));
}

function averages(parameters: LinkParameters, laws: DetectionLaw["intensities"]) {
  let meanGain = 0;
  let meanError = 0;
  laws.forEach((law, index) => {
    const probability = parameters.intensityProbabilities[index] ?? 0;
    meanGain += probability * law.click;
    meanError += probability * law.error;
  });
  return { meanGain, meanError };
}

/**
 * Intercept-resend: Eve measures in a random basis and sends what she found, as many photons as she received, with
 * perfect optics of her own. In the right basis she removes the misalignment; in the wrong one each photon falls
 * on either detector. So the error of an attacked pulse is 1/4: (1 − p)·e0 + p/4.
 */
function polarisationsUnder(
  parameters: LinkParameters,
  condition: ChannelCondition,
): readonly Polarisation[] {
  const flip = Math.min(0.5, parameters.misalignment + condition.misalignmentAdded);
  const attacked = condition.attack.model === "intercept-resend" ? condition.attack.fraction : 0;
  return [
    { weight: 1 - attacked, flip },
    { weight: attacked / 2, flip: 0 },
    { weight: attacked / 2, flip: 0.5 },
  ].filter(({ weight }) => weight > 0);
}

function intensityLaw(
  mean: number,
  transmittance: number,
  dark: number,
  polarisations: readonly Polarisation[],
): IntensityLaw {
  const ofPhotons = (count: number) =>
    clickLaw(dark, polarisations, (share) => (1 - transmittance * share) ** count);
  const all = clickLaw(dark, polarisations, (share) => Math.exp(-mean * transmittance * share));
  const vacuum = scaled(ofPhotons(0), Math.exp(-mean));
  const single = scaled(ofPhotons(1), mean * Math.exp(-mean));
  const multi = {
    click: Math.max(0, all.click - vacuum.click - single.click),
    error: Math.max(0, all.error - vacuum.error - single.error),
  };
  return { ...all, vacuum, single, multi };
}

function scaled(law: ClickLaw, factor: number): ClickLaw {
  return { click: law.click * factor, error: law.error * factor };
}
