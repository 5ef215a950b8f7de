import { describe, expect, it } from "vitest";
import { attackDetectionDocument } from "../quantum/support/attack-statistics.ts";

/** Minutes of statistics, so only in the long run. `FAULTS_LONG=1 npx vitest run -u` on this file rewrites the document. */
describe.skipIf(process.env.FAULTS_LONG !== "1")("the detection of attacks over many seeds", () => {
  it("is what docs/ATTACK-DETECTION.md says", { timeout: 600_000 }, async () => {
    const text = attackDetectionDocument({ quiet: 200, disturbed: 20, keyBlocks: 30 });
    await expect(text).toMatchFileSnapshot("../../docs/ATTACK-DETECTION.md");
  });
});
