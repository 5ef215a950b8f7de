import { expect, it } from "vitest";
import { ChangeDesk } from "../../../lib/messenger/content/change-desk.ts";
import { Conversation } from "../../../lib/messenger/engine/conversation.ts";
import { type MessageRow, ordinalKey } from "../../../lib/messenger/engine/rows.ts";
import { VolatileStore } from "../../../lib/messenger/store/volatile-store.ts";
import { encodePayload, payloadKinds } from "../../../lib/protocol/payload.ts";

const id = (byte: number) => new Uint8Array(16).fill(byte);
const target = new Uint8Array(64).fill(1);

function targetRow(): MessageRow {
  return {
    id: id(3),
    senderUser: id(4),
    senderDevice: id(5),
    mine: false,
    suite: 2,
    level: 0,
    at: 1000,
    sequence: 1,
    text: "early",
    gapBefore: false,
    hash: target,
    envelopeBytes: 0,
    paddedBytes: 64,
  };
}

it("changes wait for a target that is not here, also over a restart, and only its author's are made", async () => {
  const store = new VolatileStore();
  const conversation = new Conversation("ab".repeat(16), store, "cd".repeat(16));
  const before = new ChangeDesk(store);
  await before.load();
  const edit = (text: string) => encodePayload({ kind: payloadKinds.edit, body: { target, text } });
  const changes = [
    { user: id(4), at: 2000, payload: edit("late") },
    { user: id(9), at: 3000, payload: edit("forged") },
  ];
  for (const [i, change] of changes.entries()) {
    expect(await before.change(conversation, change)).toBe("unknown");
    const write = before.keep(conversation, new Uint8Array(64).fill(50 + i), change);
    expect(write).toBeDefined();
    if (write) await store.commit([write]);
  }
  const after = new ChangeDesk(store);
  await after.load();
  const key = ordinalKey(conversation.id, 7);
  const changed = await after.settle(conversation, key, targetRow());
  expect(changed?.row.text).toBe("late");
  await store.commit(changed?.writes ?? []);
  expect(await store.range("changes", { prefix: "" })).toEqual([]);
  expect(await after.settle(conversation, key, targetRow())).toBeUndefined();
});
