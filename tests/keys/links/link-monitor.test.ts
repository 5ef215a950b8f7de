import { describe, expect, it } from "vitest";
import type { LinkWarning } from "../../../lib/keys/api-types.ts";
import { LinkMonitor } from "../../../lib/keys/links/link-monitor.ts";
import type { BlockAbort } from "../../../lib/quantum/block-result.ts";

const outcome = (aborted: BlockAbort | null, warning: LinkWarning | null = null) => ({ aborted, warning });

describe("the monitor of a link", () => {
  it("asks for a probe at once when something changes, and not again while the link stays quiet", () => {
    const monitor = new LinkMonitor();
    expect(monitor.probeAt).toBeUndefined();
    monitor.disturbed(1000);
    expect(monitor.probeAt).toBe(1000);
    monitor.probed(outcome("no-key-in-block"), 1100, monitor.changes);
    expect([monitor.alarm, monitor.probeAt]).toEqual([null, undefined]);
  });

  it("probes at growing intervals while in alarm, at most 15 s apart", () => {
    const monitor = new LinkMonitor();
    monitor.disturbance.attack = { model: "intercept-resend", fraction: 0.5 };
    monitor.disturbed(0);
    const gaps = Array.from({ length: 12 }, () => {
      const now = monitor.probeAt!;
      monitor.probed(outcome("qber-high"), now, monitor.changes);
      return monitor.probeAt! - now;
    });
    expect(gaps.slice(0, 3)).toEqual([1000, 1500, 2250]);
    expect(gaps.at(-1)).toBe(15_000);
    expect([monitor.alarm, monitor.alarmSince]).toEqual(["qber-high", 0]);
  });

  it("keeps looking while an attack is on that a probe did not show", () => {
    const monitor = new LinkMonitor();
    monitor.disturbance.attack = { model: "intercept-resend", fraction: 0.01 };
    monitor.disturbed(0);
    monitor.probed(outcome(null), 10, monitor.changes);
    expect([monitor.alarm, monitor.probeAt]).toEqual([null, 1010]);
  });

  it("does not let a block of the old condition put off the probe that a change asked for", () => {
    const monitor = new LinkMonitor();
    const before = monitor.changes;
    monitor.disturbance.attack = { model: "intercept-resend", fraction: 0.5 };
    monitor.disturbed(500);
    monitor.finished(outcome(null), 600, before);
    expect(monitor.probeAt).toBe(500);
  });

  it("ends an alarm for lack of key only with a block that has key", () => {
    const monitor = new LinkMonitor();
    monitor.finished(outcome("no-key-in-block"), 0, monitor.changes);
    expect(monitor.wantsKeyBlock).toBe(true);
    monitor.probed(outcome("no-key-in-block"), 1000, monitor.changes);
    expect(monitor.alarm).toBe("no-key-in-block");
    monitor.finished(outcome(null), 2000, monitor.changes);
    expect([monitor.alarm, monitor.alarmSince, monitor.probeAt]).toEqual([null, null, undefined]);
  });

  it("forgives a reconciliation that failed now and then, not three in a row", () => {
    const monitor = new LinkMonitor();
    const finish = (aborted: "verification-failed" | null) => {
      monitor.finished(outcome(aborted), 0, monitor.changes);
      return monitor.alarm;
    };
    expect([finish("verification-failed"), finish("verification-failed"), finish(null)]).toEqual([
      null,
      null,
      null,
    ]);
    expect([finish("verification-failed"), finish("verification-failed")]).toEqual([null, null]);
    expect(finish("verification-failed")).toBe("verification-failed");
  });
});
