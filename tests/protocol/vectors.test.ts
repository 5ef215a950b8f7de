import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openAccessSecret } from "../../lib/protocol/access-secret.ts";
import { decodeChannelFrame } from "../../lib/protocol/channel-messages.ts";
import { parseCommand, verifyCommand } from "../../lib/protocol/command.ts";
import { parseDeviceCertificate, verifyDeviceCertificate } from "../../lib/protocol/device-certificate.ts";
import { checkRecordMac, parseDrawRecord, verifyDrawRecord } from "../../lib/protocol/draw-record.ts";
import { decodeDrawRequest } from "../../lib/protocol/draw-request.ts";
import { decodeEnrolAnswer, parseEnrolRequest, verifyEnrolRequest } from "../../lib/protocol/enrolment.ts";
import { parseEnvelope, verifyEnvelope } from "../../lib/protocol/envelope.ts";
import { parseEpochStart, verifyEpochStart } from "../../lib/protocol/epoch-start.ts";
import { decodePayload } from "../../lib/protocol/payload.ts";
import { parseReceipt } from "../../lib/protocol/receipt.ts";
import { parseRosterEvent } from "../../lib/protocol/roster-event.ts";
import { decodeSealedCopy } from "../../lib/protocol/sealed-copy.ts";
import { CopyOpener } from "../../lib/protocol/sealing-context.ts";
import { openSiteList } from "../../lib/protocol/site-list.ts";
import { decryptAes } from "../../lib/protocol/suite-aes.ts";
import { decryptOtp } from "../../lib/protocol/suite-otp.ts";
import { fromHex, toHex } from "../../lib/shared/hex.ts";
import { SecretBytes } from "../../lib/shared/secret-bytes.ts";
import { buildVectors } from "./build-vectors.ts";

/**
 * tests/vectors/*.json are the protocol's bytes as published: these tests fail when they change. After a
 * deliberate change of the protocol: WRITE_VECTORS=1 npx vitest run tests/protocol/vectors.test.ts
 */
const built = await buildVectors();
const fileOf = (name: string) => new URL(`../vectors/${name}.json`, import.meta.url);

// biome-ignore lint/suspicious/noExplicitAny: published JSON, whose shape the assertions check.
const read = (name: string): any => JSON.parse(readFileSync(fileOf(name), "utf8"));
const secretOf = (hex: string): SecretBytes => SecretBytes.own(fromHex(hex));

for (const [name, vector] of Object.entries(built)) {
  test(`vector ${name} has not changed`, () => {
    const text = `${JSON.stringify(vector, null, 1)}\n`;
    if (process.env.WRITE_VECTORS === "1") writeFileSync(fileOf(name), text);
    expect(text).toBe(readFileSync(fileOf(name), "utf8"));
  });
}

test("building the vectors twice gives the same bytes", async () => {
  expect(await buildVectors()).toEqual(built);
});

async function pinnedList() {
  const { signed, root } = read("site-list");
  const keys = { ed25519Key: fromHex(root.ed25519Key), mlDsaKey: fromHex(root.mlDsaKey) };
  return (await openSiteList(fromHex(signed), keys, 0, 1)).value;
}

const alice = () => parseDeviceCertificate(fromHex(read("certificate").signed));

test("published certificate, command, enrolment, record and receipt verify and decode to their values", async () => {
  const list = await pinnedList();
  const certificate = alice();
  await verifyDeviceCertificate(certificate, list);
  expect(toHex(certificate.hash)).toBe(read("certificate").hash);
  const command = parseCommand(fromHex(read("command").signed));
  await verifyCommand(command, certificate.value.ed25519Key, 0);
  expect(command.value.args).toEqual(read("command").value.args);
  await verifyEnrolRequest(parseEnrolRequest(fromHex(read("enrolment").signed)));
  const record = parseDrawRecord(fromHex(read("draw-record").signed));
  await verifyDrawRecord(record, list);
  checkRecordMac(fromHex(read("draw-record").macKey), record.bytes, fromHex(read("draw-record").mac));
  expect(decodeDrawRequest(fromHex(read("draw-request").encoded)).bytes).toBe(96);
  expect(toHex(parseReceipt(fromHex(read("receipt").signed)).value.device)).toBe(
    read("receipt").value.device,
  );
});

test("published roster events decode to the changes they name", () => {
  const { create, events } = read("roster");
  for (const { change, signed } of [create, ...events])
    expect(parseRosterEvent(fromHex(signed)).value.change.kind).toBe(change.kind);
});

test("the published OTP and AES envelopes verify and decrypt", async () => {
  const key = alice().value.ed25519Key;
  const otp = read("suite-otp");
  const one = parseEnvelope(fromHex(otp.envelope));
  await verifyEnvelope(one, key);
  expect(toHex(decryptOtp(secretOf(otp.key), one.header, one.ciphertext, one.tag))).toBe(otp.padded);
  const aes = read("suite-aes");
  const two = parseEnvelope(fromHex(aes.envelope));
  await verifyEnvelope(two, key);
  const messageKey = secretOf(read("epoch").messageKeys[0]);
  expect(toHex(await decryptAes(messageKey, two.header, two.ciphertext, two.tag))).toBe(aes.padded);
  await verifyEpochStart(parseEpochStart(fromHex(read("epoch").signed)), alice().value);
  expect(decodePayload(fromHex(read("payload").encoded))).toEqual(read("payload").value);
});

test("the published sealed copies and enrolment answer open", async () => {
  const vector = read("sealed-copy");
  const opener = new CopyOpener({
    site: vector.site,
    device: fromHex(vector.device),
    sealingSeeds: () => [secretOf(vector.sealingSeed)],
    accessSecret: () => secretOf(vector.accessSecret),
  });
  for (const { key, copy } of vector.copies) {
    const opened = await opener.open(decodeSealedCopy(fromHex(copy)), fromHex(vector.recordHash));
    expect(toHex(opened.reveal())).toBe(key);
  }
  const enrolment = read("enrolment");
  const request = parseEnrolRequest(fromHex(enrolment.signed));
  const answer = decodeEnrolAnswer(fromHex(enrolment.answer));
  const access = await openAccessSecret(answer, secretOf(enrolment.sealingSeed), request.hash);
  expect(toHex(access.secret.reveal())).toBe(enrolment.accessSecret);
});

test("the published channel frames decode to their types", () => {
  for (const { requestId, message, encoded } of read("channel-messages").frames) {
    const frame = decodeChannelFrame(fromHex(encoded));
    expect([frame.requestId, frame.message.type]).toEqual([requestId, message.type]);
  }
});
