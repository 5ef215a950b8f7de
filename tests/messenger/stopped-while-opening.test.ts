import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { CrashingDisk } from "./fakes/crashing-store.ts";
import { TestWorld, untilTexts } from "./fakes/world.ts";

const opening = vi.hoisted(() => ({ midway: async (): Promise<void> => undefined }));

/** The point at which a receiver has an epoch's key in its hand and has not used it yet. */
vi.mock("../../lib/protocol/hybrid-secret.ts", async (original) => {
  const module = await original<typeof import("../../lib/protocol/hybrid-secret.ts")>();
  const openHybridSecret: typeof module.openHybridSecret = async (...given) => {
    await opening.midway();
    return await module.openHybridSecret(...given);
  };
  return { ...module, openHybridSecret };
});

let world: TestWorld;

beforeAll(async () => {
  world = await TestWorld.create();
});

afterAll(() => world.close());

test("a device that is stopped while it opens an epoch's start reads the epoch's messages after its next start", async () => {
  const alice = await world.start(world.user("Alice", "lisbon"));
  const disk = new CrashingDisk();
  const bob = await world.start(world.user("Bob", "madrid"), disk.reopen());
  const stopped = new Promise<void>((resolve) => {
    opening.midway = async () => {
      opening.midway = async () => undefined;
      bob.engine.stop().then(resolve, resolve);
      await new Promise((turn) => setTimeout(turn, 20));
    };
  });
  const conversation = await alice.engine.openConversation(bob.user.id);
  await alice.engine.send(conversation, "written just before the stop", "HYBRID");
  await stopped;
  const again = await world.start(bob.user, disk.reopen());
  const shown = await untilTexts(again, conversation, ["written just before the stop"]);
  expect(shown.map(({ problem }) => problem)).toEqual([null]);
});
