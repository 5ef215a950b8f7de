import { afterEach, beforeEach, expect, it } from "vitest";
import { CrashingDisk } from "../fakes/crashing-store.ts";
import { type TestDevice, TestWorld, until, untilDelivery, untilTexts } from "../fakes/world.ts";

let world: TestWorld;
let alice: TestDevice;
let bob: TestDevice;
let conversation: string;
let disk: CrashingDisk;

beforeEach(async () => {
  world = await TestWorld.create();
  disk = new CrashingDisk();
  alice = await world.start(world.user("Alice", "lisbon"), disk.reopen());
  bob = await world.start(world.user("Bob", "madrid"));
  conversation = await alice.engine.openConversation(bob.user.id);
});
afterEach(() => world.close());

const bytes = crypto.getRandomValues(new Uint8Array(60_000));
const file = { name: "minutes.pdf", mediaType: "application/pdf", bytes, caption: "Please read." };

it.each(["AES", "HYBRID", "OTP", "OTP_HYBRID"] as const)(
  "a file by %s arrives to the byte",
  async (suite) => {
    const price = await alice.engine.filePrice(conversation, bytes.length, suite, file);
    await alice.engine.sendFile(conversation, file, suite);
    await untilTexts(bob, conversation, ["Please read."]);
    const [message] = await bob.engine.messages(conversation);
    const pad = suite === "OTP" || suite === "OTP_HYBRID";
    expect(message?.content).toMatchObject({ kind: "file", name: "minutes.pdf", size: 60_000, inline: pad });
    const opened = await bob.engine.openFile(message?.id ?? "");
    expect(Buffer.compare(opened.bytes, bytes)).toBe(0);
    const card = await alice.engine.keyCard(message?.id ?? "");
    expect(card?.paddedBytes).toBe(pad ? price.paddedBytes : card?.paddedBytes);
    expect(price.inline).toBe(pad);
    expect(price.bits > 8 * bytes.length).toBe(pad);
    const [shown] = await bob.engine.messages(conversation);
    expect(shown?.content).toMatchObject({ state: "here" });
  },
);

it("waits for the relay's files while other messages go on, and survives a restart", async () => {
  world.attachments.putsLeft = 0;
  const sent = await alice.engine.sendFile(conversation, file, "AES");
  await alice.engine.send(conversation, "Not held back.", "AES");
  await untilTexts(bob, conversation, ["Not held back."]);
  const [waiting] = await alice.engine.messages(conversation);
  expect(waiting).toMatchObject({ id: sent, delivery: { state: "sending" } });
  await alice.engine.stop();
  world.attachments.putsLeft = Number.POSITIVE_INFINITY;
  const again = await world.start(alice.user, disk.reopen());
  await untilTexts(bob, conversation, ["Not held back.", "Please read."]);
  await untilDelivery(again, conversation, sent, "delivered");
});

it("that the relay refuses says so, and goes when it is tried again", async () => {
  world.attachments.refusal = "attachment.quota";
  const sent = await alice.engine.sendFile(conversation, file, "HYBRID");
  await untilDelivery(alice, conversation, sent, "failed");
  world.attachments.refusal = undefined;
  await alice.engine.retry(sent);
  await untilTexts(bob, conversation, ["Please read."]);
});

it("can be taken back while it is on its way, and nothing of it stays", async () => {
  world.attachments.putsLeft = 0;
  const sent = await alice.engine.sendFile(conversation, file, "AES");
  await alice.engine.cancelFile(sent);
  await untilDelivery(alice, conversation, sent, "cancelled");
  expect(await alice.store.range("chunks", { prefix: "" })).toEqual([]);
  expect(await alice.store.range("outbox", { prefix: "" })).toEqual([]);
});

it("is refused where a pad is demanded and the file is larger than a pad may be, before anything is stored", async () => {
  const large = { ...file, bytes: new Uint8Array(300_000) };
  for (const [suite, level] of [
    ["OTP", 0],
    ["OTP_HYBRID", 2],
  ] as const) {
    const refused = alice.engine.sendFile(conversation, large, suite, level);
    await expect(refused).rejects.toMatchObject({ code: "payload.file-too-large" });
    const price = await alice.engine.filePrice(conversation, 300_000, suite, { level });
    expect(price).toMatchObject({ refused: "payload.file-too-large", largest: 262_144 });
  }
  await expect(alice.engine.sendFile(conversation, file, "HYBRID", 2)).rejects.toMatchObject({
    code: expect.stringMatching(/^level\.|^payload\./),
  });
  expect(await alice.engine.messages(conversation)).toEqual([]);
});

it("cannot become a file by stream under a pad, or the other way, by another suite for a waiting message", async () => {
  world.attachments.putsLeft = 0;
  const sent = await alice.engine.sendFile(conversation, file, "AES");
  await expect(alice.engine.retry(sent, "OTP")).rejects.toMatchObject({ code: "payload.suite" });
});

it("altered at the relay is reported by its message and shown by nobody", async () => {
  await alice.engine.sendFile(conversation, file, "AES");
  await untilTexts(bob, conversation, ["Please read."]);
  const [message] = await bob.engine.messages(conversation);
  world.attachments.tamper = (chunks) => chunks.map((chunk) => chunk.toReversed());
  await expect(bob.engine.openFile(message?.id ?? "")).rejects.toMatchObject({ code: "file.tag" });
  await until(bob.engine, async () => {
    const [shown] = await bob.engine.messages(conversation);
    return shown?.content.kind === "file" && shown.content.state === "failed";
  });
});
