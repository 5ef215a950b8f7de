import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { parseDeviceCertificate } from "../../../lib/protocol/device-certificate.ts";
import { generateSealingKey } from "../../../lib/protocol/hpke.ts";
import { proveRenewal } from "../../../lib/protocol/renewal.ts";
import { parseRevocationList, Revocations } from "../../../lib/protocol/revocation-list.ts";
import type { Bytes } from "../../../lib/shared/bytes.ts";
import { equalBytes } from "../../../lib/shared/bytes.ts";
import { GatewayWorld, lisbon, madrid } from "./support/gateway-world.ts";
import { TestDevice } from "./support/test-device.ts";

const day = 24 * 60 * 60 * 1000;
let world: GatewayWorld;
let alice: TestDevice;
let bob: TestDevice;

beforeAll(async () => {
  world = await GatewayWorld.start();
  alice = await TestDevice.ready(world, lisbon);
  bob = await TestDevice.ready(world, madrid);
});

afterEach(() => {
  world.clock = 0;
});

afterAll(() => world?.close());

/** What the gateway closes with after one message of ours in place of an opening. */
async function refusedWith(device: TestDevice, message: Bytes | string): Promise<string> {
  const { socket } = await device.dial();
  socket.send(message);
  const [, reason] = (await once(socket, "close")) as [number, Buffer];
  return reason.toString();
}

describe("an opening", () => {
  test("recorded on the wire opens nothing, before and after a restart", async () => {
    const recorded = alice.lastOpening;
    expect(await refusedWith(alice, recorded)).toBe("channel.device");
    await alice.disconnect();
    await bob.disconnect();
    await world.restart();
    expect(await refusedWith(alice, recorded)).toBe("channel.device");
    await alice.connect();
    await bob.connect();
    expect(await refusedWith(alice, alice.lastOpening)).toBe("channel.device");
  });

  test("that is garbage, text, too large or altered is refused with a code", async () => {
    expect(await refusedWith(alice, new Uint8Array([1, 2, 3]))).toMatch(/^cbor\./);
    expect(await refusedWith(alice, "hello")).toBe("channel.text");
    const altered = alice.lastOpening.slice();
    altered[altered.length - 1] = (altered.at(-1) as number) ^ 1;
    expect(await refusedWith(alice, altered)).toMatch(/^(channel|signature|cbor)\./);
    const { socket } = await alice.dial();
    socket.send(new Uint8Array(3 * 1024 * 1024));
    const [code] = (await once(socket, "close")) as [number];
    expect(code).toBe(1009);
  });

  test("with another site's certificate, or one that nobody enrolled, is refused", async () => {
    const { socket, challenge } = await alice.dial();
    const channel = new TestChannelAtOtherSite(bob);
    socket.send(await channel.begin(challenge));
    const [, reason] = (await once(socket, "close")) as [number, Buffer];
    expect(reason.toString()).toBe("certificate.other-site");
  });

  test("goes on after the gateway or the device lost the newest access secret", async () => {
    // The device never kept what the last opening agreed on: it still has the one before.
    await alice.disconnect();
    await alice.connect();
    await alice.disconnect();
    alice.secrets.shift();
    await alice.connect();
    expect((await alice.ask({ type: "list-waiting" })).type).toBe("waiting");
    await alice.disconnect();
    // It used the newest: the one before is given up by the gateway.
    const used = alice.secrets.shift()!;
    await expect(alice.connect()).rejects.toThrow("channel.access-unknown");
    alice.secrets.unshift(used);
    await alice.connect();
  });

  test("of a device that is connected already ends the older connection", async () => {
    const older = alice.socket!;
    const ended = once(older, "close");
    await alice.connect();
    await ended;
    expect((await alice.ask({ type: "list-waiting" })).type).toBe("waiting");
  });
});

describe("a frame", () => {
  test("that was altered, or comes twice, ends the connection", async () => {
    const frame = await alice.sealFrame({ type: "list-waiting" });
    frame[3] = (frame[3] as number) ^ 1;
    alice.socket!.send(frame);
    await alice.closed();
    expect(alice.closeReason).toBe("channel.frame");
    await alice.connect();
    const again = await alice.sealFrame({ type: "list-waiting" });
    alice.socket!.send(again);
    alice.socket!.send(again);
    await alice.closed();
    expect(alice.closeReason).toBe("channel.frame");
    await alice.connect();
  });

  test("that only gateways send is answered with an error", async () => {
    expect(await alice.ask({ type: "ok" })).toMatchObject({ code: "channel.not-a-request" });
  });
});

describe("an upgrade", () => {
  test("from a page of another origin, or at another address, is refused", async () => {
    const refused = async (path: string, origin?: string) => {
      const socket = new WebSocket(`ws://127.0.0.1:${world.port}${path}`, origin ? { origin } : {});
      const [, response] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }];
      return response.statusCode;
    };
    expect(await refused(`/${lisbon}/channel`, "http://evil.example")).toBe(403);
    expect(await refused("/xx-none/channel")).toBe(404);
    expect(await refused("/socket.io/")).toBe(404);
  });
});

describe("a certificate", () => {
  test("is renewed over the channel with a proof by the device", async () => {
    const sealing = await generateSealingKey();
    const proof = await proveRenewal(alice.id, sealing.publicKey, alice.signer);
    const wrong = await proveRenewal(alice.id, sealing.publicKey, bob.signer);
    expect(await alice.ask({ type: "renew", sealingKey: sealing.publicKey, proof: wrong })).toMatchObject({
      code: "renew.proof",
    });
    const answer = await alice.ask({ type: "renew", sealingKey: sealing.publicKey, proof });
    if (answer.type !== "renewed") throw new Error("not renewed");
    expect(parseDeviceCertificate(answer.certificate).value.sealingKey).toEqual(sealing.publicKey);
    alice.certificate = answer.certificate;
    alice.sealing = sealing;
    const { key, recordHash } = await bob.draw([alice]);
    expect(await alice.fetchKey(recordHash)).toEqual(key);
  });

  test("that lapsed still receives for 30 days, but draws only after it is renewed", async () => {
    await bob.disconnect();
    world.clock = 2 * day;
    await bob.connect();
    const refused = await bob.ask({ type: "draw", request: bob.request([alice]) });
    expect(refused).toMatchObject({ code: "device.certificate-lapsed" });
    const proof = await proveRenewal(bob.id, bob.sealing.publicKey, bob.signer);
    const renewed = await bob.ask({ type: "renew", sealingKey: bob.sealing.publicKey, proof });
    if (renewed.type !== "renewed") throw new Error("not renewed");
    bob.certificate = renewed.certificate;
    const { key, recordHash } = await bob.draw([alice]);
    expect(await alice.fetchKey(recordHash)).toEqual(key);
  });

  test("that lapsed longer ago opens no channel and gets no copy", async () => {
    const old = await TestDevice.ready(world, madrid);
    await old.disconnect();
    world.clock = 35 * day;
    await expect(old.connect()).rejects.toThrow("certificate.expired");
  });
});

describe("a revoked device", () => {
  test("is disconnected, draws nothing, gets no copy, and the others are told", async () => {
    const lost = await TestDevice.ready(world, madrid);
    const waiting = await alice.draw([lost]);
    await lost.fetchKey(waiting.recordHash);
    await world.gateways.get(madrid)!.revoke(lost.id, "test");
    await lost.closed();
    expect(lost.closeReason).toBe("device.revoked");
    await expect(lost.connect()).rejects.toThrow("device.revoked");
    const { recordHash } = await alice.draw([lost, bob]);
    await bob.fetchKey(recordHash);
    const copies = await world.database.query(`SELECT 1 FROM "gateway_copy" WHERE "device" = $1`, [lost.id]);
    expect(copies).toHaveLength(0);
  });

  test("finds its records refused by other sites' gateways", async () => {
    const lost = await TestDevice.ready(world, lisbon);
    await world.gateways.get(lisbon)!.revoke(lost.id, "test");
    await lost.closed();
    const known = async () => world.gateways.get(madrid)!.revocations.isRevoked(lisbon, lost.id);
    while (!(await known())) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  test("is on its site's signed list, which devices of every site are sent, and stays on it after a restart", async () => {
    const lost = await TestDevice.ready(world, lisbon);
    await world.gateways.get(lisbon)!.revoke(lost.id, "test");
    const names = (list: Uint8Array) =>
      parseRevocationList(list).value.devices.some(({ device }) => equalBytes(device, lost.id));
    for (const device of [alice, bob]) {
      const list = await device.pushedList(names);
      await expect(new Revocations().with(list, device.siteList)).resolves.toBeDefined();
    }
    const answer = await fetch(`${world.origin}/${lisbon}/revocations`);
    expect(names(new Uint8Array(await answer.arrayBuffer()))).toBe(true);
    await world.restart();
    expect(names(await world.gateways.get(lisbon)!.revocations.own())).toBe(true);
    expect(world.gateways.get(madrid)!.revocations.isRevoked(lisbon, lost.id)).toBe(true);
    const late = await TestDevice.ready(world, madrid);
    await late.pushedList(names);
  });

  test("cannot be revoked by another site", async () => {
    const list = await world.gateways.get(lisbon)!.revocations.own();
    const taken = world.gateways.get(madrid)!.revocations.take("es-mad-cni", list);
    await expect(taken).rejects.toMatchObject({ code: "revocation.other-site" });
  });
});

/** Speaks to Lisbon's gateway with a device of Madrid. */
class TestChannelAtOtherSite {
  readonly #device: TestDevice;

  constructor(device: TestDevice) {
    this.#device = device;
  }

  begin(challenge: Bytes): Promise<Bytes> {
    return this.#device.newChannel().begin(challenge);
  }
}

test("nothing failed inside", () => {
  expect(world.errors).toEqual([]);
});
