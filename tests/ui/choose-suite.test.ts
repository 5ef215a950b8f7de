import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LevelChoice, SuiteName } from "../../lib/messenger/messenger-api.ts";
import {
  otherPostQuantum,
  otherSuites,
  partsOf,
  suiteInForce,
  suiteOf,
  withCipher,
} from "../../lib/ui/messenger/choose-suite.ts";
import { separateRoutes } from "../../lib/ui/messenger/separate-routes.ts";

const suites = ["OTP", "AES", "HYBRID", "OTP_HYBRID"] as const;
const suite = fc.constantFrom<SuiteName>(...suites);
const offered = fc.subarray<SuiteName>([...suites], { minLength: 1 });

function choice(suites: readonly SuiteName[]): LevelChoice {
  return {
    level: 0,
    minimum: "AES",
    preset: suites[0] as SuiteName,
    offered: suites,
    routes: "one",
    refused: null,
  };
}

describe("the two controls of a suite", () => {
  it("name every suite, and every suite names them", () => {
    fc.assert(fc.property(suite, (one) => suiteOf(partsOf(one)) === one));
  });

  it("never lead to what the level does not offer", () => {
    fc.assert(
      fc.property(suite, offered, (now, list) => {
        const inForce = suiteInForce(now, choice(list));
        const led = [
          inForce,
          withCipher("OTP", inForce, list),
          withCipher("AES", inForce, list),
          otherPostQuantum(inForce, list),
          ...otherSuites(inForce, list),
        ];
        for (const one of led) if (one !== null) expect(list).toContain(one);
      }),
    );
  });

  it("keep the post-quantum part when the cipher changes and the level offers it", () => {
    expect(withCipher("OTP", "HYBRID", suites)).toBe("OTP_HYBRID");
    expect(withCipher("AES", "OTP", suites)).toBe("AES");
    expect(withCipher("AES", "OTP_HYBRID", ["AES", "OTP_HYBRID"])).toBe("AES");
    expect(withCipher("AES", "OTP_HYBRID", ["OTP_HYBRID"])).toBeNull();
  });

  it("follow the level's preset until somebody chooses", () => {
    expect(suiteInForce(null, choice(["HYBRID", "OTP_HYBRID"]))).toBe("HYBRID");
    expect(suiteInForce("AES", choice(["OTP_HYBRID"]))).toBe("OTP_HYBRID");
  });
});

describe("routes of a key", () => {
  it("are separate when they share their ends only", () => {
    expect(
      separateRoutes([
        ["a", "b", "z"],
        ["a", "c", "d", "z"],
      ]),
    ).toBe(true);
    expect(
      separateRoutes([
        ["a", "b", "z"],
        ["a", "b", "d", "z"],
      ]),
    ).toBe(false);
  });

  it("are not separate when they lead to several sites, or when there is one", () => {
    expect(
      separateRoutes([
        ["a", "b", "y"],
        ["a", "c", "z"],
      ]),
    ).toBe(false);
    expect(separateRoutes([["a", "z"]])).toBe(false);
  });
});
