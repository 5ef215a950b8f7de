import { describe, expect, test } from "vitest";
import { KeyCollector } from "../../../lib/gateway/draws/key-collector.ts";
import { joinKeys, PadDrawer } from "../../../lib/gateway/draws/pad-drawer.ts";
import { KeyRouteUnmetError } from "../../../lib/keys/key-errors.ts";
import type { KeyProvider } from "../../../lib/keys/key-provider.ts";
import { SecretBytes } from "../../../lib/shared/secret-bytes.ts";
import { formatUuid } from "../../../lib/shared/uuid.ts";
import { FakeKeyNetwork } from "../../integration/gateway/support/fake-key-network.ts";

const a = "pt-lis-mne";
const b = "es-mad-maec";

describe("draws that come together", () => {
  test("share requests up to the key manager's limit, and each gets keys of its own", async () => {
    const network = new FakeKeyNetwork();
    network.maxKeyPerRequest = 10;
    const pads = new PadDrawer(network.providerFor(a), Date.now);
    const drawn = await Promise.all(Array.from({ length: 35 }, () => pads.draw([`sae-${b}`], 96)));
    expect(network.requests).toBe(4);
    expect(new Set(drawn.map((pad) => formatUuid(pad.keyIds[0]!))).size).toBe(35);
    expect(drawn.every((pad) => pad.key.length === 96)).toBe(true);
  });

  test("are served as far as the key goes", async () => {
    const network = new FakeKeyNetwork();
    network.available = 7 * 96 + 50;
    const pads = new PadDrawer(network.providerFor(a), Date.now);
    const drawn = await Promise.allSettled(Array.from({ length: 20 }, () => pads.draw([`sae-${b}`], 96)));
    expect(drawn.filter((one) => one.status === "fulfilled")).toHaveLength(7);
    expect(network.available).toBe(50);
  });

  test("pay together what their request cost the network", async () => {
    const network = new FakeKeyNetwork();
    const pads = new PadDrawer(network.providerFor(a), Date.now);
    const drawn = await Promise.all([1, 2, 3, 4].map(() => pads.draw([`sae-${b}`], 96)));
    expect(drawn.reduce((sum, pad) => sum + (pad.origin?.networkBits ?? 0), 0)).toBe(2 * 4 * 768);
  });
});

describe("draws that wish separate routes", () => {
  const wishes = { priority: "priority", disjoint: 2 } as const;
  const refusing = () => {
    const network = new FakeKeyNetwork();
    const provider = network.providerFor(a);
    const asked: (number | undefined)[] = [];
    const encKeys: typeof provider.encKeys = async (request) => {
      asked.push(request.disjoint);
      if (request.disjoint !== undefined) throw new KeyRouteUnmetError("there is one route");
      return provider.encKeys(request);
    };
    return { asked, pads: new PadDrawer({ ...bound(provider), encKeys }, Date.now) };
  };

  test("do with one route where there is no other and none is required", async () => {
    const { asked, pads } = refusing();
    const pad = await pads.draw([`sae-${b}`], 96, { ...wishes, required: false });
    expect(pad.key.length).toBe(96);
    expect(asked).toEqual([2, undefined]);
  });

  test("fail where they are required", async () => {
    const { asked, pads } = refusing();
    await expect(pads.draw([`sae-${b}`], 96, { ...wishes, required: true })).rejects.toThrow(
      /extension_mandatory/,
    );
    expect(asked).toEqual([2]);
  });
});

function bound(provider: KeyProvider): KeyProvider {
  return {
    status: (sae) => provider.status(sae),
    encKeys: (request) => provider.encKeys(request),
    decKeys: (master, ids) => provider.decKeys(master, ids),
  };
}

describe("collections that come together", () => {
  test("fail alone when a key of theirs is missing", async () => {
    const network = new FakeKeyNetwork();
    const pads = new PadDrawer(network.providerFor(a), Date.now);
    const collector = new KeyCollector(network.providerFor(b));
    const drawn = await Promise.all(Array.from({ length: 9 }, () => pads.draw([`sae-${b}`], 96)));
    const ids = drawn.map((pad) => formatUuid(pad.keyIds[0]!));
    ids[4] = "00000000-0000-4000-8000-000000000000";
    const collected = await Promise.allSettled(ids.map((id) => collector.collect(`sae-${a}`, [id])));
    collected.forEach((result, index) => {
      if (index === 4) expect(result).toMatchObject({ reason: { code: "key.not-found" } });
      else if (result.status === "fulfilled")
        expect(result.value[0]!.key.reveal()).toEqual(drawn[index]!.key.reveal());
      else throw result.reason;
    });
  });
});

test("joining keys zeroes them, and refuses keys that are too short", () => {
  const keys = [1, 2].map((value) => ({
    keyId: String(value),
    key: SecretBytes.own(new Uint8Array(4).fill(value)),
  }));
  expect(joinKeys(keys, 6).reveal()).toEqual(new Uint8Array([1, 1, 1, 1, 2, 2]));
  expect(keys.every(({ key }) => key.destroyed)).toBe(true);
  expect(() => joinKeys([], 1)).toThrow(RangeError);
});
