import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Level, SuiteName } from "../../lib/messenger/messenger-api.ts";
import { parseEnvelope } from "../../lib/protocol/envelope.ts";
import { parseEpochStart } from "../../lib/protocol/epoch-start.ts";
import { CrashingDisk } from "./fakes/crashing-store.ts";
import { type TestDevice, TestWorld, untilDelivery, untilTexts } from "./fakes/world.ts";

let world: TestWorld;
let alice: TestDevice;
let bob: TestDevice;
let conversation: string;
let disks: { alice: CrashingDisk; bob: CrashingDisk };

beforeEach(async () => {
  world = await TestWorld.create();
  disks = { alice: new CrashingDisk(), bob: new CrashingDisk() };
  bob = await world.start(world.user("Bob", "madrid"), disks.bob.reopen());
  alice = await world.start(world.user("Alice", "lisbon"), disks.alice.reopen());
  conversation = await alice.engine.openConversation(bob.user.id);
});
afterEach(async () => {
  await world.close();
});

const entries = (kind: string) =>
  world.relay.log(conversation).entries.filter((entry) => entry.kind === kind);
const suiteMix: readonly SuiteName[] = ["HYBRID", "OTP_HYBRID", "OTP", "AES", "OTP_HYBRID", "HYBRID"];

describe("messages of every suite", () => {
  it("are read in order in both directions, whichever follows which", async () => {
    const there = suiteMix.map((suite, i) => `there ${i} ${suite}`);
    for (const [i, text] of there.entries())
      await alice.engine.send(conversation, text, suiteMix[i] as SuiteName);
    const seen = await untilTexts(bob, conversation, there);
    expect(seen.map(({ suite }) => suite)).toEqual(suiteMix);
    await bob.engine.send(conversation, "back", "OTP_HYBRID");
    await untilTexts(alice, conversation, [...there, "back"]);
  });

  it("take one epoch for AES, one for both hybrid suites, and a key of its own for each pad", async () => {
    for (const suite of suiteMix) await alice.engine.send(conversation, "x", suite);
    await untilTexts(
      bob,
      conversation,
      suiteMix.map(() => "x"),
    );
    const starts = entries("epoch").map(({ bytes }) => parseEpochStart(bytes).value.suite);
    expect(starts.sort()).toEqual([2, 3]);
    const records = entries("envelope").map(({ bytes }) => {
      const { suite, drawRecordHash } = parseEnvelope(bytes).fields;
      return `${suite} ${Buffer.from(drawRecordHash).toString("hex")}`;
    });
    const pads = records.filter((one) => one.startsWith("1 ") || one.startsWith("4 "));
    expect(new Set(pads).size).toBe(3);
    expect(world.gateways.keys.size).toBe(2 + 3);
  });

  it("cost what was said before, and their card says who could read them", async () => {
    const cards = [];
    for (const suite of ["AES", "OTP", "HYBRID", "OTP_HYBRID"] as const) {
      const price = await alice.engine.price(conversation, "hello", suite);
      const id = await alice.engine.send(conversation, "hello", suite);
      await untilDelivery(alice, conversation, id, "delivered");
      const card = await alice.engine.keyCard(id);
      cards.push([suite, card?.suite, card?.promise]);
      const pad = suite === "OTP" || suite === "OTP_HYBRID";
      const epoch = suite === "OTP_HYBRID" || suite === "OTP" ? 0 : 256;
      expect(price.bits).toBe((pad ? (card?.endToEndBits ?? 0) : 0) + epoch);
    }
    expect(cards).toEqual([
      ["AES", "AES", "site to site"],
      ["OTP", "OTP", "site to site"],
      ["HYBRID", "HYBRID", "end to end"],
      ["OTP_HYBRID", "OTP_HYBRID", "end to end"],
    ]);
  });

  it("in the hybrid one-time pad wait for a late pad and for a late start of the epoch", async () => {
    world.gateways.copies = "late";
    await alice.engine.send(conversation, "first", "OTP_HYBRID");
    await alice.engine.send(conversation, "second", "OTP_HYBRID");
    await untilTexts(bob, conversation, [null, null]);
    expect((await bob.engine.messages(conversation)).map(({ problem }) => problem?.code)).toEqual([
      "key.waiting",
      "key.waiting",
    ]);
    // They only wait: no screen shows them as if something were wrong.
    const waiting = await bob.engine.messages(conversation);
    expect(waiting.every(({ problem }) => problem?.passing)).toBe(true);
    world.gateways.release();
    await untilTexts(bob, conversation, ["first", "second"]);
  });

  it("go on after a restart of sender and receiver, in a new epoch", async () => {
    await alice.engine.send(conversation, "one", "OTP_HYBRID");
    await alice.engine.send(conversation, "two", "HYBRID");
    await untilTexts(bob, conversation, ["one", "two"]);
    await Promise.all([alice.engine.stop(), bob.engine.stop()]);
    [alice, bob] = [
      await world.start(alice.user, disks.alice.reopen()),
      await world.start(bob.user, disks.bob.reopen()),
    ];
    await alice.engine.send(conversation, "three", "HYBRID");
    await alice.engine.send(conversation, "four", "OTP_HYBRID");
    await untilTexts(bob, conversation, ["one", "two", "three", "four"]);
    expect(entries("epoch")).toHaveLength(2);
  });

  it("of a hybrid epoch whose start was damaged say so, and the next epoch is read", async () => {
    world.relay.tamper = (entry) =>
      entry.kind === "epoch"
        ? { ...entry, bytes: Uint8Array.from(entry.bytes, (b, i) => (i === 900 ? b ^ 1 : b)) }
        : entry;
    await alice.engine.send(conversation, "lost", "OTP_HYBRID");
    await alice.engine.send(conversation, "lost too", "HYBRID");
    await untilTexts(bob, conversation, [null, null]);
    world.relay.tamper = (entry) => entry;
    await alice.engine.stop();
    alice = await world.start(alice.user, disks.alice.reopen());
    await alice.engine.send(conversation, "read", "OTP_HYBRID");
    const seen = await untilTexts(bob, conversation, [null, null, "read"]);
    expect(seen.map(({ problem }) => problem !== null)).toEqual([true, true, false]);
  });
});

describe("a classification", () => {
  it.each<[Level, SuiteName[]]>([
    [0, ["AES", "HYBRID", "OTP", "OTP_HYBRID"]],
    [1, ["HYBRID", "OTP_HYBRID"]],
    [2, ["OTP_HYBRID"]],
    [3, ["OTP_HYBRID"]],
  ])("%s offers what it permits, and refuses the rest whoever asks", async (level, offered) => {
    const { levels } = await alice.engine.policy(conversation);
    expect(levels[level]).toMatchObject({ level, offered, refused: null });
    for (const suite of ["AES", "OTP", "HYBRID", "OTP_HYBRID"] as const) {
      const sent = alice.engine.send(conversation, suite, suite, level);
      if (offered.includes(suite)) await sent;
      else await expect(sent).rejects.toMatchObject({ code: "level.suite-too-weak" });
    }
    const seen = await untilTexts(
      bob,
      conversation,
      offered.toSorted((a, b) => order(a) - order(b)),
    );
    expect(new Set(seen.map((message) => message.level))).toEqual(new Set([level]));
  });

  it("is kept when a waiting message takes another suite", async () => {
    world.gateways.beforeDraw = ({ suite }) =>
      suite === 4
        ? { code: "key.unavailable", message: "the pool is empty", retryAfterMs: 60_000 }
        : undefined;
    const id = await alice.engine.send(conversation, "guarded", "OTP_HYBRID", 1);
    await untilDelivery(alice, conversation, id, "waiting-for-key");
    await expect(alice.engine.retry(id, "AES")).rejects.toMatchObject({ code: "level.suite-too-weak" });
    await alice.engine.retry(id, "HYBRID");
    const [seen] = await untilTexts(bob, conversation, ["guarded"]);
    expect(seen).toMatchObject({ suite: "HYBRID", level: 1 });
  });
});

function order(suite: SuiteName): number {
  return ["AES", "OTP", "HYBRID", "OTP_HYBRID"].indexOf(suite);
}
