import { attackModels, type ChannelCondition } from "../../quantum/condition.ts";
import { naturalDrift } from "../../quantum/drift.ts";
import type { AttackModel, LinkFaults } from "../api-types.ts";
import { LinkError } from "./link-error.ts";

export interface AttackSetting {
  readonly model: AttackModel;
  readonly fraction: number;
}

const noAttack: AttackSetting = { model: "none", fraction: 0 };
const noFaults: LinkFaults = { loss: 0, drift: 0, detector: 0 };
/** Highest level of each fault. */
export const highestFaults: LinkFaults = { loss: 40, drift: 1, detector: 1 };

/** At full speed a fibre turns through the whole range of the compensator in this time, seconds. */
const fastestDriftSeconds = 6;
/** Rotation beyond the compensator, radians for another full range, and where it ends. */
const rotationPerRange = 0.5;
const largestRotation = 0.5;

export function isAttackModel(value: unknown): value is AttackModel {
  return attackModels.some((model) => model === value);
}

/** What is done to one link: set by commands, felt by its channel alone. Everything ends with a restart. */
export class LinkDisturbance {
  attack: AttackSetting = noAttack;
  cut = false;
  /** False: the demonstration has switched off that the ends check each other's messages. */
  authenticated = true;
  #faults: LinkFaults = noFaults;
  #driftSince = 0;
  readonly #phase: number;

  /** @param phase 0..1, the link's own: see `naturalDrift`. */
  constructor(phase: number) {
    this.#phase = phase;
  }

  get faults(): LinkFaults {
    return this.#faults;
  }

  /** True while somebody does something to the link or one of its parts is broken. */
  get present(): boolean {
    const { loss, drift, detector } = this.#faults;
    return this.attack.model !== "none" || this.cut || loss + drift + detector > 0 || !this.authenticated;
  }

  /** True while measurements of a moment ago say little about now. */
  get moving(): boolean {
    return this.#faults.drift > 0 || !this.authenticated;
  }

  /** @throws LinkError when the level is out of range. */
  setFault(fault: keyof LinkFaults, level: number, now: number): void {
    if (!(level >= 0 && level <= highestFaults[fault])) {
      throw new LinkError("links.fault-level", `The level is from 0 to ${highestFaults[fault]}.`, {
        nextStep: "Choose a level in that range; 0 ends the fault.",
      });
    }
    if (fault === "drift" && this.#faults.drift === 0) this.#driftSince = now;
    this.#faults = { ...this.#faults, [fault]: level };
  }

  end(): void {
    this.attack = noAttack;
    this.cut = false;
    this.authenticated = true;
    this.#faults = noFaults;
  }

  /** What the channel is like at `now`, ms: what a link in order drifts by, and what is done to it. */
  channelAt(now: number): ChannelCondition {
    const drift = naturalDrift(this.#phase, now / 1000);
    const { loss, detector } = this.#faults;
    const turned = this.#turnedAt(now);
    const beyond = Math.min(largestRotation, rotationPerRange * Math.max(0, turned - 1));
    return {
      attack: this.attack,
      cut: this.cut,
      addedLossDb: drift.addedLossDb + loss,
      misalignmentAdded: Math.min(0.5, drift.misalignmentAdded + Math.sin(beyond) ** 2),
      compensatorUsed: Math.min(1, drift.compensatorUsed + turned),
      detectorLoss: detector,
    };
  }

  /** How far the fibre has turned, in ranges of the compensator. */
  #turnedAt(now: number): number {
    return (this.#faults.drift * (now - this.#driftSince)) / 1000 / fastestDriftSeconds;
  }
}
