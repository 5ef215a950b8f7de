import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { outboxRow } from "../../lib/messenger/engine/rows.ts";
import type { SuiteName } from "../../lib/messenger/messenger-api.ts";
import type { StoreWrite } from "../../lib/messenger/store/device-store.ts";
import { parseEnvelope } from "../../lib/protocol/envelope.ts";
import { toHex } from "../../lib/shared/hex.ts";
import { CrashingDisk } from "./fakes/crashing-store.ts";
import { type TestDevice, TestWorld, untilTexts } from "./fakes/world.ts";

let world: TestWorld;
let disk: CrashingDisk;
let alice: TestDevice;
let bob: TestDevice;
let conversation: string;

beforeEach(async () => {
  world = await TestWorld.create();
  bob = await world.start(world.user("Bob", "madrid"));
  disk = new CrashingDisk();
  alice = await world.start(world.user("Alice", "lisbon"), disk.reopen());
  conversation = await alice.engine.openConversation(bob.user.id);
});
afterEach(async () => {
  await world.close();
});

/** Whether this commit makes an envelope final, stores a text, or removes an acknowledged one. */
function stageOf(writes: readonly StoreWrite[]): "text" | "bound" | "acked" | undefined {
  const row = writes.find(({ table }) => table === "outbox");
  if (!row) return undefined;
  if (row.value === null) return "acked";
  const { phase, kind } = outboxRow.decode(row.value);
  if (kind === "epoch") return undefined;
  return phase === "queued" ? "text" : "bound";
}

/** Kills Alice's process at a stage, cuts her connections, and starts her again on the same disk. */
async function crashAt(stage: "text" | "bound" | "acked", when: "crash" | "crash-after", suite: SuiteName) {
  const died = new Promise<void>((resolve) => {
    disk.onCrash = () => {
      alice.port().close();
      resolve();
    };
    disk.onCommit = (writes) => (stageOf(writes) === stage ? when : undefined);
  });
  void alice.engine.send(conversation, "survives", suite).catch(() => undefined);
  await died;
  await alice.engine.stop();
  alice = await world.start(alice.user, disk.reopen());
}

function envelopes() {
  return world.relay
    .log(conversation)
    .entries.filter(({ kind }) => kind === "envelope")
    .map(({ bytes }) => parseEnvelope(bytes));
}

/** No two different ciphertexts under one one-time key, no position given twice. */
function expectNoReuse() {
  const byKey = new Map<string, string>();
  const bySequence = new Map<string, string>();
  for (const { fields, hash } of envelopes()) {
    const key = `${toHex(fields.drawRecordHash)} ${fields.index}`;
    expect(byKey.get(key) ?? toHex(hash)).toBe(toHex(hash));
    byKey.set(key, toHex(hash));
    const place = `${toHex(fields.senderDevice)} ${fields.sequence}`;
    expect(bySequence.get(place) ?? toHex(hash)).toBe(toHex(hash));
    bySequence.set(place, toHex(hash));
  }
}

describe.each(["OTP", "AES"] as const)("a sender killed with a message in suite %s", (suite) => {
  it("sends a stored text once after the restart, although its first key was drawn and lost", async () => {
    await crashAt("bound", "crash", suite);
    await untilTexts(bob, conversation, ["survives"]);
    await alice.engine.send(conversation, "after", suite);
    const seen = await untilTexts(bob, conversation, ["survives", "after"]);
    expect(seen.filter(({ text }) => text === "survives")).toHaveLength(1);
    expect(seen.every(({ problem, gapBefore }) => problem === null && !gapBefore)).toBe(true);
    expectNoReuse();
  });

  it("sends a bound message that was not sent yet, the same bytes", async () => {
    await crashAt("bound", "crash-after", suite);
    const bound = disk.history
      .flat()
      .find((write) => write.table === "outbox" && stageOf([write]) === "bound");
    await untilTexts(bob, conversation, ["survives"]);
    const stored = bound?.value ? outboxRow.decode(bound.value).bytes : undefined;
    expect(envelopes().map(({ bytes }) => toHex(bytes))).toEqual([toHex(stored ?? new Uint8Array())]);
  });

  it("does not send twice what the relay took without its answer being stored", async () => {
    await crashAt("acked", "crash", suite);
    await untilTexts(bob, conversation, ["survives"]);
    await alice.engine.send(conversation, "after", suite);
    await untilTexts(bob, conversation, ["survives", "after"]);
    expect(envelopes()).toHaveLength(2);
    expectNoReuse();
  });

  it("loses a text that was never acknowledged to the writer, and nothing else", async () => {
    await crashAt("text", "crash", suite);
    await alice.engine.send(conversation, "after", suite);
    await untilTexts(bob, conversation, ["after"]);
    expect(envelopes()).toHaveLength(1);
  });
});

describe("a receiver killed", () => {
  it("before its commit shows the message once after the restart", async () => {
    const bobDisk = new CrashingDisk();
    const carol = await world.start(world.user("Carol", "madrid"), bobDisk.reopen());
    const other = await alice.engine.openConversation(carol.user.id);
    for (const when of ["crash", "crash-after"] as const) {
      const died = new Promise<void>((resolve) => {
        bobDisk.onCrash = resolve;
        bobDisk.onCommit = (writes) => (writes.some(({ table }) => table === "messages") ? when : undefined);
      });
      await alice.engine.send(other, `text ${when}`, "OTP");
      await died;
      await carol.engine.stop();
      const again = await world.start(carol.user, bobDisk.reopen());
      const texts = when === "crash" ? ["text crash"] : ["text crash", "text crash-after"];
      const seen = await untilTexts(again, other, texts);
      expect(seen).toHaveLength(texts.length);
      if (when === "crash-after") continue;
      await again.engine.stop();
      Object.assign(carol, await world.start(carol.user, bobDisk.reopen()));
    }
  });
});
