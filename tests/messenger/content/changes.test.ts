import { describe, expect, it } from "vitest";
import type { Content } from "../../../lib/messenger/api/content.ts";
import type { MessageView } from "../../../lib/messenger/messenger-api.ts";
import { alice, bob, conversation, freshPair, world } from "../fakes/pair.ts";
import { type TestDevice, until, untilDelivery, untilTexts } from "../fakes/world.ts";

freshPair();

/** Waits until the only message of the conversation looks like that, and returns it. */
async function untilMessage(
  { engine }: TestDevice,
  isSo: (message: MessageView) => boolean,
): Promise<MessageView> {
  let found: MessageView | undefined;
  await until(engine, async () => {
    found = (await engine.messages(conversation)).find(isSo);
    return found !== undefined;
  });
  return found as MessageView;
}

async function bobsMessage(text: string): Promise<MessageView> {
  await untilTexts(bob, conversation, [text]);
  return await untilMessage(bob, (message) => message.text === text);
}

describe("changes to messages", () => {
  it("edit an own message on every device, keep its earlier text, and are no rows of the thread", async () => {
    const id = await alice.engine.send(conversation, "at nine", "OTP");
    const seen = await bobsMessage("at nine");
    await untilDelivery(alice, conversation, id, "delivered");
    await alice.engine.edit(id, "at ten");
    for (const device of [alice, bob]) {
      const message = await untilMessage(device, ({ text }) => text === "at ten");
      expect(message.editedAt).not.toBeNull();
      expect(await device.engine.messages(conversation)).toHaveLength(1);
      expect((await device.engine.edits(message.id)).map(({ text }) => text)).toEqual(["at nine"]);
      expect((await device.engine.conversations())[0]?.lastText).toBe("at ten");
    }
    expect((await bob.engine.conversations())[0]?.unread).toBe(1);
    await expect(bob.engine.edit(seen.id, "at noon")).rejects.toMatchObject({ code: "payload.not-author" });
  });

  it("delete a message for everybody and leave its place", async () => {
    const id = await alice.engine.send(conversation, "a mistake", "AES");
    await bobsMessage("a mistake");
    await untilDelivery(alice, conversation, id, "delivered");
    await alice.engine.remove(id);
    for (const device of [alice, bob]) {
      const message = await untilMessage(device, ({ content }) => content.kind === "deleted");
      expect(message.text).toBe("");
      expect((await device.engine.conversations())[0]).toMatchObject({ lastText: "", lastKind: "deleted" });
      expect(await device.engine.search("mistake")).toEqual([]);
    }
    await expect(alice.engine.edit(id, "again")).rejects.toMatchObject({ code: "payload.target-deleted" });
  });

  it("react with one sign for each person, and take it back", async () => {
    await alice.engine.send(conversation, "agreed?", "AES");
    const { id } = await bobsMessage("agreed?");
    await bob.engine.react(id, "👍");
    const reacted = await untilMessage(alice, ({ reactions }) => reactions.length === 1);
    expect(reacted.reactions).toEqual([{ emoji: "👍", users: [bob.user.name], mine: false }]);
    await bob.engine.react(id, "✅");
    await untilMessage(alice, ({ reactions }) => reactions[0]?.emoji === "✅" && reactions.length === 1);
    await bob.engine.react(id, null);
    await untilMessage(alice, ({ reactions }) => reactions.length === 0);
  });

  it("tell their price in the suite of their target", async () => {
    const id = await alice.engine.send(conversation, "short", "OTP");
    await untilDelivery(alice, conversation, id, "delivered");
    const price = await alice.engine.changePrice({ kind: "edit", message: id, text: "shorter" });
    expect(price).toMatchObject({ suite: "OTP", drawsKey: true });
    expect(price.bits).toBe(8 * (price.paddedBytes + 32));
  });

  it("wait for key like any message, and are taken back before they have it", async () => {
    const id = await alice.engine.send(conversation, "stands", "OTP");
    await untilDelivery(alice, conversation, id, "delivered");
    world.gateways.beforeDraw = () => ({ code: "draw.no-key", message: "the pool is empty" });
    const edit = await alice.engine.edit(id, "falls");
    const waiting = await untilMessage(alice, ({ pendingChange }) => pendingChange !== null);
    expect(waiting).toMatchObject({ text: "stands", pendingChange: { id: edit, kind: "edit" } });
    await alice.engine.cancel(edit);
    expect(await alice.engine.messages(conversation)).toMatchObject([
      { text: "stands", pendingChange: null },
    ]);
  });
});

describe("kinds of messages", () => {
  it("quote the message that a reply is about, and say when it is deleted", async () => {
    const id = await alice.engine.send(conversation, "where?", "AES");
    await untilDelivery(alice, conversation, id, "delivered");
    const { id: seen } = await bobsMessage("where?");
    await bob.engine.send(conversation, { kind: "text", text: "room four", replyTo: seen }, "AES");
    const reply = await untilMessage(alice, ({ text }) => text === "room four");
    expect(reply.replyTo).toMatchObject({ message: id, name: alice.user.name, excerpt: "where?" });
    await alice.engine.remove(id);
    await untilMessage(bob, ({ replyTo }) => replyTo?.kind === "deleted");
  });

  it("carry formal and structured contents as they were written", async () => {
    const contents: Content[] = [
      {
        kind: "formal",
        registration: "MNE/2026/0042",
        subject: "Attendance list",
        originator: "Protocol Office",
        downgradeAt: null,
        copyNumber: 1,
        copies: 3,
        text: "Nine delegations.",
      },
      {
        kind: "order",
        reference: "O-7",
        target: "Breaker 7",
        action: "open",
        parameters: [{ name: "bay", value: "B" }],
        notBefore: 1000,
        notAfter: 2000,
      },
      {
        kind: "telemetry",
        source: "Transformer 2",
        measuredAt: 1500,
        readings: [{ quantity: "oil temperature", mantissa: 615, scale: 1, unit: "°C" }],
      },
      {
        kind: "payment",
        reference: "P-1",
        debtor: "Treasury",
        debtorAccount: "PT50",
        creditor: "Supplier",
        creditorAccount: "ES91",
        amount: 12_345,
        currency: "EUR",
        executeAt: 3000,
        purpose: "invoice 9",
      },
    ];
    for (const content of contents) await alice.engine.send(conversation, content, "AES");
    await until(bob.engine, async () => (await bob.engine.messages(conversation)).length === 4);
    const seen = await bob.engine.messages(conversation);
    expect(seen.map(({ content }) => content)).toEqual(contents);
    expect((await bob.engine.search("attendance")).length).toBe(1);
    const order = seen[1]?.id ?? "";
    await bob.engine.send(
      conversation,
      { kind: "acknowledgement", message: order, outcome: "done", note: null },
      "AES",
    );
    const answer = await untilMessage(alice, ({ content }) => content.kind === "acknowledgement");
    expect(answer.content).toMatchObject({ outcome: "done", target: { kind: "order" } });
  });

  it("show a list the subject of a formal message, never its text", async () => {
    const formal: Content = {
      kind: "formal",
      registration: "R-1",
      subject: "Unclassified subject",
      originator: "Office",
      downgradeAt: null,
      copyNumber: 1,
      copies: 1,
      text: "the text itself",
    };
    await alice.engine.send(conversation, formal, "AES");
    await until(bob.engine, async () => (await bob.engine.conversations())[0]?.lastKind === "formal");
    expect((await bob.engine.conversations())[0]?.lastText).toBe("Unclassified subject");
  });
});
