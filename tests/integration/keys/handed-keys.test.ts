import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KeyNotFoundError } from "../../../lib/keys/key-errors.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { newFolder, openTestWorld, removeFolder, type TestWorld } from "../../keys/support/open-world.ts";

let folder: string;
let test: TestWorld;
let a: string;
let b: string;

beforeAll(async () => {
  folder = await newFolder();
  test = await openTestWorld(folder);
  const sites = test.world.endpointSites;
  a = sites.find((site) => site.startsWith("pt"))!;
  b = sites.find((site) => site.startsWith("es"))!;
});
afterAll(async () => {
  await test.world.close();
  removeFolder(folder);
});

async function draw(number: number) {
  const { keys } = await test.world
    .providerFor(a, "etsi014")
    .encKeys({ slaveSae: `sae-${b}`, number, size: 256 });
  return { keys, ids: keys.map(({ keyId }) => keyId) };
}
const kept = () => test.world.database.query("SELECT key_id FROM handed_keys");
const hex = (keys: readonly { readonly key: { reveal(): Uint8Array } }[]) =>
  keys.map(({ key }) => toHex(key.reveal()));

describe("a key that a gateway collected", () => {
  it("can be had again by that gateway after a restart, until it was stored, and by nobody else", async () => {
    const { keys, ids } = await draw(2);
    await test.world.gatewayProviderFor(b, "etsi014").decKeys(`sae-${a}`, ids);
    await test.world.close();
    test = await openTestWorld(folder);
    const gateway = test.world.gatewayProviderFor(b, "etsi014");
    expect(hex((await gateway.recover?.(`sae-${a}`, ids)) ?? [])).toEqual(hex(keys));
    // The interface of the standard hands it out once.
    await expect(gateway.decKeys(`sae-${a}`, ids)).rejects.toBeInstanceOf(KeyNotFoundError);
    expect(await gateway.recover?.(`sae-${b}`, ids)).toBeUndefined();
    const stranger = test.world.gatewayProviderFor(a, "etsi014");
    expect(await stranger.recover?.(`sae-${a}`, ids)).toBeUndefined();
    expect(await kept()).toHaveLength(2);
    await test.world.database.exec("DELETE FROM handed_keys");
    expect(await gateway.recover?.(`sae-${a}`, ids)).toBeUndefined();
  });

  it("is not kept when any other client collects it", async () => {
    const { ids } = await draw(1);
    await test.world.providerFor(b, "etsi014").decKeys(`sae-${a}`, ids);
    expect(await kept()).toEqual([]);
    expect(await test.world.gatewayProviderFor(b, "etsi014").recover?.(`sae-${a}`, ids)).toBeUndefined();
  });
});
