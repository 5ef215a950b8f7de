import { beforeAll } from "vitest";
import { faultPoints } from "../../keys/support/fault-points.ts";
import { buildChild, describeKills } from "./support/kill-suite.ts";

/** The second half of the points of kill.test.ts. */
beforeAll(buildChild);

describeKills(faultPoints.slice(faultPoints.length / 2));
