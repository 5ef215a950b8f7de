import { afterAll, beforeAll, expect, test } from "vitest";
import { parseDrawRecord, verifyDrawRecord } from "../../../lib/protocol/draw-record.ts";
import { GatewayWorld, lisbon, madrid, secondMadrid } from "./support/gateway-world.ts";
import { TestDevice } from "./support/test-device.ts";

let world: GatewayWorld;
let alice: TestDevice;
let bob: TestDevice;
let carol: TestDevice;

beforeAll(async () => {
  world = await GatewayWorld.start();
  alice = await TestDevice.ready(world, lisbon);
  bob = await TestDevice.ready(world, madrid);
  carol = await TestDevice.ready(world, secondMadrid);
});

afterAll(() => world?.close());

test("a key drawn in Lisbon reaches the named device in Madrid, pushed and fetched alike", async () => {
  const { record, key, recordHash } = await alice.draw([bob]);
  const parsed = parseDrawRecord(record);
  await verifyDrawRecord(parsed, bob.siteList);
  expect(parsed.value).toMatchObject({ masterSite: lisbon, slaveSites: [madrid], local: false, bytes: 96 });
  const pushed = await bob.pushedCopy(recordHash);
  expect(pushed.record).toEqual(record);
  expect(await bob.openCopy(pushed.copy, recordHash)).toEqual(key);
  expect(await bob.fetchKey(recordHash)).toEqual(key);
});
