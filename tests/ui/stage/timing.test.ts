import { describe, expect, it } from "vitest";
import { sceneIds } from "../../../lib/scenarios/scenes/scene.ts";
import { minutesText, paceAt, plannedBefore, plannedFor } from "../../../lib/ui/stage/timing.ts";

const minute = 60_000;

describe("the presenter's clock", () => {
  it("plans a performance of half an hour", () => {
    const total = sceneIds.reduce((sum, id) => sum + plannedFor(id), 0);
    expect(total).toBe(30 * minute);
    expect(plannedBefore("opening-map")).toBe(0);
    expect(plannedBefore("what-is-real") + plannedFor("what-is-real")).toBe(total);
  });

  it("is neither late nor early when each scene begins as planned", () => {
    for (const id of sceneIds) expect(paceAt(id, 0, plannedBefore(id), plannedBefore(id)).behind).toBe(0);
  });

  it("counts what a scene runs over, and what was lost before it", () => {
    const begun = plannedBefore("eve") + minute;
    expect(paceAt("eve", 0, begun, begun + minute)).toMatchObject({
      behind: minute,
      leftInScene: 2 * minute,
    });
    expect(paceAt("eve", 0, begun, begun + 4 * minute)).toMatchObject({
      behind: 2 * minute,
      leftInScene: -minute,
    });
    expect(paceAt("eve", 0, plannedBefore("eve") - minute, plannedBefore("eve")).behind).toBe(-minute);
  });

  it("writes minutes as people do", () => {
    expect(minutesText(247_900)).toBe("4:07");
    expect(minutesText(-61_000)).toBe("−1:01");
    expect(minutesText(-400)).toBe("0:00");
  });
});
