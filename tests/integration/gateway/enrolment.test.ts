import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseDeviceCertificate, verifyDeviceCertificate } from "../../../lib/protocol/device-certificate.ts";
import { openSiteList } from "../../../lib/protocol/site-list.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { randomUuid } from "../../../lib/shared/uuid.ts";
import { GatewayWorld, lisbon, madrid } from "./support/gateway-world.ts";
import { TestDevice } from "./support/test-device.ts";

let world: GatewayWorld;

beforeAll(async () => {
  world = await GatewayWorld.start();
});

afterAll(() => world?.close());

async function post(
  path: string,
  body: Uint8Array<ArrayBuffer> | string,
  type = "application/cbor",
  headers = {},
) {
  const answer = await fetch(`${world.origin}${path}`, {
    method: "POST",
    headers: { "content-type": type, ...headers },
    body,
  });
  return { status: answer.status, body: (await answer.json()) as { code: string } };
}

describe("a device", () => {
  test("that is its user's first is certified at once, by both signatures of its site", async () => {
    const device = await TestDevice.create(world, lisbon);
    expect((await device.enrol()).status).toBe(200);
    const root = new Uint8Array(await (await fetch(`${world.origin}/network-root`)).arrayBuffer());
    const published = new Uint8Array(await (await fetch(`${world.origin}/site-list`)).arrayBuffer());
    const list = await openSiteList(
      published,
      { ed25519Key: root.slice(0, 32), mlDsaKey: root.slice(32) },
      world.now(),
    );
    const certificate = parseDeviceCertificate(device.certificate);
    await verifyDeviceCertificate(certificate, list.value);
    expect(certificate.value).toMatchObject({ site: lisbon, assurance: 0, roles: ["user"] });
    expect(certificate.value.notAfter - certificate.value.notBefore).toBe(24 * 60 * 60 * 1000);
  });

  test("that is a further one waits until somebody approves it, then gets its certificate", async () => {
    const user = randomUuid();
    const first = await TestDevice.ready(world, lisbon, user);
    const second = await TestDevice.create(world, lisbon, user);
    expect(await second.enrol()).toMatchObject({ status: 202, body: { code: "device.approval-needed" } });
    expect(await second.enrol()).toMatchObject({ status: 202, body: { code: "device.approval-needed" } });
    second.siteList = world.gateways.siteList.value;
    const approval = { device: second.id, keysHash: second.keysHash };
    expect(await world.gateways.get(lisbon)!.approvals.approve(approval, toHex(first.id))).toBe(true);
    expect((await second.enrol()).status).toBe(200);
    expect(parseDeviceCertificate(second.certificate).value.assurance).toBe(1);
    await second.connect();
  });

  test("is refused with an identity token that enrolled a device already", async () => {
    const user = randomUuid();
    const first = await TestDevice.create(world, lisbon, user);
    const identityToken = await world.token(user, lisbon);
    expect((await first.enrol([], await first.enrolBytes({ identityToken }))).status).toBe(200);
    const second = await TestDevice.create(world, lisbon, user);
    const again = await second.enrol([], await second.enrolBytes({ identityToken }));
    expect(again).toMatchObject({ status: 401, body: { code: "token.used" } });
  });

  test("of a user whose only device was revoked is a further one too", async () => {
    const user = randomUuid();
    const first = await TestDevice.ready(world, lisbon, user);
    await world.gateways.get(lisbon)!.revoke(first.id, "test");
    const second = await TestDevice.create(world, lisbon, user);
    expect((await second.enrol()).status).toBe(202);
  });

  test("waits with at most seven others of its user", async () => {
    const user = randomUuid();
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++) {
      const device = await TestDevice.create(world, lisbon, user);
      statuses.push((await device.enrol()).status);
    }
    expect(statuses).toEqual([200, ...Array(8).fill(202), 429]);
  });

  test("two of which come at once are not both the first", async () => {
    const user = randomUuid();
    const pair = await Promise.all([
      TestDevice.create(world, lisbon, user),
      TestDevice.create(world, lisbon, user),
    ]);
    const answers = await Promise.all(pair.map((device) => device.enrol()));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 202]);
  });

  test("whose answer was lost enrols again and opens its channel", async () => {
    const device = await TestDevice.create(world, lisbon);
    await device.enrol();
    await device.enrol();
    await device.connect();
    expect(await device.ask({ type: "list-waiting" })).toEqual({ type: "waiting", recordHashes: [] });
  });

  test("cannot take another device's identifier", async () => {
    const device = await TestDevice.ready(world, lisbon);
    const thief = await TestDevice.create(world, lisbon);
    const answer = await thief.enrol(undefined, await thief.enrolBytes({ device: device.id }));
    expect(answer).toMatchObject({ status: 409, body: { code: "enrol.device-taken" } });
  });

  test("carries only roles that this version knows", async () => {
    const device = await TestDevice.create(world, lisbon);
    await device.enrol(["administrator", "emperor"]);
    expect(parseDeviceCertificate(device.certificate).value.roles).toEqual(["user", "administrator"]);
  });
});

describe("an enrolment is refused", () => {
  const refusal = async (change: Parameters<TestDevice["enrolBytes"]>[0]) => {
    const device = await TestDevice.create(world, lisbon);
    return device.enrol(undefined, await device.enrolBytes(change));
  };

  test("with a token for another site, of another issuer, expired, or none", async () => {
    const user = randomUuid();
    const other = await world.token(user, madrid);
    expect((await refusal({ identityToken: other })).body.code).toBe("token.refused");
    const pair = await generateKeyPair("EdDSA", { extractable: true });
    await exportJWK(pair.publicKey);
    const forged = await new SignJWT({ site: lisbon, name: "x", roles: [] })
      .setProtectedHeader({ alg: "EdDSA" })
      .setIssuer("vernam-web")
      .setAudience(`gateway:${lisbon}`)
      .setSubject(toHex(user))
      .setJti("1")
      .setExpirationTime("60s")
      .sign(pair.privateKey);
    expect((await refusal({ identityToken: forged })).body.code).toBe("token.refused");
    const stale = await world.token(user, lisbon);
    world.clock += 61_000;
    expect((await refusal({ identityToken: stale })).body.code).toBe("token.expired");
    world.clock -= 61_000;
    expect((await refusal({ identityToken: "x" })).status).toBe(401);
  });

  test("with the site of another gateway in a token for this one", async () => {
    const device = await TestDevice.create(world, lisbon);
    const identityToken = await world.token(device.user, madrid, ["user"], `gateway:${lisbon}`);
    const answer = await device.enrol(undefined, await device.enrolBytes({ identityToken }));
    expect(answer).toMatchObject({ status: 403, body: { code: "enrol.other-site" } });
  });

  test("with a challenge that was made up, used before, or is too old", async () => {
    expect((await refusal({ challenge: new Uint8Array(32) })).body.code).toBe("enrol.challenge");
    const device = await TestDevice.create(world, lisbon);
    const request = await device.enrolBytes();
    expect((await device.enrol(undefined, request)).status).toBe(200);
    expect((await device.enrol(undefined, request)).body.code).toBe("enrol.challenge");
    const late = await device.enrolBytes({ identityToken: await world.token(device.user, lisbon) });
    world.clock += 55_000;
    expect((await device.enrol(undefined, late)).status).toBe(200);
    const old = await (await fetch(`${world.origin}/${lisbon}/challenge`)).arrayBuffer();
    world.clock += 125_000;
    const answer = await refusal({ challenge: new Uint8Array(old) });
    expect(answer.body.code).toBe("enrol.challenge");
    world.clock -= 180_000;
  });

  test("when either signature is not by the keys it names", async () => {
    const device = await TestDevice.create(world, lisbon);
    const stranger = await TestDevice.create(world, lisbon);
    const one = await device.enrolBytes({ ed25519Key: stranger.signer.ed25519PublicKey });
    expect((await device.enrol(undefined, one)).body.code).toBe("signature.ed25519");
    const two = await device.enrolBytes({ mlDsaKey: stranger.signer.mlDsaPublicKey });
    expect((await device.enrol(undefined, two)).body.code).toBe("signature.ml-dsa");
  });

  test("when it is no CBOR, cut off, altered, too large, or of another type", async () => {
    const path = `/${lisbon}/enrol`;
    const device = await TestDevice.create(world, lisbon);
    const good = await device.enrolBytes();
    expect((await post(path, new Uint8Array([0xff, 0x00]))).body.code).toMatch(/^cbor\./);
    expect((await post(path, good.subarray(0, 300))).body.code).toBe("cbor.truncated");
    expect(await post(path, new Uint8Array(200_000))).toMatchObject({
      status: 413,
      body: { code: "http.too-large" },
    });
    expect((await post(path, "{}", "application/json")).body.code).toBe("http.media-type");
    expect((await post(path, "x", "text/plain")).status).toBe(415);
    const altered = good.slice();
    altered[40] = (altered[40] as number) ^ 1;
    expect((await post(path, altered)).status).toBeGreaterThanOrEqual(400);
    expect((await post("/xx-none/enrol", good)).body.code).toBe("gateway.unknown-site");
  });
});

describe("the listener", () => {
  test("answers pages of the web process and refuses other pages", async () => {
    const from = (origin: string) => fetch(`${world.origin}/site-list`, { headers: { origin } });
    for (const origin of [
      "http://localhost:3000",
      "http://pt-lis-mne.localhost:3000",
      "http://127.0.0.1:3000",
    ]) {
      const answer = await from(origin);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
    }
    for (const origin of [
      "http://localhost:3001",
      "http://evil.example:3000",
      "null",
      "http://localhost.evil.example:3000",
    ])
      expect((await from(origin)).status).toBe(403);
  });

  test("answers preflights for allowed pages only", async () => {
    const preflight = (origin: string) =>
      fetch(`${world.origin}/${lisbon}/enrol`, {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      });
    expect((await preflight("http://localhost:3000")).status).toBe(204);
    expect((await preflight("http://evil.example")).status).toBe(403);
  });

  test("says with a code that there is nothing at an address", async () => {
    const answer = await fetch(`${world.origin}/nowhere`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: "http.not-found" });
  });
});

test("the site list keeps its bytes and serial over restarts", async () => {
  const read = async () => new Uint8Array(await (await fetch(`${world.origin}/site-list`)).arrayBuffer());
  const before = await read();
  await world.restart();
  expect(await read()).toEqual(before);
  expect(world.errors).toEqual([]);
});
