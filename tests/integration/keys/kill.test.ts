import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { faultPoints } from "../../keys/support/fault-points.ts";
import { newFolder, removeFolder } from "../../keys/support/open-world.ts";
import { buildChild, describeKills, NextStart, runUntilKilled } from "./support/kill-suite.ts";

/** The first half of the points; the others are in kill-later.test.ts, so that both run side by side. */
beforeAll(buildChild);

describeKills(faultPoints.slice(0, faultPoints.length / 2));

describe("a machine that lost power", () => {
  it("has its waiting keys voided at the next start: the disk may not know which were collected", async () => {
    const folder = await newFolder();
    try {
      const told = await runUntilKilled(folder, "supply-written");
      const lock = JSON.parse(readFileSync(join(folder, "lock"), "utf8")) as object;
      writeFileSync(join(folder, "lock"), JSON.stringify({ ...lock, bootId: "an earlier boot" }));
      await NextStart.on(folder, async (start) => {
        const [id] = told.drawn.keys();
        expect(await start.stateOf(id!)).toBe("void");
        await start.expectGone(id!);
        await start.expectBooksInOrder();
      });
    } finally {
      removeFolder(folder);
    }
  });
});
