import { beforeAll, describe, expect, test } from "vitest";
import {
  decodeApprovedAnswer,
  encodeApprovedAnswer,
  readAccessCard,
  writeAccessCard,
} from "../../lib/protocol/access-card.ts";
import { approvalCommand, checkApproval, readApproval } from "../../lib/protocol/approval.ts";
import { fromCarriedText, toCarriedText } from "../../lib/protocol/carried-text.ts";
import { parseCommand, signCommand } from "../../lib/protocol/command.ts";
import { openEpochStart } from "../../lib/protocol/epoch-opening.ts";
import { openEnvelope } from "../../lib/protocol/opening.ts";
import { Revocations, signRevocationList } from "../../lib/protocol/revocation-list.ts";
import { compareSafetyCode, writeSafetyCode } from "../../lib/protocol/safety-code.ts";
import { deviceKeysHash, enrolmentDigits } from "../../lib/protocol/safety-number.ts";
import { findSite } from "../../lib/protocol/site-list.ts";
import { SecretBytes } from "../../lib/shared/secret-bytes.ts";
import { TestConversation } from "./conversation.ts";
import { expectCode, flipBit, random } from "./expectations.ts";
import { makeWorld, type TestDevice, type TestWorld } from "./world.ts";

let world: TestWorld;
let alice: TestDevice;
let bob: TestDevice;

beforeAll(async () => {
  world = await makeWorld();
  alice = await world.device("pt-lis-mne", "alice");
  bob = await world.device("es-mad-mae", "bob");
});

describe("text carried by QR code or file", () => {
  test("comes back whatever white space it went through, and is refused when damaged or for something else", async () => {
    const bytes = random(150);
    const text = toCarriedText("safety", bytes);
    expect(text).toMatch(/^vernam:safety:[A-Za-z0-9_-]+$/);
    expect(fromCarriedText("safety", ` ${text.slice(0, 40)}\r\n${text.slice(40)} `)).toEqual(bytes);
    await expectCode(() => fromCarriedText("access", text), "carried.kind");
    await expectCode(() => fromCarriedText("safety", text.slice(0, -2)), "carried.malformed");
    const slip = text.slice(0, 30) + (text[30] === "A" ? "B" : "A") + text.slice(31);
    for (const damaged of [slip, "vernam:safety:", "vernam:safety:A", "vernam:safety:ä"])
      await expectCode(() => fromCarriedText("safety", damaged), "carried.malformed");
  });
});

describe("approval by an officer", () => {
  const site = () => findSite(world.siteList, "pt-lis-mne")!;
  const facts = (device: TestDevice) => ({
    site: device.site,
    device: device.id,
    keysHash: deviceKeysHash(device.certificate.value, site()),
  });

  test("names the keys whose digits were compared: a swapped key is neither approved nor let in", async () => {
    const mine = facts(alice);
    const order = approvalCommand(mine);
    const signed = await signCommand(
      { nonce: random(16), expiry: 1, certificateHash: random(64), ...order },
      bob.signer,
    );
    const approval = readApproval(parseCommand(signed).value);
    checkApproval(approval, mine);
    const swapped = deviceKeysHash({ ...alice.certificate.value, sealingKey: bob.sealing.publicKey }, site());
    await expectCode(() => checkApproval(approval, { ...mine, keysHash: swapped }), "approval.other-keys");
    await expectCode(() => checkApproval(approval, { ...mine, device: bob.id }), "approval.other-device");
    expect(enrolmentDigits(alice.certificate.value, site())).toMatch(/^\d{30}$/);
  });

  test("without exactly a device and its keys is refused", async () => {
    const { kind, args } = approvalCommand(facts(alice));
    const keys = String(args.keys);
    for (const wrong of [{ device: args.device! }, { ...args, keys: keys.slice(2) }, { ...args, device: 1 }])
      await expectCode(() => readApproval({ kind, args: wrong }), "approval.malformed");
    await expectCode(() => readApproval({ kind: "device.revoke", args }), "approval.malformed");
  });

  test("the card brings the access secret to that device and those keys only", async () => {
    const secret = SecretBytes.random(32);
    const text = writeAccessCard(facts(alice), secret, world.now);
    const read = readAccessCard(text, facts(alice));
    expect(read.generation).toBe(0);
    expect(read.secret.reveal()).toEqual(secret.reveal());
    await expectCode(() => readAccessCard(text, facts(bob)), "access-card.other-device");
    const other = { ...facts(alice), keysHash: random(64) };
    await expectCode(() => readAccessCard(text, other), "access-card.other-keys");
  });

  test("the answer over the network holds certificate and list, and has no place for a secret", async () => {
    const answer = { certificate: alice.certificate.bytes, siteList: random(9) };
    expect(decodeApprovedAnswer(encodeApprovedAnswer(answer))).toEqual(answer);
  });
});

describe("a safety code", () => {
  const identity = (...devices: TestDevice[]) => ({
    user: devices[0]!.user,
    devices: devices.map((device) => device.certificate.value),
  });

  test("is the same for both who see the same keys, and differs when a device is added or swapped", async () => {
    const text = writeSafetyCode(identity(alice), identity(bob));
    expect(compareSafetyCode(text, identity(bob), identity(alice))).toBe("same");
    const swapped = { user: alice.user, devices: [bob.certificate.value] };
    expect(compareSafetyCode(text, identity(bob), swapped)).toBe("differs");
    const more = { user: bob.user, devices: [bob.certificate.value, alice.certificate.value] };
    expect(compareSafetyCode(text, more, identity(alice))).toBe("differs");
    expect(compareSafetyCode(text, identity(alice), identity(bob))).toBe("other-people");
  });
});

describe("revocation lists", () => {
  const listOf = (serial: number, ...devices: { device: Uint8Array<ArrayBuffer>; revokedAt: number }[]) =>
    signRevocationList(
      { site: "pt-lis-mne", serial, issuedAt: world.now, devices },
      world.site("pt-lis-mne").signer,
    );
  const revokedAlice = () => ({ device: alice.id, revokedAt: world.now });

  test("tell when a site revoked its device, and count for its own devices only", async () => {
    const known = await new Revocations().with(await listOf(1, revokedAlice()), world.siteList);
    expect(known.revokedAt("pt-lis-mne", alice.id)).toBe(world.now);
    expect(known.revokedAt("es-mad-mae", alice.id)).toBeUndefined();
    expect(known.revokedAt("pt-lis-mne", bob.id)).toBeUndefined();
    expect(known.lists).toHaveLength(1);
  });

  test("are refused when older, altered, from a site not listed, signed by another, or taking a revocation back", async () => {
    const known = await new Revocations().with(await listOf(4, revokedAlice()), world.siteList);
    const add = async (bytes: Uint8Array<ArrayBuffer>) => known.with(bytes, world.siteList);
    await expectCode(add(await listOf(3, revokedAlice())), "revocation.rollback");
    await expectCode(add(await listOf(5)), "revocation.taken-back");
    const later = { ...revokedAlice(), revokedAt: world.now + 1 };
    await expectCode(add(await listOf(5, later)), "revocation.taken-back");
    const fine = await listOf(5, revokedAlice(), { device: bob.id, revokedAt: 1 });
    expect((await add(fine)).revokedAt("pt-lis-mne", bob.id)).toBe(1);
    await expectCode(add(flipBit(fine, 40)), "signature.ed25519");
    const twice = { site: "pt-lis-mne", serial: 6, issuedAt: 0, devices: [revokedAlice(), revokedAlice()] };
    await expectCode(() => signRevocationList(twice, world.site("pt-lis-mne").signer), "revocation.order");
    const foreign = { site: "it-rom-mae", serial: 1, issuedAt: 0, devices: [] };
    const strange = await signRevocationList(foreign, world.site("pt-lis-mne").signer);
    await expectCode(add(strange), "revocation.unknown-site");
    const forged = { ...foreign, site: "es-mad-mae" };
    await expectCode(
      add(await signRevocationList(forged, world.site("pt-lis-mne").signer)),
      "signature.ed25519",
    );
  });

  test("refuse messages whose key was drawn since, and leave those drawn before", async () => {
    const talk = await TestConversation.create(world, [alice, bob]);
    const sent = await talk.sendOtp(alice, talk.draft("still mine?", 1));
    const at = async (revokedAt: number) =>
      new Revocations().with(await listOf(1, { device: alice.id, revokedAt }), world.siteList);
    const open = async (revokedAt: number) =>
      openEnvelope(sent.bytes, talk.context(bob, [sent], { revocations: await at(revokedAt) }));
    await expectCode(open(world.now), "certificate.revoked");
    expect((await open(world.now + 1)).header.sequence).toBe(1);
    const epoch = await talk.startEpoch(alice, 2);
    const context = talk.context(bob, [epoch], { revocations: await at(world.now + 1) });
    context.receiver.commit((await openEpochStart(epoch.bytes, context)).change);
    const late = { ...talk.draft("in an epoch drawn before", 1), sentAt: world.now + 1 };
    const after = await talk.sendAes(alice, late, epoch.epoch);
    await expectCode(openEnvelope(after.bytes, context), "certificate.revoked");
  });
});
