import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Conversation } from "../../../lib/messenger/engine/conversation.ts";
import type { EngineParts } from "../../../lib/messenger/engine/engine-parts.ts";
import { PrefetchedKeys, prefetchLife } from "../../../lib/messenger/outbox/prefetched-keys.ts";
import { type DrawRecord, signDrawRecord } from "../../../lib/protocol/draw-record.ts";
import type { DrawRequest } from "../../../lib/protocol/draw-request.ts";
import { suites } from "../../../lib/protocol/suites.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { randomUuid } from "../../../lib/shared/uuid.ts";
import { makeSigner } from "../fakes/fake-gateway.ts";

const device = randomUuid();
const recipients = [{ device: randomUuid(), site: "madrid" }];
const conversation = {
  id: "c",
  idBytes: randomUuid(),
  roster: { head: new Uint8Array(64).fill(7) },
  hasListener: () => true,
  recipients: () => recipients,
} as unknown as Conversation;

let voided: string[];
let requests: DrawRequest[];
let keys: PrefetchedKeys;

beforeEach(async () => {
  vi.useFakeTimers();
  [voided, requests] = [[], []];
  const signer = await makeSigner();
  const draw = async (request: DrawRequest) => {
    requests.push(request);
    const record: DrawRecord = {
      ...request,
      keyIds: [randomUuid()],
      masterSite: "lisbon",
      slaveSites: ["madrid"],
      drawingDevice: device,
      drawnAt: 1,
      expiry: 2,
      local: false,
      routes: [["lisbon", "madrid"]],
      networkBits: 1,
      epsilonExponent: 9,
    };
    return { record: await signDrawRecord(record, signer), key: new Uint8Array(request.bytes) };
  };
  const gateway = { connected: true, draw, void: (hash: Uint8Array) => voided.push(toHex(hash)) };
  const self = { device: toHex(device), user: "u" };
  keys = new PrefetchedKeys({
    gateway,
    self,
    now: () => 0,
    revocations: () => undefined,
  } as unknown as EngineParts);
});
afterEach(() => {
  vi.useRealTimers();
});

async function drawn(): Promise<void> {
  await vi.waitFor(() => expect(keys.has(conversation, suites.otp, 128, 0)).toBe(true));
  await vi.waitFor(() => expect(requests).toHaveLength(4));
}

it("destroys what was not used after ten minutes, and the gateway hears of it", async () => {
  keys.expect(conversation, suites.otp, 0);
  await drawn();
  const taken = keys.take(conversation, suites.otp, 64, 0);
  expect(taken?.prefetched).toBe(true);
  await vi.advanceTimersByTimeAsync(prefetchLife - 10_000);
  expect(voided).toEqual([]);
  await vi.advanceTimersByTimeAsync(prefetchLife);
  expect(voided).toHaveLength(3);
  expect(voided).not.toContain(toHex(taken?.record.hash ?? new Uint8Array()));
  expect(keys.take(conversation, suites.otp, 64, 0)).toBeUndefined();
});

it("gives no key for another suite, another level, a longer message or another membership", async () => {
  keys.expect(conversation, suites.otp, 0);
  await drawn();
  expect(keys.take(conversation, suites.otpHybrid, 64, 0)).toBeUndefined();
  expect(keys.take(conversation, suites.otp, 64, 1)).toBeUndefined();
  expect(keys.take(conversation, suites.otp, 256, 0)).toBeUndefined();
  const changed = { ...conversation, roster: { head: new Uint8Array(64) } } as unknown as Conversation;
  expect(keys.take(changed, suites.otp, 64, 0)).toBeUndefined();
  keys.stop();
  expect(voided).toHaveLength(4);
});
