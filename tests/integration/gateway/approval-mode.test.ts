import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runGatewayCli } from "../../../lib/gateway/cli/gateway-cli.ts";
import { parseDeviceCertificate } from "../../../lib/protocol/device-certificate.ts";
import { enrolmentDigits } from "../../../lib/protocol/safety-number.ts";
import { findSite } from "../../../lib/protocol/site-list.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { GatewayWorld, lisbon } from "./support/gateway-world.ts";
import { TestDevice } from "./support/test-device.ts";

let world: GatewayWorld;
const printed: string[] = [];

beforeAll(async () => {
  world = await GatewayWorld.start();
  world.approving.add(lisbon);
  await world.restart();
});

afterAll(() => world?.close());

function cli(...args: string[]): Promise<number> {
  printed.length = 0;
  return runGatewayCli(args, {
    dataFolder: join(world.folder, "qkdn"),
    print: (line) => void printed.push(line),
  });
}

function digitsOf(device: TestDevice): string {
  const { ed25519PublicKey: ed25519Key, mlDsaPublicKey: mlDsaKey } = device.signer;
  const keys = { ed25519Key, mlDsaKey, sealingKey: device.sealing.publicKey };
  return enrolmentDigits(keys, findSite(world.gateways.siteList.value, lisbon)!);
}

test("a site's first device waits too, is approved at the command line by its digits, and needs its card", async () => {
  const device = await TestDevice.create(world, lisbon);
  expect((await device.enrol()).status).toBe(202);
  expect(
    await cli(
      "approve",
      lisbon,
      digitsOf(device).replace(/\d$/, (last) => String(9 - Number(last))),
    ),
  ).toBe(0);
  expect((await device.enrol()).status).toBe(202);
  expect(await cli("approve", lisbon, digitsOf(device).replace(/(\d{5})/g, "$1 "))).toBe(0);
  // The answer over the network holds no secret.
  expect(await device.enrol()).toEqual({ status: 200, body: { code: "handed" } });
  expect(parseDeviceCertificate(device.certificate).value.assurance).toBe(1);
  await expect(device.connect()).rejects.toThrow();
  expect(await cli("card", lisbon, toHex(device.id))).toBe(0);
  device.takeCard(printed.at(-1)!);
  await device.connect();
  while ((await cli("card", lisbon, toHex(device.id))) === 0)
    await new Promise((resolve) => setTimeout(resolve, 10));
  const other = await TestDevice.ready(world, "es-mad-maec");
  await device.fetchKey((await other.draw([device])).recordHash);
});

test("a card is of no use to another device", async () => {
  const [device, thief] = [await TestDevice.create(world, lisbon), await TestDevice.create(world, lisbon)];
  for (const one of [device, thief]) {
    await one.enrol();
    await cli("approve", lisbon, digitsOf(one));
    await one.enrol();
  }
  await cli("card", lisbon, toHex(device.id));
  const card = printed.at(-1)!;
  expect(() => thief.takeCard(card)).toThrow("another device");
});

test("roles are given and taken at the command line, and refused for what is no role", async () => {
  const user = toHex(crypto.getRandomValues(new Uint8Array(16)));
  expect(await cli("role", "add", lisbon, user, "officer")).toBe(0);
  expect(await cli("role", "list")).toBe(0);
  expect(printed).toEqual([`${lisbon}  ${user}  officer`]);
  expect(await cli("role", "add", lisbon, user, "king")).toBe(1);
  expect(await cli("role", "add", "nowhere", user, "officer")).toBe(1);
  expect(await cli("role", "remove", lisbon, user, "officer")).toBe(0);
  expect(await cli("role", "list")).toBe(0);
  expect(printed).toEqual([]);
});
