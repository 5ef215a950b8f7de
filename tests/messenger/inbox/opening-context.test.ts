import { expect, it } from "vitest";
import { openingContext } from "../../../lib/messenger/inbox/opening-context.ts";
import type { HandedKey } from "../../../lib/protocol/opening-checks.ts";

type Given = Parameters<typeof openingContext>;

const recordHash = new Uint8Array([7]);
const handed = { record: { value: { drawnAt: 1_000 } } } as unknown as HandedKey;

/** A device that asks for certificates while it makes up its mind, and what it asked for. */
function device(whileAsking: () => void) {
  const asked: (number | undefined)[] = [];
  const desk: { key: HandedKey | undefined } = { key: undefined };
  const directory = {
    covers: () => false,
    devicesOf: async (_: string, at: number | undefined) => {
      asked.push(at);
      whileAsking();
    },
    certificates: {},
  };
  const parts = {
    directory,
    self: { deviceBytes: new Uint8Array(16) },
    now: () => 5_000,
    sealingSeeds: () => [],
    readingPolicy: () => ({}),
    revocations: () => ({}),
  } as unknown as Given[0];
  const copies = { peek: () => desk.key } as unknown as Given[1];
  const conversation = {
    roster: {},
    facts: { epoch: () => undefined },
    holder: () => new Uint8Array(16),
    idBytes: new Uint8Array(16),
  } as unknown as Given[2];
  const claims = {
    suite: 1,
    senderDevice: new Uint8Array(16),
    drawRecordHash: recordHash,
    epochId: new Uint8Array(0),
  };
  return { desk, asked, make: () => openingContext(parts, copies, conversation, claims as Given[3]) };
}

it("leaves a key that comes while certificates are asked for to the next attempt, which asks for those of its time", async () => {
  const { desk, asked, make } = device(() => {
    desk.key = handed;
  });
  const first = await make();
  expect(first.handedKey(recordHash)).toBeUndefined();
  const next = await make();
  expect(next.handedKey(recordHash)).toBe(handed);
  expect(asked).toEqual([undefined, 1_000]);
});

it("gives the key of no other record", async () => {
  const { desk, make } = device(() => undefined);
  desk.key = handed;
  const context = await make();
  expect(context.handedKey(new Uint8Array([8]))).toBeUndefined();
});
