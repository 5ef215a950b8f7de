import { expect, it } from "vitest";
import { repeaterlessBound } from "../../lib/quantum/asymptotic-rate.ts";
import { expectedBlock } from "../../lib/quantum/expected-block.ts";
import { presetFor } from "../../lib/quantum/parameters.ts";

it("is above the rate of every preset, at every loss", () => {
  for (let lossDb = 0; lossDb <= 26; lossDb++) {
    const block = expectedBlock(presetFor({ kind: "fibre", lengthKm: 5 * lossDb, lossDb }), {
      siftedBits: 1e7,
      epsilonSec: 1e-15,
      epsilonCor: 1e-15,
      reconciliationEfficiency: 1,
    });
    expect(block.secretBits / block.pulses).toBeLessThan(repeaterlessBound(lossDb));
  }
});
