import type { BlockAbort, BlockReport } from "../../quantum/block-result.ts";
import type { LinkAlarmCause, LinkWarning } from "../api-types.ts";
import { LinkDisturbance } from "./link-disturbance.ts";

const firstProbeDelay = 1000;
const longestProbeDelay = 15_000;
const probeDelayGrowth = 1.5;
/** Reconciliation fails now and then by itself; so often in a row it does not. */
const failuresBeforeAlarm = 3;

/** Alarms that only a whole good block ends: a probe is too small to show what was wrong. */
const needsKeyBlock: ReadonlySet<LinkAlarmCause> = new Set(["no-key-in-block", "verification-failed"]);

export type BlockOutcome = Pick<BlockReport, "aborted" | "warning">;

/**
 * Watches one link: what its blocks say, and when to probe it. In alarm it is probed at growing intervals. A quiet
 * link in standby is not probed again and again: its outcome could not change before its condition does, so a change
 * asks for a probe at once (real devices monitor all the time). Times are ms.
 */
export class LinkMonitor {
  /** What is done to the link. It decides when to look again, never what is found. */
  readonly disturbance: LinkDisturbance;
  #alarm: LinkAlarmCause | null = null;
  #alarmSince: number | null = null;
  #warning: LinkWarning | null = null;
  #probeAt: number | undefined;
  #delay = firstProbeDelay;
  #verificationFailures = 0;
  #changes = 0;

  constructor(phase = 0) {
    this.disturbance = new LinkDisturbance(phase);
  }

  get alarm(): LinkAlarmCause | null {
    return this.#alarm;
  }

  get alarmSince(): number | null {
    return this.#alarmSince;
  }

  /** null under an alarm, which says more. */
  get warning(): LinkWarning | null {
    return this.#alarm === null ? this.#warning : null;
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

  /** A probe ended that was started after `changes`; what a small block cannot show does not count. */
  probed({ aborted, warning }: BlockOutcome, now: number, changes: number): void {
    const due = changes === this.#changes ? undefined : this.#probeAt;
    this.#warning = warning;
    if (aborted !== null && !needsKeyBlock.has(aborted)) this.raise(aborted, now);
    else if (!this.wantsKeyBlock) this.#quiet(now);
    else this.#later(now);
    this.#probeAt = due ?? this.#probeAt;
  }

  /** A key block ended that was started after `changes`. */
  finished({ aborted, warning }: BlockOutcome, now: number, changes: number): void {
    const due = changes === this.#changes ? undefined : this.#probeAt;
    this.#warning = warning;
    if (aborted === null) {
      this.#verificationFailures = 0;
      this.#quiet(now);
    } else if (aborted !== "verification-failed" || ++this.#verificationFailures >= failuresBeforeAlarm) {
      this.raise(aborted, now);
    }
    this.#probeAt = due ?? this.#probeAt;
  }

  /** Sets the alarm (or keeps it) and plans when to look again. */
  raise(cause: BlockAbort, now: number): void {
    if (this.#alarm !== cause) this.#alarmSince = now;
    this.#alarm = cause;
    this.#later(now);
  }

  #quiet(now: number): void {
    this.#alarm = null;
    this.#alarmSince = null;
    if (this.disturbance.present) this.#later(now);
    else {
      this.#probeAt = undefined;
      this.#delay = firstProbeDelay;
    }
  }

  #later(now: number): void {
    this.#probeAt = now + this.#delay;
    if (this.disturbance.moving) return;
    this.#delay = Math.min(longestProbeDelay, this.#delay * probeDelayGrowth);
  }
}
