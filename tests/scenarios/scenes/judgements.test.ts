import { describe, expect, it } from "vitest";
import signatures from "../../../lib/network/data/signatures.json" with { type: "json" };
import { loadNamedNetwork } from "../../../lib/network/named-networks.ts";
import { opens } from "../../../lib/scenarios/scenes/judge-messages.ts";
import { signatureDays } from "../../../lib/scenarios/scenes/signature-islands.ts";

const suites = ["AES", "OTP", "HYBRID", "OTP_HYBRID"] as const;
const openOf = (byHand: boolean, xWing: boolean, qkd: boolean, lastMetre: boolean) =>
  suites.filter((suite) => opens(suite, byHand, { xWing, qkd, lastMetre }));

describe("of what was recorded", () => {
  it("nothing opens while nothing is broken, whatever was recorded", () => {
    for (const byHand of [true, false]) expect(openOf(byHand, false, false, true)).toEqual([]);
  });

  it("nothing on the relay opens with X-Wing broken, and no hybrid with QKD broken", () => {
    expect(openOf(false, true, false, false)).toEqual([]);
    expect(openOf(false, false, true, false)).toEqual(["AES", "OTP"]);
    expect(openOf(false, true, true, false)).toEqual([...suites]);
  });

  it("the last metre opens with X-Wing where the access secret crossed the network, and only there", () => {
    expect(openOf(false, true, false, true)).toEqual([...suites]);
    expect(openOf(true, true, false, true)).toEqual([]);
  });
});

describe("the islands of the signatories", () => {
  it("computed from the network are those that the timeline names, at every date", () => {
    const sorted = (islands: readonly (readonly string[])[]) =>
      islands.map((island) => [...island].sort().join(" ")).sort();
    const days = signatureDays(loadNamedNetwork("eu27"));
    expect(days.map(({ date, members, islands }) => [date, members.length, sorted(islands)])).toEqual(
      signatures.map(({ date, members, islands }) => [date, members, sorted(islands)]),
    );
  });
});
