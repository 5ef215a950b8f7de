import { expect, it, vi } from "vitest";
import { Parking } from "../../../lib/messenger/inbox/parking.ts";
import { ProtocolError } from "../../../lib/protocol/protocol-error.ts";

type Given = ConstructorParameters<typeof Parking>;
type Stay = Parameters<Parking["stay"]>;

vi.mock("../../../lib/messenger/inbox/keyed-entry.ts", () => ({
  resentHash: () => undefined,
  readKeyed: () => ({
    parsed: {},
    header: { suite: 1, senderDevice: new Uint8Array(16), epochId: new Uint8Array(0) },
    recordHash: new Uint8Array([7]),
    at: 1_000,
  }),
}));

const rowKey = "c0/0000000001";

/** A desk that has the entry's key already, and what was opened anew. */
function parked() {
  const opened: string[] = [];
  const parts = {
    store: { get: async () => new Uint8Array(1), range: async () => [], commit: async () => undefined },
    announce: () => undefined,
    fail: (error: unknown) => {
      throw error;
    },
  } as unknown as Given[0];
  const copies = { peek: () => ({}), obtain: async () => ({}) } as unknown as Given[1];
  const messages = { restated: async () => [] } as unknown as Given[2];
  const parking = new Parking(parts, copies, messages, async (_conversation, _entry, key) => {
    opened.push(key);
  });
  const conversation = {
    id: "c0",
    queue: { run: (work: () => Promise<void>) => work() },
  } as unknown as Stay[0];
  const stay = (code: string) =>
    parking.stay(
      conversation,
      rowKey,
      { kind: "envelope", seq: 1, ordinal: 1, bytes: new Uint8Array(1) } as Stay[2],
      new ProtocolError(code, "for the test"),
    );
  return { opened, stay };
}

const turns = () => new Promise((resolve) => setTimeout(resolve, 20));

it("tries an entry again whose key came during an attempt that had begun without it", async () => {
  const { opened, stay } = parked();
  await stay("record.missing");
  await turns();
  expect(opened).toEqual([rowKey]);
});

it("leaves an entry whose key was here all along to the start of its epoch", async () => {
  const { opened, stay } = parked();
  await stay("epoch.unknown");
  await turns();
  expect(opened).toEqual([]);
});
