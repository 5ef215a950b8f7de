import { beforeAll, describe, expect, test } from "vitest";
import { parseCommand, signCommand, verifyCommand } from "../../lib/protocol/command.ts";
import { checkRecordMac, encodeDrawRecord, macRecord } from "../../lib/protocol/draw-record.ts";
import { decodeDrawRequest, encodeDrawRequest } from "../../lib/protocol/draw-request.ts";
import { frame } from "../../lib/protocol/frame.ts";
import { labels } from "../../lib/protocol/labels.ts";
import { decodePayload, encodePayload } from "../../lib/protocol/payload.ts";
import { parseReceipt, signReceipt, verifyReceipt } from "../../lib/protocol/receipt.ts";
import { checkRenewal, proveRenewal } from "../../lib/protocol/renewal.ts";
import { safetyNumber } from "../../lib/protocol/safety-number.ts";
import {
  decodeSigned,
  encodeSigned,
  signBody,
  signBodyTwice,
  verifySigned,
} from "../../lib/protocol/signed.ts";
import { openSiteList, signSiteList } from "../../lib/protocol/site-list.ts";
import { equalBytes } from "../../lib/shared/bytes.ts";
import { TestConversation } from "./conversation.ts";
import { expectCode, flipBit, random } from "./expectations.ts";
import { makeWorld, newSigner, type TestDevice, type TestWorld } from "./world.ts";

let world: TestWorld;
let alice: TestDevice;
let bob: TestDevice;

beforeAll(async () => {
  world = await makeWorld();
  alice = await world.device("pt-lis-mne", "alice");
  bob = await world.device("es-mad-mae", "bob");
});

describe("a signed structure", () => {
  test("verifies under its own label and key only, with exactly the signatures that are due", async () => {
    const signer = await newSigner();
    const keys = { ed25519Key: signer.ed25519PublicKey };
    const both = { ...keys, mlDsaKey: signer.mlDsaPublicKey };
    const one = decodeSigned(await signBody(labels.receipt, random(9), signer));
    const two = decodeSigned(await signBodyTwice(labels.epoch, random(9), signer));
    await verifySigned(labels.receipt, one, keys);
    await verifySigned(labels.epoch, two, both);
    await expectCode(verifySigned(labels.command, one, keys), "signature.ed25519");
    await expectCode(verifySigned(labels.receipt, one, both), "signature.missing");
    await expectCode(verifySigned(labels.epoch, two, keys), "signature.unexpected");
    const other = await newSigner();
    await expectCode(
      verifySigned(labels.receipt, one, { ed25519Key: other.ed25519PublicKey }),
      "signature.ed25519",
    );
    const swapped = { ...both, mlDsaKey: other.mlDsaPublicKey };
    await expectCode(verifySigned(labels.epoch, two, swapped), "signature.ml-dsa");
    const altered = decodeSigned(encodeSigned({ ...two, body: flipBit(two.body, 0) }));
    await expectCode(verifySigned(labels.epoch, altered, both), "signature.ed25519");
  });

  test("frames make no two lists of parts equal", () => {
    expect(frame(new Uint8Array([1]), new Uint8Array([2, 3]))).not.toEqual(
      frame(new Uint8Array([1, 2]), new Uint8Array([3])),
    );
    expect(frame(new Uint8Array(3))).toEqual(new Uint8Array([0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0]));
  });
});

describe("the site list", () => {
  test("is refused when older than the one known, expired, or signed by another root", async () => {
    const keys = { ed25519Key: world.root.ed25519PublicKey, mlDsaKey: world.root.mlDsaPublicKey };
    const bytes = await signSiteList({ ...world.siteList, serial: 4, expiry: 1000 }, world.root);
    expect((await openSiteList(bytes, keys, 999, 4)).value.serial).toBe(4);
    await expectCode(openSiteList(bytes, keys, 999, 5), "site-list.rollback");
    await expectCode(openSiteList(bytes, keys, 1001, 4), "site-list.expired");
    const other = await newSigner();
    const strange = { ed25519Key: other.ed25519PublicKey, mlDsaKey: other.mlDsaPublicKey };
    await expectCode(openSiteList(bytes, strange, 999), "signature.ed25519");
    const half = { ...keys, mlDsaKey: other.mlDsaPublicKey };
    await expectCode(openSiteList(bytes, half, 999), "signature.ml-dsa");
    const twice = [...world.siteList.sites, world.siteList.sites[0]!];
    await expectCode(
      () => signSiteList({ ...world.siteList, sites: twice }, world.root),
      "site-list.duplicate",
    );
  });
});

describe("a draw", () => {
  test("request comes back, with recipients in order and sizes within limits", async () => {
    const request = {
      requestId: random(16),
      suite: 1 as const,
      bytes: 96,
      conversation: random(16),
      rosterHead: random(64),
      recipients: [{ device: bob.id, site: bob.site }],
      count: 2,
      level: 0,
    };
    expect(decodeDrawRequest(encodeDrawRequest(request))).toEqual(request);
    const double = [...request.recipients, ...request.recipients];
    await expectCode(() => encodeDrawRequest({ ...request, recipients: double }), "recipients.order");
    await expectCode(() => encodeDrawRequest({ ...request, recipients: [] }), "cbor.length");
    await expectCode(() => encodeDrawRequest({ ...request, bytes: 31 }), "cbor.range");
  });

  test("record may not contradict itself", async () => {
    const talk = await TestConversation.create(world, [alice, bob]);
    const { value } = (await talk.draw(alice, 1, 96)).record;
    const id = random(16);
    await expectCode(() => encodeDrawRecord({ ...value, keyIds: [id, id] }), "record.key-id-twice");
    await expectCode(() => encodeDrawRecord({ ...value, slaveSites: ["pt-lis-mne"] }), "record.sites");
    await expectCode(() => encodeDrawRecord({ ...value, slaveSites: ["it-rom-mae"] }), "record.sites");
    await expectCode(() => encodeDrawRecord({ ...value, local: true }), "record.local");
    await expectCode(() => encodeDrawRecord({ ...value, expiry: value.drawnAt - 1 }), "record.expiry");
  });

  test("record's authentication between gateways fails for any other bytes or key", async () => {
    const [key, bytes] = [random(32), random(200)];
    const mac = macRecord(key, bytes);
    checkRecordMac(key, bytes, mac);
    await expectCode(() => checkRecordMac(key, flipBit(bytes, 9), mac), "record.mac");
    await expectCode(() => checkRecordMac(random(32), bytes, mac), "record.mac");
    await expectCode(() => checkRecordMac(key, bytes, flipBit(mac, 0)), "record.mac");
  });
});

describe("payload, receipt, command, renewal", () => {
  test("a payload is text of at most 64 KiB, or of another known kind", async () => {
    expect(decodePayload(encodePayload({ kind: 1, body: "ção 🜲" }))).toEqual({ kind: 1, body: "ção 🜲" });
    await expectCode(() => encodePayload({ kind: 1, body: "x".repeat(65_537) }), "cbor.length");
    await expectCode(() => decodePayload(new Uint8Array([0xa2, 1, 7, 2, 0x60])), "payload.malformed");
    await expectCode(() => decodePayload(new Uint8Array([0xa2, 1, 1, 2, 0x40])), "payload.malformed");
    await expectCode(() => decodePayload(random(0)), "payload.malformed");
  });

  test("a receipt verifies under its device's key", async () => {
    const value = {
      conversation: random(16),
      device: bob.id,
      kind: 1 as const,
      frontier: [random(64)],
      at: 5,
    };
    const receipt = parseReceipt(await signReceipt(value, bob.signer));
    expect(receipt.value).toEqual(value);
    await verifyReceipt(receipt, bob.signer.ed25519PublicKey);
    await expectCode(verifyReceipt(receipt, alice.signer.ed25519PublicKey), "signature.ed25519");
  });

  test("a command is refused late and from another key", async () => {
    const value = {
      nonce: random(16),
      expiry: 100,
      kind: "links.reset",
      args: {},
      certificateHash: random(64),
    };
    const command = parseCommand(await signCommand(value, alice.signer));
    await verifyCommand(command, alice.signer.ed25519PublicKey, 100);
    await expectCode(verifyCommand(command, alice.signer.ed25519PublicKey, 101), "command.expired");
    await expectCode(verifyCommand(command, bob.signer.ed25519PublicKey, 100), "signature.ed25519");
  });

  test("a renewal proof binds device and sealing key", async () => {
    const proof = await proveRenewal(alice.id, alice.sealing.publicKey, alice.signer);
    await checkRenewal(alice.id, alice.signer.mlDsaPublicKey, alice.sealing.publicKey, proof);
    const check = checkRenewal(alice.id, alice.signer.mlDsaPublicKey, bob.sealing.publicKey, proof);
    await expectCode(check, "renew.proof");
  });
});

describe("safety numbers", () => {
  const identity = (device: TestDevice) => ({ user: device.user, devices: [device.certificate.value] });

  test("are the same at both ends and change with any device", () => {
    const number = safetyNumber(identity(alice), identity(bob));
    expect(number).toBe(safetyNumber(identity(bob), identity(alice)));
    expect(number).toMatch(/^(\d{5} ){11}\d{5}$/);
    const more = { user: bob.user, devices: [bob.certificate.value, alice.certificate.value] };
    expect(safetyNumber(identity(alice), more)).not.toBe(number);
    const reversed = { ...more, devices: [...more.devices].reverse() };
    expect(safetyNumber(identity(alice), reversed)).toBe(safetyNumber(identity(alice), more));
    expect(equalBytes(alice.user, bob.user)).toBe(false);
  });
});
