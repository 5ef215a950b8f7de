import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FileStore } from "../../../lib/messenger/node/file-store.ts";
import { SecretBytes } from "../../../lib/shared/secret-bytes.ts";
import { alice, bob, conversation, freshPair, world } from "../fakes/pair.ts";
import { type TestDevice, until, untilDelivery, untilTexts } from "../fakes/world.ts";

freshPair();

const settingsOf = async ({ engine }: TestDevice) => (await engine.conversations())[0];

describe("messages that disappear", () => {
  it("go on both devices after they were read, with what lists and searches show of them", async () => {
    await alice.engine.setTimer(conversation, 1);
    for (const device of [alice, bob])
      await until(device.engine, async () => (await settingsOf(device))?.timerSeconds === 1);
    await alice.engine.send(conversation, "burn this", "AES");
    await untilTexts(bob, conversation, ["burn this"]);
    expect((await bob.engine.messages(conversation))[0]).toMatchObject({ timerSeconds: 1, expiresAt: null });
    await bob.engine.markRead(conversation);
    for (const device of [alice, bob]) {
      await until(device.engine, async () => (await device.engine.messages(conversation)).length === 0);
      expect((await settingsOf(device))?.lastText).toBe("");
      expect(await device.engine.search("burn")).toEqual([]);
      const rows = await device.store.range("messages", { prefix: "" });
      expect(rows.some(({ value }) => new TextDecoder().decode(value).includes("burn this"))).toBe(false);
    }
    expect((await bob.engine.timeline(conversation)).at(-1)).toMatchObject({ kind: "timer", text: "1" });
  });

  it("go at the next start when their time came while the device was off", async () => {
    const folder = await mkdtemp(join(tmpdir(), "vernam-timed-"));
    const openStore = () => FileStore.open({ folder, key: SecretBytes.own(new Uint8Array(32).fill(9)) });
    const carol = world.user("Carol", "madrid");
    let device = await world.start(carol, await openStore());
    const shared = await alice.engine.openConversation(carol.id);
    await alice.engine.setTimer(shared, 1);
    await until(alice.engine, async () => {
      const views = await alice.engine.conversations();
      return views.find(({ id }) => id === shared)?.timerSeconds === 1;
    });
    const id = await alice.engine.send(shared, "burn this too", "AES");
    await untilTexts(device, shared, ["burn this too"]);
    await device.engine.markRead(shared);
    await device.engine.stop();
    await until(
      alice.engine,
      async () => !(await alice.engine.messages(shared)).some((one) => one.id === id),
    );
    device = await world.start(carol, await openStore());
    expect(await device.engine.messages(shared)).toEqual([]);
    await device.engine.stop();
    await rm(folder, { recursive: true });
  });
});

describe("a conversation's settings", () => {
  it("keep draft and mute on the device", async () => {
    await alice.engine.setDraft(conversation, "half a sent");
    await alice.engine.mute(conversation, true);
    expect(await settingsOf(alice)).toMatchObject({ draft: "half a sent", muted: true });
    await alice.engine.setDraft(conversation, "");
    expect((await settingsOf(alice))?.draft).toBeNull();
  });
});

describe("finding messages", () => {
  it("takes all words, without accents and capitals, and gives what stands around", async () => {
    const texts = ["um", "Évora às nove", "dois", "três", "evora à noite"];
    for (const text of texts) await alice.engine.send(conversation, text, "AES");
    await untilTexts(bob, conversation, texts);
    const found = await bob.engine.search("EVORA");
    expect(found.map(({ message }) => message.text)).toEqual(["evora à noite", "Évora às nove"]);
    expect((await bob.engine.search("evora nove", conversation)).length).toBe(1);
    const hit = found[1]?.message.id ?? "";
    const around = await bob.engine.around(conversation, hit, 3);
    expect(around.map(({ text }) => text)).toEqual(["um", "Évora às nove", "dois"]);
    const first = await bob.engine.around(conversation, 0, 2);
    expect(first.map(({ text }) => text)).toEqual(["um", "Évora às nove"].slice(0, first.length));
  });
});

describe("a history taken along", () => {
  it("restores what was read on a device that began later, before its own messages, once", async () => {
    await alice.engine.send(conversation, "first", "AES");
    const second = await alice.engine.send(conversation, "second", "OTP");
    await untilTexts(bob, conversation, ["first", "second"]);
    await untilDelivery(alice, conversation, second, "delivered");
    await bob.engine.send(conversation, "answer", "AES");
    await untilTexts(alice, conversation, ["first", "second", "answer"]);
    const file = await alice.engine.exportHistory("correct horse battery");
    await expect(alice.engine.importHistory(file, "another passphrase")).rejects.toMatchObject({
      code: "history.open",
    });
    await expect(bob.engine.importHistory(file, "correct horse battery")).rejects.toMatchObject({
      code: "history.other-user",
    });
    expect(await alice.engine.importHistory(file, "correct horse battery")).toEqual({
      messages: 0,
      skipped: 0,
    });
    // A new device of Alice's: the rows that a new device has not are taken away from this one's store.
    world.gateways.approveFurther = true;
    const later = await world.start(alice.user);
    await until(later.engine, async () => (await later.engine.conversations()).length === 1);
    expect(await later.engine.importHistory(file, "correct horse battery")).toEqual({
      messages: 3,
      skipped: 0,
    });
    const seen = await later.engine.messages(conversation);
    expect(seen.map(({ text, mine }) => [text, mine])).toEqual([
      ["first", true],
      ["second", true],
      ["answer", false],
    ]);
    expect((await later.engine.search("second")).length).toBe(1);
    expect(await later.store.range("epochs", { prefix: "" })).toEqual([]);
  });
});
