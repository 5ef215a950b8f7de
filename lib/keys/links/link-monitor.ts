import type { BlockAbort } from "../../quantum/block-result.ts";
import type { ChannelCondition } from "../../quantum/condition.ts";
import type { AttackModel, LinkAlarmCause } from "../api-types.ts";

const firstProbeDelay = 1000;
const longestProbeDelay = 15_000;
const probeDelayGrowth = 1.5;
/** Reconciliation fails now and then by itself; so often in a row it does not. */
const failuresBeforeAlarm = 3;

/** Alarms that only a whole good block ends: a probe is too small to show what was wrong. */
const needsKeyBlock: ReadonlySet<LinkAlarmCause> = new Set(["no-key-in-block", "verification-failed"]);

export interface AttackSetting {
  readonly model: AttackModel;
  readonly fraction: number;
}

/**
 * Watches one link: what is done to it, what its blocks say, when to probe it. In alarm it is probed at growing
 * intervals. A quiet link in standby is not probed again and again: its outcome could not change before its
 * condition does, so a change asks for a probe at once (real devices monitor all the time). Times are ms.
 */
export class LinkMonitor {
  attack: AttackSetting = { model: "none", fraction: 0 };
  cut = false;
  #alarm: LinkAlarmCause | null = null;
  #alarmSince: number | null = null;
  #probeAt: number | undefined;
  #delay = firstProbeDelay;
  #verificationFailures = 0;
  #changes = 0;

  get alarm(): LinkAlarmCause | null {
    return this.#alarm;
  }

  get alarmSince(): number | null {
    return this.#alarmSince;
  }

  get channel(): ChannelCondition {
    return { attack: this.attack, cut: this.cut, addedLossDb: 0, misalignmentAdded: 0 };
  }

  /** Counts changes of the channel: a block started before the last one must not put off the probe it asked for. */
  get changes(): number {
    return this.#changes;
  }

  /** When the next probe, or in some alarms the next trial block, is due. */
  get probeAt(): number | undefined {
    return this.#probeAt;
  }

  /** True where the standing alarm ends only with a block that yields key. */
  get wantsKeyBlock(): boolean {
    return this.#alarm !== null && needsKeyBlock.has(this.#alarm);
  }

  /** Something about the channel was changed. */
  disturbed(now: number): void {
    this.#changes++;
    this.#delay = firstProbeDelay;
    this.#probeAt = now;
  }

  /** A probe ended that was started after `changes`; only what shows in so few bits counts. */
  probed(aborted: BlockAbort | null, now: number, changes: number): void {
    const due = changes === this.#changes ? undefined : this.#probeAt;
    if (aborted === "qber-high" || aborted === "no-light" || aborted === "authentication-failed") {
      this.raise(aborted, now);
    } else if (!this.wantsKeyBlock) this.#quiet(now);
    else this.#later(now);
    this.#probeAt = due ?? this.#probeAt;
  }

  /** A key block ended that was started after `changes`. */
  finished(aborted: BlockAbort | null, now: number, changes: number): void {
    const due = changes === this.#changes ? undefined : this.#probeAt;
    if (aborted === null) {
      this.#verificationFailures = 0;
      this.#quiet(now);
    } else if (aborted !== "verification-failed" || ++this.#verificationFailures >= failuresBeforeAlarm) {
      this.raise(aborted, now);
    }
    this.#probeAt = due ?? this.#probeAt;
  }

  /** Sets the alarm (or keeps it) and plans when to look again. */
  raise(cause: LinkAlarmCause, now: number): void {
    if (this.#alarm !== cause) this.#alarmSince = now;
    this.#alarm = cause;
    this.#later(now);
  }

  #quiet(now: number): void {
    this.#alarm = null;
    this.#alarmSince = null;
    if (this.attack.model === "none" && !this.cut) {
      this.#probeAt = undefined;
      this.#delay = firstProbeDelay;
    } else this.#later(now);
  }

  #later(now: number): void {
    this.#probeAt = now + this.#delay;
    this.#delay = Math.min(longestProbeDelay, this.#delay * probeDelayGrowth);
  }
}
