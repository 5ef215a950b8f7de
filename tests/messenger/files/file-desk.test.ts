import { describe, expect, it } from "vitest";
import type { Conversation } from "../../../lib/messenger/engine/conversation.ts";
import { FileDesk, type FileOutbox } from "../../../lib/messenger/files/file-desk.ts";
import { VolatileStore } from "../../../lib/messenger/store/volatile-store.ts";
import { defaultLevelPolicy } from "../../../lib/protocol/level-policy.ts";
import { encodePayload, type Payload, payloadKinds } from "../../../lib/protocol/payload.ts";
import { suites } from "../../../lib/protocol/suites.ts";
import { type Bytes, utf8 } from "../../../lib/shared/bytes.ts";
import { fromHex, toHex } from "../../../lib/shared/hex.ts";
import { FakeAttachments } from "../fakes/fake-attachments.ts";

const kib = 1024;
const conversationId = "c0".repeat(16);
const conversation = { id: conversationId, idBytes: fromHex(conversationId) } as unknown as Conversation;
const message = "a1".repeat(16);

/** The outbox as far as files see it, durable like the real one. */
class FakeOutbox implements FileOutbox {
  readonly onHold = new Set<string>();
  readonly held = this;
  readonly written = new Map<string, Payload>();
  readonly refused: string[] = [];
  readonly #store: VolatileStore;
  readonly #released = new Map<string, () => void>();
  readonly #refusals: (() => void)[] = [];

  constructor(store: VolatileStore) {
    this.#store = store;
  }

  async write(_: Conversation, id: string, payload: Payload): Promise<void> {
    // As the real one: encoded at once.
    encodePayload(payload);
    this.written.set(id, structuredClone(payload));
    await this.#store.commit([{ table: "identifiers", key: id, value: utf8("row") }]);
  }
  hold(id: string): void {
    this.onHold.add(id);
  }
  release(id: string): void {
    this.onHold.delete(id);
    this.#released.get(id)?.();
  }
  async refuse(_: string, { code }: { code: string }): Promise<void> {
    this.refused.push(code);
    for (const tell of this.#refusals) tell();
  }
  released(id: string): Promise<void> {
    if (!this.onHold.has(id)) return Promise.resolve();
    return new Promise((resolve) => this.#released.set(id, resolve));
  }
  refusal(): Promise<void> {
    return this.refused.length > 0
      ? Promise.resolve()
      : new Promise((resolve) => this.#refusals.push(resolve));
  }
}

function device(relay: FakeAttachments, store = new VolatileStore()) {
  const outbox = new FakeOutbox(store);
  const progress: number[] = [];
  const desk = new FileDesk(
    {
      store,
      attachments: relay,
      announce: ({ type, done }) => {
        if (type === "file") progress.push(done ?? 0);
      },
      levelPolicy: () => defaultLevelPolicy,
      fail: (error) => {
        throw error;
      },
    },
    outbox,
    { check: () => undefined },
  );
  return { desk, outbox, store, progress };
}

const noise = (length: number): Bytes => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
};

const fileOf = (bytes: Bytes) => ({ name: "plan.pdf", mediaType: "application/pdf", bytes });

/** A file at the relay, and the payload that a receiver has of it. */
async function sent(relay: FakeAttachments, bytes: Bytes) {
  const sender = device(relay);
  await sender.desk.send(conversation, message, fileOf(bytes), suites.hybrid, 0);
  await sender.outbox.released(message);
  return { sender, encoded: encodePayload(sender.outbox.written.get(message) as Payload) };
}

describe("sending", () => {
  it("holds the message back until every sealed chunk is at the relay", async () => {
    const relay = new FakeAttachments();
    relay.putsLeft = 0;
    const { desk, outbox } = device(relay);
    await desk.send(conversation, message, fileOf(noise(150 * kib)), suites.aes, 0);
    expect(outbox.onHold.has(message)).toBe(true);
    expect(desk.isUploading(message)).toBe(true);
    relay.putsLeft = Number.POSITIVE_INFINITY;
    desk.online();
    await outbox.released(message);
    const [stored] = relay.files.values();
    expect([...(stored?.chunks.keys() ?? [])].sort()).toEqual([0, 1, 2]);
    expect(desk.isUploading(message)).toBe(false);
    await desk.stop();
  });

  it("shows the relay nothing but ciphertext", async () => {
    const relay = new FakeAttachments();
    const bytes = new Uint8Array(100 * kib).fill(65);
    await sent(relay, bytes);
    const seen = Buffer.concat([...([...relay.files.values()][0]?.chunks.values() ?? [])]);
    expect(seen.includes("AAAAAAAA")).toBe(false);
    expect(seen.includes("plan.pdf")).toBe(false);
  });

  it("goes on after a restart with the same bytes and only what is missing", async () => {
    const relay = new FakeAttachments();
    relay.putsLeft = 2;
    const bytes = noise(300 * kib);
    const first = device(relay);
    await first.desk.send(conversation, message, fileOf(bytes), suites.aes, 0);
    const payload = first.outbox.written.get(message) as Payload;
    while (relay.asked.filter((one) => one.startsWith("put")).length < 2)
      await new Promise((resolve) => setImmediate(resolve));
    await first.desk.stop();

    relay.putsLeft = Number.POSITIVE_INFINITY;
    const second = device(relay, first.store);
    const before = relay.asked.length;
    await second.desk.load();
    expect(second.outbox.onHold.has(message)).toBe(true);
    await second.outbox.released(message);
    expect(relay.asked.slice(before).filter((one) => one.startsWith("put"))).toHaveLength(3);

    const opened = await device(relay).desk.open(conversationId, message, encodePayload(payload));
    expect(Buffer.compare(opened.bytes, bytes)).toBe(0);
  });

  it("forgets a file that was still being sealed when the program ended: nobody was promised it", async () => {
    const relay = new FakeAttachments();
    const { desk, outbox, store } = device(relay);
    const full = store.commit.bind(store);
    store.commit = async (writes) => {
      if (writes.some(({ key }) => key.endsWith("00000010"))) throw new Error("power lost");
      await full(writes);
    };
    const losing = desk.send(conversation, message, fileOf(noise(40 * 64 * kib)), suites.aes, 0);
    await expect(losing).rejects.toThrow("power lost");
    store.commit = full;
    const again = device(relay, store);
    await again.desk.load();
    expect(again.outbox.onHold.size).toBe(0);
    expect(outbox.written.size).toBe(0);
    expect(await store.range("chunks", { prefix: "" })).toEqual([]);
    expect(relay.files.size).toBe(0);
  });

  it("says why the relay refused, and tries again when asked", async () => {
    const relay = new FakeAttachments();
    relay.refusal = "attachment.quota";
    const { desk, outbox } = device(relay);
    await desk.send(conversation, message, fileOf(noise(10)), suites.aes, 0);
    await outbox.refusal();
    expect(outbox.refused).toEqual(["attachment.quota"]);
    relay.refusal = undefined;
    await desk.retry(message);
    await outbox.released(message);
    expect(relay.files.size).toBe(1);
  });

  it("takes a cancelled file back, here and at the relay", async () => {
    const relay = new FakeAttachments();
    relay.putsLeft = 1;
    const { desk, store } = device(relay);
    await desk.send(conversation, message, fileOf(noise(200 * kib)), suites.aes, 0);
    await desk.dropped(message);
    expect(relay.files.size).toBe(0);
    expect(await store.range("chunks", { prefix: "" })).toEqual([]);
    expect(desk.isUploading(message)).toBe(false);
  });

  it("sends nothing to the relay's files under a one-time pad: the file is the message", async () => {
    const relay = new FakeAttachments();
    const { desk, outbox } = device(relay);
    const bytes = noise(20_000);
    await desk.send(conversation, message, fileOf(bytes), suites.otp, 0);
    const payload = outbox.written.get(message);
    expect(payload?.kind).toBe(payloadKinds.inlineFile);
    expect(relay.asked).toEqual([]);
    const opened = await desk.open(conversationId, message, encodePayload(payload as Payload));
    expect(Buffer.compare(opened.bytes, bytes)).toBe(0);
  });
});

describe("opening", () => {
  it("gives back exactly the file, empty ones and whole chunks too", async () => {
    for (const size of [0, 1, 64 * kib, 64 * kib + 1, 20 * 64 * kib]) {
      const relay = new FakeAttachments();
      const bytes = noise(size);
      const { encoded } = await sent(relay, bytes);
      const receiver = device(relay);
      const opened = await receiver.desk.open(conversationId, message, encoded.slice());
      expect(Buffer.compare(opened.bytes, bytes)).toBe(0);
      expect(receiver.desk.stateOf(message)).toBe("here");
      expect(receiver.progress.at(-1)).toBe(size);
    }
  });

  it("opens a file that is here without asking the relay, after a restart too", async () => {
    const relay = new FakeAttachments();
    const { encoded } = await sent(relay, noise(100 * kib));
    const first = device(relay);
    await first.desk.open(conversationId, message, encoded.slice());
    relay.files.clear();
    const second = device(relay, first.store);
    await second.desk.load();
    expect(second.desk.stateOf(message)).toBe("here");
    expect((await second.desk.open(conversationId, message, encoded.slice())).bytes.length).toBe(100 * kib);
  });

  it("goes on where a fetch was cut off", async () => {
    const relay = new FakeAttachments();
    const bytes = noise(40 * 64 * kib);
    const { encoded } = await sent(relay, bytes);
    const { desk } = device(relay);
    relay.getsLeft = 1;
    await expect(desk.open(conversationId, message, encoded.slice())).rejects.toMatchObject({
      code: "relay.offline",
    });
    expect(desk.stateOf(message)).toBe("remote");
    relay.getsLeft = Number.POSITIVE_INFINITY;
    relay.asked.length = 0;
    const opened = await desk.open(conversationId, message, encoded.slice());
    expect(relay.asked).toEqual(["get 16", "get 32"]);
    expect(Buffer.compare(opened.bytes, bytes)).toBe(0);
  });

  it("stops when asked, and shows the file as not fetched", async () => {
    const relay = new FakeAttachments();
    const { encoded } = await sent(relay, noise(100 * kib));
    const { desk } = device(relay);
    const opening = desk.open(conversationId, message, encoded.slice());
    expect(desk.cancelFetch(message)).toBe(true);
    await expect(opening).rejects.toMatchObject({ code: "file.cancelled" });
    expect(desk.stateOf(message)).toBe("remote");
  });
});

describe("a relay that lies", () => {
  const lies: readonly (readonly [string, (sealed: readonly Bytes[]) => readonly Uint8Array[], string])[] = [
    ["swaps two chunks", ([a, b, ...rest]) => [b!, a!, ...rest], "file.tag"],
    ["repeats a chunk in place of another", ([a, , ...rest]) => [a!, a!, ...rest], "file.tag"],
    ["reverses whole chunks", (all) => [...all.slice(0, -1).reverse(), all.at(-1)!], "file.tag"],
    ["flips one bit", ([a, ...rest]) => [flipped(a!), ...rest], "file.tag"],
    ["leaves out the last chunk", (all) => all.slice(0, -1), "file.length"],
    ["cuts the last chunk short", (all) => [...all.slice(0, -1), all.at(-1)!.subarray(1)], "file.length"],
    ["adds a byte", (all) => [...all.slice(0, -1), new Uint8Array([...all.at(-1)!, 0])], "file.length"],
    ["gives nothing", () => [], "file.length"],
  ];
  it.each(lies)("%s: nothing is shown, nothing is kept, and the message says so", async (_, tamper, code) => {
    const relay = new FakeAttachments();
    const bytes = noise(5 * 64 * kib - 7);
    const { encoded } = await sent(relay, bytes);
    const { desk, store } = device(relay);
    relay.tamper = tamper;
    await expect(desk.open(conversationId, message, encoded.slice())).rejects.toMatchObject({ code });
    expect(desk.stateOf(message)).toBe("failed");
    expect(await store.range("chunks", { prefix: "" })).toEqual([]);
    relay.tamper = (all) => all;
    const opened = await desk.open(conversationId, message, encoded.slice());
    expect(Buffer.compare(opened.bytes, bytes)).toBe(0);
    expect(desk.stateOf(message)).toBe("here");
  });

  it("cannot pass off another file of the same size, even one sealed by the same sender", async () => {
    const relay = new FakeAttachments();
    const other = new FakeAttachments();
    const { encoded } = await sent(relay, noise(1000));
    await sent(other, noise(1000));
    relay.tamper = () => [...([...other.files.values()][0]?.chunks.values() ?? [])];
    const { desk } = device(relay);
    await expect(desk.open(conversationId, message, encoded)).rejects.toMatchObject({ code: "file.tag" });
  });

  it("is found out when it and a member who has the key agree on another file", async () => {
    const relay = new FakeAttachments();
    const { sender } = await sent(relay, noise(1000));
    const payload = sender.outbox.written.get(message) as Extract<Payload, { kind: 8 }>;
    const { sealFileChunk } = await import("../../../lib/protocol/file-stream.ts");
    const { sealed } = await sealFileChunk(payload.body, 0, noise(1000));
    relay.tamper = () => [sealed];
    const { desk } = device(relay);
    const opening = desk.open(conversationId, message, encodePayload(payload));
    await expect(opening).rejects.toMatchObject({ code: "file.hash" });
    expect(desk.stateOf(message)).toBe("failed");
  });

  it("that no longer keeps the file leads to a message that says so", async () => {
    const relay = new FakeAttachments();
    const { encoded } = await sent(relay, noise(1000));
    relay.files.clear();
    const { desk } = device(relay);
    await expect(desk.open(conversationId, message, encoded)).rejects.toMatchObject({
      code: "attachment.unknown",
    });
    expect(desk.stateOf(message)).toBe("failed");
  });
});

function flipped(bytes: Bytes): Bytes {
  const copy = bytes.slice();
  copy[100] = (copy[100] as number) ^ 1;
  return copy;
}

it("names files in hex at the relay and nowhere by their name", async () => {
  const relay = new FakeAttachments();
  await sent(relay, noise(10));
  const [key] = relay.files.keys();
  expect(key).toMatch(new RegExp(`^${toHex(conversation.idBytes)}/[0-9a-f]{32}$`));
});
