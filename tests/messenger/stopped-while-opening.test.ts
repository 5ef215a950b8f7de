import { afterAll, beforeAll, expect, test } from "vitest";
import { CrashingDisk } from "./fakes/crashing-store.ts";
import { type TestDevice, TestWorld, untilTexts } from "./fakes/world.ts";

/** Turns of the event loop between a message's arrival and the stop: opening an epoch's start takes fewer than these. */
const turns = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30];

let world: TestWorld;
let bobDisk: CrashingDisk;
let bob: TestDevice;

beforeAll(async () => {
  world = await TestWorld.create();
  bobDisk = new CrashingDisk();
  bob = await world.start(world.user("Bob", "madrid"), bobDisk.reopen());
});

afterAll(() => world.close());

/** Resolves when the relay pushes the next entry of this kind, before its receiver has done anything with it. */
function nextPushed(kind: "epoch" | "envelope"): Promise<void> {
  return new Promise((resolve) => {
    world.relay.tamper = (entry) => {
      if (entry.kind === kind) {
        world.relay.tamper = (one) => one;
        resolve();
      }
      return entry;
    };
  });
}

test.each(["epoch", "envelope"] as const)(
  "a device stopped at any turn while it opens an %s reads the message after its next start",
  async (kind) => {
    for (const turn of turns) {
      const text = `${kind}, turn ${turn}`;
      const sender = await world.start(world.user(`Sender ${kind} ${turn}`, "lisbon"));
      const conversation = await sender.engine.createGroup(text, [bob.user.id]);
      const pushed = nextPushed(kind);
      await sender.engine.send(conversation, text, kind === "epoch" ? "HYBRID" : "OTP");
      await pushed;
      for (let i = 0; i < turn; i++) await new Promise<void>((resolve) => setImmediate(resolve));
      await bob.engine.stop();
      bob = await world.start(bob.user, bobDisk.reopen());
      const shown = await untilTexts(bob, conversation, [text]);
      expect(shown.map(({ problem }) => problem)).toEqual([null]);
      await sender.engine.stop();
    }
  },
  60_000,
);
