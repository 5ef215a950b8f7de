import { beforeAll, describe, expect, test } from "vitest";
import { type AccessSecret, openAccessSecret, sealAccessSecret } from "../../lib/protocol/access-secret.ts";
import { DeviceChannel, GatewayChannel } from "../../lib/protocol/channel.ts";
import type { ChannelFrame } from "../../lib/protocol/channel-messages.ts";
import {
  checkCertificateTime,
  parseDeviceCertificate,
  verifyDeviceCertificate,
} from "../../lib/protocol/device-certificate.ts";
import { generateSealingKey } from "../../lib/protocol/hpke.ts";
import { equalBytes } from "../../lib/shared/bytes.ts";
import { SecretBytes } from "../../lib/shared/secret-bytes.ts";
import { expectCode, random } from "./expectations.ts";
import { makeWorld, type TestDevice, type TestWorld } from "./world.ts";

const hello: ChannelFrame = { requestId: 1, message: { type: "list-waiting" } };
let world: TestWorld;
let alice: TestDevice;

beforeAll(async () => {
  world = await makeWorld();
  alice = await world.device("pt-lis-mne", "alice");
});

interface Ends {
  device: DeviceChannel;
  gateway: GatewayChannel;
  challenge: Uint8Array<ArrayBuffer>;
}

function makeEnds(options: {
  access?: AccessSecret;
  known?: (generation: number) => SecretBytes | undefined;
  challenge?: Uint8Array<ArrayBuffer>;
  gatewaySite?: string;
}): Ends {
  const site = world.site("pt-lis-mne");
  const challenge = options.challenge ?? random(32);
  const device = new DeviceChannel({
    site: "pt-lis-mne",
    device: alice.id,
    gatewayKey: site.gateway.publicKey,
    certificate: alice.certificate.bytes,
    signer: alice.signer,
    access: options.access ?? alice.access,
  });
  const gateway = new GatewayChannel({
    site: options.gatewaySite ?? "pt-lis-mne",
    gatewaySeed: site.gateway.seed,
    challenge,
    verifyCertificate: async (bytes) => {
      const certificate = parseDeviceCertificate(bytes);
      await verifyDeviceCertificate(certificate, world.siteList);
      checkCertificateTime(certificate.value, world.now);
      return certificate;
    },
    accessSecret: async (_device, generation) =>
      options.known === undefined
        ? generation === alice.access.generation
          ? alice.access.secret
          : undefined
        : options.known(generation),
  });
  return { device, gateway, challenge };
}

async function open(ends: Ends) {
  const accepted = await ends.gateway.accept(await ends.device.begin(ends.challenge));
  const renewed = await ends.device.finish(accepted.answer);
  return { accepted, renewed };
}

describe("device channel", () => {
  test("both ends agree on the device and carry frames both ways in order", async () => {
    const ends = makeEnds({});
    const { accepted } = await open(ends);
    expect(equalBytes(accepted.certificate.value.device, alice.id)).toBe(true);
    const key = random(96);
    const record = random(10);
    const sealed = await Promise.all([
      ends.gateway.seal({ requestId: 7, message: { type: "drawn", draws: [{ record, key }] } }),
      ends.gateway.seal({ requestId: 8, message: { type: "ok" } }),
    ]);
    const opened = await Promise.all(sealed.map((bytes) => ends.device.open(bytes)));
    expect(opened[0]).toEqual({ requestId: 7, message: { type: "drawn", draws: [{ record, key }] } });
    expect(opened[1]?.message.type).toBe("ok");
    expect((await ends.gateway.open(await ends.device.seal(hello))).message.type).toBe("list-waiting");
  });

  test("each session makes the same next access secret at both ends", async () => {
    const { accepted, renewed } = await open(makeEnds({}));
    expect(renewed.generation).toBe(1);
    expect(accepted.pending.generation).toBe(1);
    expect(renewed.secret.reveal()).toEqual(accepted.pending.secret.reveal());
    expect(equalBytes(renewed.secret.reveal(), alice.access.secret.reveal())).toBe(false);
  });

  test("a lost answer leaves the old secret good; a kept new secret is good at once", async () => {
    const lost = makeEnds({});
    const first = await lost.gateway.accept(await lost.device.begin(lost.challenge));
    const stored = new Map([
      [0, alice.access.secret],
      [1, first.pending.secret],
    ]);
    // The device never saw the answer and comes with the old secret: the gateway replaces what is pending.
    const second = await open(makeEnds({ known: (generation) => stored.get(generation) }));
    stored.set(1, second.accepted.pending.secret);
    // The device stored the new secret, then died before its first frame: it comes with the pending one.
    const third = await open(
      makeEnds({ access: second.renewed, known: (generation) => stored.get(generation) }),
    );
    expect(third.accepted.generation).toBe(1);
    expect(third.renewed.generation).toBe(2);
  });

  test("a replayed opening is refused, before and after a restart of the gateway", async () => {
    const ends = makeEnds({});
    const opening = await ends.device.begin(ends.challenge);
    await ends.gateway.accept(opening);
    await expectCode(ends.gateway.accept(opening), "channel.state");
    await expectCode(makeEnds({}).gateway.accept(opening), "channel.device");
  });

  test("an opening is refused at another site, with a wrong secret, and with an unknown generation", async () => {
    const elsewhere = makeEnds({ gatewaySite: "es-mad-mae" });
    await expectCode(
      elsewhere.gateway.accept(await elsewhere.device.begin(elsewhere.challenge)),
      "channel.device",
    );
    const wrong = makeEnds({ access: { generation: 0, secret: SecretBytes.random(32) } });
    await expectCode(wrong.gateway.accept(await wrong.device.begin(wrong.challenge)), "channel.device");
    const unknown = makeEnds({ access: { generation: 5, secret: alice.access.secret } });
    await expectCode(
      unknown.gateway.accept(await unknown.device.begin(unknown.challenge)),
      "channel.access-unknown",
    );
  });

  test("a certificate without its device's signing key gets nowhere", async () => {
    const mallory = await world.device("pt-lis-mne", "mallory");
    const challenge = random(32);
    const thief = new DeviceChannel({
      site: "pt-lis-mne",
      device: alice.id,
      gatewayKey: world.site("pt-lis-mne").gateway.publicKey,
      certificate: alice.certificate.bytes,
      signer: mallory.signer,
      access: alice.access,
    });
    await expectCode(
      makeEnds({ challenge }).gateway.accept(await thief.begin(challenge)),
      "channel.signature",
    );
  });

  test("no bit of opening or answer may change", async () => {
    const ends = makeEnds({});
    const opening = await ends.device.begin(ends.challenge);
    for (const at of [0, 3, 40, 2200, opening.length - 1200, opening.length - 1]) {
      const altered = opening.slice();
      altered[at] = (altered[at] as number) ^ 1;
      await expect(makeEnds({ challenge: ends.challenge }).gateway.accept(altered)).rejects.toThrow();
    }
    const { answer } = await ends.gateway.accept(opening);
    const altered = answer.slice();
    altered[answer.length - 1] = (altered[answer.length - 1] as number) ^ 1;
    await expectCode(ends.device.finish(altered), "channel.gateway");
  });

  test("who knows the access secret but not the gateway's key cannot answer", async () => {
    const ends = makeEnds({});
    const opening = await ends.device.begin(ends.challenge);
    const impostor = new GatewayChannel({
      site: "pt-lis-mne",
      gatewaySeed: (await generateSealingKey()).seed,
      challenge: ends.challenge,
      verifyCertificate: async (bytes) => parseDeviceCertificate(bytes),
      accessSecret: async () => alice.access.secret,
    });
    await expectCode(impostor.accept(opening), "channel.device");
  });

  test("a gap, a repeat and an altered frame each close the channel", async () => {
    for (const attack of ["gap", "repeat", "alter"] as const) {
      const ends = makeEnds({});
      await open(ends);
      const [one, two] = [await ends.device.seal(hello), await ends.device.seal(hello)];
      if (attack === "repeat") await ends.gateway.open(one);
      if (attack === "alter") one[0] = (one[0] as number) ^ 1;
      await expectCode(ends.gateway.open(attack === "gap" ? two : one), "channel.frame");
      await expectCode(ends.gateway.open(one), "channel.closed");
      await expectCode(ends.gateway.seal(hello), "channel.closed");
    }
  });

  test("nothing is sealed before the handshake is over", () => {
    expect(() => makeEnds({}).device.seal(hello)).toThrow("out of its order");
  });
});

describe("access secret at enrolment", () => {
  test("opens for the enrolled device and that request only", async () => {
    const secret = SecretBytes.random(32);
    const requestHash = random(64);
    const answer = await sealAccessSecret(secret, alice.sealing.publicKey, requestHash);
    const opened = await openAccessSecret(answer, alice.sealing.seed, requestHash);
    expect(opened.secret.reveal()).toEqual(secret.reveal());
    await expectCode(openAccessSecret(answer, alice.sealing.seed, random(64)), "hpke.open");
  });
});
