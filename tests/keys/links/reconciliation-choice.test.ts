import { afterAll, afterEach, describe, expect, it } from "vitest";
import { ReconciliationChoice } from "../../../lib/keys/links/reconciliation-choice.ts";
import { authenticationBytesNeeded, createBlockJob } from "../../../lib/quantum/block-job.ts";
import type { BlockReport } from "../../../lib/quantum/block-result.ts";
import { undisturbed } from "../../../lib/quantum/condition.ts";
import { presetFor } from "../../../lib/quantum/parameters.ts";
import { createSeededRandom } from "../../../lib/quantum/random.ts";
import { buildWorker } from "./support/build-worker.ts";
import { closeLinks, startLinks, until } from "./support/link-network-fixture.ts";

const worker = await buildWorker();
afterEach(closeLinks);
afterAll(() => worker.remove());

const random = createSeededRandom(Uint8Array.of(31));
const parameters = presetFor({ kind: "fibre", lengthKm: 50, lossDb: 10 });

/** A real block of a link, timed by a clock that moves on by 20 ms whenever it is read. */
function realBlock(): BlockReport {
  let time = 0;
  const key = new Uint8Array(authenticationBytesNeeded(1e5));
  const order = {
    parameters,
    condition: undisturbed,
    siftedTarget: 1e5,
    maxPulses: 1e12,
    epsilonSec: 1e-15,
    epsilonCor: 1e-15,
  };
  const clock = () => (time += 20);
  return createBlockJob(order, { random, aliceAuthentication: key, bobAuthentication: key, clock }).result()
    .report;
}
const report = realBlock();
const byLdpc = {
  ...report,
  reconciliation: "ldpc",
  reconciliationEfficiency: 1.25,
  roundTrips: 3,
  reconciliationMs: 400,
} as const;
const chosen = (choice: ReconciliationChoice) =>
  choice.view().methods.find((method) => method.chosen)?.method;

describe("the choice of reconciliation", () => {
  it("is told by each block how long its reconciliation took", () => {
    expect(report.reconciliationMs).toBe(20);
  });

  it("falls on what leaks least where the devices are slower than the talk", () => {
    const choice = new ReconciliationChoice(50);
    expect(choice.method).toBe("cascade");
    choice.learn(report);
    choice.learn(byLdpc);
    expect(choice.method).toBe("cascade");
  });

  it("falls on few round trips where a message takes long and the devices are fast", () => {
    const far = new ReconciliationChoice(40_000);
    far.learn({ ...report, simulatedSeconds: 1 });
    expect(far.method).toBe("ldpc");
    const near = new ReconciliationChoice(40);
    near.learn({ ...report, simulatedSeconds: 1 });
    expect(near.method).toBe("cascade");
  });

  it("follows what blocks measured, not what was expected", () => {
    const choice = new ReconciliationChoice(40_000);
    choice.learn({ ...report, simulatedSeconds: 1 });
    expect(choice.method).toBe("ldpc");
    for (let i = 0; i < 3; i++) choice.learn({ ...byLdpc, simulatedSeconds: 1, reconciliationMs: 90_000 });
    expect(choice.method).toBe("cascade");
  });

  it("tries a way again that was bad long ago", () => {
    const choice = new ReconciliationChoice(40_000);
    for (let i = 0; i < 3; i++) choice.learn({ ...byLdpc, simulatedSeconds: 1, reconciliationMs: 90_000 });
    for (let i = 0; i < 60; i++) choice.learn({ ...report, simulatedSeconds: 1 });
    expect(choice.method).toBe("ldpc");
  });

  it("does not take a busy machine for a slow method", () => {
    const choice = new ReconciliationChoice(50);
    choice.learn({ ...report, simulatedSeconds: 0.01, reconciliationMs: 2000 });
    expect(choice.method).toBe("cascade");
    const [cascade, ldpc] = choice.view().methods;
    expect(ldpc!.msPerMegabit / cascade!.msPerMegabit).toBeGreaterThan(10);
  });

  it("learns nothing from blocks that gave no key", () => {
    const choice = new ReconciliationChoice(40_000);
    choice.learn({ ...report, simulatedSeconds: 1, aborted: "qber-high" });
    expect(choice.view().methods.map(({ measuredBlocks }) => measuredBlocks)).toEqual([0, 0]);
  });

  it("shows what it knows: the measured cost of the one, the usual of the other", () => {
    const choice = new ReconciliationChoice(50);
    choice.learn(report);
    const { roundTripMs, methods } = choice.view();
    expect(roundTripMs).toBeCloseTo(0.5, 9);
    expect(methods[0]).toMatchObject({
      method: "cascade",
      chosen: true,
      measuredBlocks: 1,
      roundTrips: report.roundTrips,
      efficiency: report.reconciliationEfficiency,
    });
    expect(methods[0]?.secretBitsPerSecond).toBeCloseTo(report.secretBits / report.simulatedSeconds, 0);
    expect(methods[1]).toMatchObject({ method: "ldpc", measuredBlocks: 0 });
    expect(chosen(choice)).toBe("cascade");
  });
});

describe("links that are not all alike", () => {
  it("reconcile each by its own choice: the far one by syndromes, the others by Cascade", async () => {
    const far = "pt-lis-gns~es-sal";
    const fast = presetFor({ kind: "metro-fibre", lengthKm: 12, lossDb: 4 });
    const links = await startLinks({
      workerEntry: worker.entry,
      targetBytes: 20_000,
      parameters: (link) => (link.id === far ? { ...fast, lengthKm: 40_000 } : presetFor(link)),
    });
    await until(links, () => links.status(far).blocks >= 2);
    expect(links.status(far).lastBlock?.reconciliation).toBe("ldpc");
    for (const { id, lastBlock, reconciliation } of links.statuses().filter(({ blocks }) => blocks > 0)) {
      expect(
        reconciliation?.methods.find(({ method }) => method === "cascade")?.measuredBlocks,
      ).toBeGreaterThan(0);
      if (id !== far) expect(lastBlock?.reconciliation).toBe("cascade");
    }
  });
});
