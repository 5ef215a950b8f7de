import { afterEach, describe, expect, it, vi } from "vitest";
import { blockEpsilon } from "../../../lib/keys/links/block-plan.ts";
import { BlockWorkers } from "../../../lib/keys/links/block-workers.ts";
import type { WorkerRequest } from "../../../lib/keys/links/worker-messages.ts";
import { undisturbed } from "../../../lib/quantum/condition.ts";
import { presetFor } from "../../../lib/quantum/parameters.ts";
import { fakeWorker } from "./support/link-network-fixture.ts";

const parameters = presetFor({ kind: "fibre", lengthKm: 50, lossDb: 12 });

function request(addedLossDb = 0): WorkerRequest {
  return {
    order: {
      parameters,
      condition: { ...undisturbed, addedLossDb },
      siftedTarget: 100_000,
      maxPulses: 1e9,
      ...blockEpsilon,
    },
    aliceAuthentication: new Uint8Array(128),
    bobAuthentication: new Uint8Array(128),
  };
}

const diesOfIt = 200;
let workers: BlockWorkers;
afterEach(async () => {
  vi.restoreAllMocks();
  await workers.close();
});

describe("the link workers", () => {
  it("compute blocks in turn when there are more blocks than workers", async () => {
    workers = new BlockWorkers({ entry: fakeWorker, count: 2, share: 1 });
    const answers = await Promise.all(Array.from({ length: 7 }, () => workers.run(request())));
    expect(answers.every((answer) => answer.aliceKey?.length === 3750)).toBe(true);
    expect(workers.busyMs).toBeGreaterThan(0);
  });

  it("take the authentication key away from the caller", async () => {
    workers = new BlockWorkers({ entry: fakeWorker, count: 1, share: 1 });
    const order = request();
    await workers.run(order);
    expect([order.aliceAuthentication.length, order.bobAuthentication.length]).toEqual([0, 0]);
  });

  it("replace a thread that dies: only its block fails", async () => {
    workers = new BlockWorkers({ entry: fakeWorker, count: 1, share: 1 });
    const outcomes = await Promise.allSettled([
      workers.run(request()),
      workers.run(request(diesOfIt)),
      workers.run(request()),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  it("are replaced by one that may hurry when a patient block has slowed the thread for good, but not often", async () => {
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    workers = new BlockWorkers({ entry: fakeWorker, count: 1, share: 1 });
    const threadOf = async (patient: boolean) => (await workers.run({ ...request(), patient })).attackerBits;
    const first = await threadOf(true);
    expect([await threadOf(true), await threadOf(false), await threadOf(false)]).toEqual([
      first,
      first,
      first,
    ]);
    now = 31_000;
    expect(await threadOf(false)).toBe(first);
    const second = await threadOf(false);
    expect(second).not.toBe(first);
    expect(await threadOf(false)).toBe(second);
  });

  it("let nobody wait for ever when they are closed", async () => {
    workers = new BlockWorkers({ entry: fakeWorker, count: 1, share: 0.5 });
    const runs = [workers.run(request()), workers.run(request()), workers.run(request())];
    const settled = Promise.allSettled(runs);
    await runs[0];
    await workers.close();
    expect((await settled).slice(1).map((outcome) => outcome.status)).toEqual(["rejected", "rejected"]);
    await expect(workers.run(request())).rejects.toThrow(/stopped/);
  });
});
