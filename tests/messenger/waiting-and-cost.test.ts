import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { FileStore } from "../../lib/messenger/node/file-store.ts";
import { VolatileStore } from "../../lib/messenger/store/volatile-store.ts";
import { parseEnvelope } from "../../lib/protocol/envelope.ts";
import { SecretBytes } from "../../lib/shared/secret-bytes.ts";
import { alice, bob, conversation, freshPair, world } from "./fakes/pair.ts";
import { until, untilDelivery, untilTexts } from "./fakes/world.ts";

freshPair();

async function delivery(id: string) {
  return (await alice.engine.messages(conversation)).find((message) => message.id === id)?.delivery;
}

describe("a message without key", () => {
  beforeEach(() => {
    world.gateways.beforeDraw = ({ suite }) =>
      suite === 1 ? { code: "key.unavailable", message: "the pool is empty", retryAfterMs: 50 } : undefined;
  });

  it("waits with the reason, lets others pass, and goes out by itself when there is key", async () => {
    const id = await alice.engine.send(conversation, "by pad", "OTP");
    await untilDelivery(alice, conversation, id, "waiting-for-key");
    expect(await delivery(id)).toMatchObject({ code: "key.unavailable", retryAt: expect.any(Number) });
    await alice.engine.send(conversation, "by AES", "AES");
    await untilTexts(bob, conversation, ["by AES"]);
    world.gateways.beforeDraw = () => undefined;
    await untilDelivery(alice, conversation, id, "delivered");
    const seen = await bob.engine.messages(conversation);
    expect(seen.map(({ text, suite }) => [text, suite])).toEqual([
      ["by AES", "AES"],
      ["by pad", "OTP"],
    ]);
  });

  it("keeps its suite until the person chooses another", async () => {
    const id = await alice.engine.send(conversation, "urgent", "OTP");
    await untilDelivery(alice, conversation, id, "waiting-for-key");
    await alice.engine.retry(id, "AES");
    const [seen] = await untilTexts(bob, conversation, ["urgent"]);
    expect(seen?.suite).toBe("AES");
  });

  it("can be cancelled, and is then never sent", async () => {
    const id = await alice.engine.send(conversation, "never mind", "OTP");
    await untilDelivery(alice, conversation, id, "waiting-for-key");
    await alice.engine.cancel(id);
    world.gateways.beforeDraw = () => undefined;
    await alice.engine.send(conversation, "after", "OTP");
    await untilTexts(bob, conversation, ["after"]);
    expect(await delivery(id)).toEqual({ state: "cancelled" });
    await expect(alice.engine.retry(id)).rejects.toMatchObject({ code: "outbox.unknown" });
  });
});

describe("the gateway", () => {
  it("voids a key whose answer was lost, and the message takes another", async () => {
    let lost = 0;
    world.gateways.loseDraw = () => lost++ === 0;
    await alice.engine.send(conversation, "once", "OTP");
    await untilTexts(bob, conversation, ["once"]);
    expect(world.gateways.voided.size).toBe(1);
    const [envelope] = world.relay.log(conversation).entries.filter(({ kind }) => kind === "envelope");
    const used = parseEnvelope(envelope?.bytes ?? new Uint8Array()).fields.drawRecordHash;
    expect(world.gateways.voided.has(Buffer.from(used).toString("hex"))).toBe(false);
  });

  it("may be away: messages wait and go out in order when it is back", async () => {
    world.gateways.disconnectAll();
    await until(alice.engine, async () => (await alice.engine.state()).phase === "offline");
    const id = await alice.engine.send(conversation, "one", "OTP");
    await alice.engine.send(conversation, "two", "OTP");
    await untilDelivery(alice, conversation, id, "waiting-for-key");
    expect(await delivery(id)).toMatchObject({ code: "gateway.offline" });
    world.gateways.online = true;
    await untilTexts(bob, conversation, ["one", "two"]);
  });
});

describe("a contact without a device", () => {
  it("gets its messages when its first device has come and joined by itself", async () => {
    const later = world.user("Carla", "madrid");
    const other = await alice.engine.openConversation(later.id);
    const id = await alice.engine.send(other, "welcome", "OTP");
    await untilDelivery(alice, other, id, "waiting-for-device");
    expect((await alice.engine.conversations()).find(({ id: one }) => one === other)?.withoutDevice).toEqual([
      later.id,
    ]);
    const carla = await world.start(later);
    await untilTexts(carla, other, ["welcome"]);
  });
});

describe("a profile", () => {
  it("that is another person's device says whose, and is left alone", async () => {
    const store = new VolatileStore();
    const first = await world.start(world.user("Dora", "lisbon"), store);
    first.port().close();
    const second = await world.start(world.user("Eva", "lisbon"), store, false);
    expect(await second.engine.state()).toEqual({ phase: "other-user", holder: "Dora" });
  });

  it("of a further device waits for approval", async () => {
    const further = await world.start(alice.user, new VolatileStore(), false);
    await until(further.engine, async () => (await further.engine.state()).phase === "approval-needed");
  });
});

describe("what a message costs", () => {
  it("is told before and is what the key card says afterwards", async () => {
    const text = "x".repeat(300);
    const price = await alice.engine.price(conversation, text, "OTP");
    const id = await alice.engine.send(conversation, text, "OTP");
    await untilDelivery(alice, conversation, id, "delivered");
    const card = await alice.engine.keyCard(id);
    expect(card).toMatchObject({
      suite: "OTP",
      endToEndBits: price.bits,
      paddedBytes: price.paddedBytes,
      epoch: null,
    });
    expect(price.bits).toBe(8 * (512 + 32));
    expect(card?.erasedAt).not.toBeNull();
    expect((await bob.engine.keyCard(id))?.keyIds).toEqual(card?.keyIds);
  });

  it("is one key for many AES messages", async () => {
    expect(await alice.engine.price(conversation, "a", "AES")).toMatchObject({ bits: 256, drawsKey: true });
    const first = await alice.engine.send(conversation, "a", "AES");
    await untilDelivery(alice, conversation, first, "delivered");
    expect(await alice.engine.price(conversation, "b", "AES")).toMatchObject({ bits: 0, drawsKey: false });
    const second = await alice.engine.send(conversation, "b", "AES");
    await untilDelivery(alice, conversation, second, "delivered");
    const [one, two] = [await alice.engine.keyCard(first), await alice.engine.keyCard(second)];
    expect(two?.keyIds).toEqual(one?.keyIds);
    expect([one?.epoch?.index, two?.epoch?.index]).toEqual([0, 1]);
    expect(world.gateways.keys.size).toBe(1);
  });

  it("refuses levels that these suites are too weak for", async () => {
    await expect(alice.engine.send(conversation, "x", "OTP", 1)).rejects.toMatchObject({
      code: "level.suite-too-weak",
    });
  });
});

describe("safety numbers", () => {
  it("are the same at both ends, and the mark falls when devices change", async () => {
    await bob.engine.conversations();
    await alice.engine.send(conversation, "hello", "OTP");
    await untilTexts(bob, conversation, ["hello"]);
    const [a, b] = [
      await alice.engine.safetyNumber(conversation),
      await bob.engine.safetyNumber(conversation),
    ];
    expect(a?.digits).toBe(b?.digits);
    expect(a?.digits).toMatch(/^(\d{5} ){11}\d{5}$/);
    await alice.engine.setVerified(bob.user.id, true);
    expect((await alice.engine.conversations())[0]?.verified).toBe(true);
  });
});

describe("secrets", () => {
  it("are not in the store's file: no key, no plaintext", async () => {
    const folder = await mkdtemp(join(tmpdir(), "vernam-device-"));
    const key = SecretBytes.random(32);
    const store = await FileStore.open({ folder, key });
    const carol = await world.start(world.user("Carol", "madrid"), store);
    const other = await carol.engine.openConversation(bob.user.id);
    const text = "a sentence that nobody finds on the disk";
    for (const suite of ["OTP", "AES"] as const) await carol.engine.send(other, text, suite);
    await untilTexts(bob, other, [text, text]);
    await bob.engine.send(other, text, "OTP");
    await untilTexts(carol, other, [text, text, text]);
    await carol.engine.stop();
    const bytes = await readFile(join(folder, "device.log"));
    expect(bytes.length).toBeGreaterThan(10_000);
    expect(bytes.includes(text)).toBe(false);
    for (const drawn of world.gateways.keys.values())
      for (let at = 0; at + 8 <= drawn.length; at += 8)
        expect(bytes.includes(Buffer.from(drawn.subarray(at, at + 8)))).toBe(false);
    await rm(folder, { recursive: true, force: true });
  });

  it("used one-time keys are in no row of the store, even before encryption", async () => {
    await alice.engine.send(conversation, "pad", "OTP");
    await untilTexts(bob, conversation, ["pad"]);
    for (const device of [alice, bob])
      for (const table of [
        "messages",
        "outbox",
        "records",
        "hashes",
        "senders",
        "parked",
        "progress",
      ] as const)
        for (const { value } of await device.store.range(table, { prefix: "" }))
          for (const drawn of world.gateways.keys.values())
            for (let at = 0; at + 8 <= drawn.length; at += 8)
              expect(Buffer.from(value).includes(Buffer.from(drawn.subarray(at, at + 8)))).toBe(false);
  });
});
