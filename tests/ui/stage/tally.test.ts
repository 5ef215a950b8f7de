import { expect, it } from "vitest";
import type { NewConsequence } from "../../../lib/ui/stage/consequences.ts";
import { countOne, emptyTally } from "../../../lib/ui/stage/tally.ts";

it("counts everything that happened, however much", () => {
  const round: readonly NewConsequence[] = [
    { kind: "relay", bits: 768, links: 3 },
    { kind: "alarm", link: "a~b", cause: "qber-high", qber: 0.2 },
    { kind: "waiting", name: "Alice", code: "key.unavailable", reason: "" },
    { kind: "cut", link: "a~b" },
  ];
  let tally = emptyTally(7);
  for (let time = 0; time < 10_000; time++) for (const one of round) tally = countOne(tally, one);
  expect(tally).toEqual({
    since: 7,
    total: 40_000,
    alarms: 10_000,
    waited: 10_000,
    keys: 10_000,
    bits: 7_680_000,
    networkBits: 23_040_000,
  });
});
