import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readAccessCard } from "../../lib/protocol/access-card.ts";
import { readApproval } from "../../lib/protocol/approval.ts";
import { parseDeviceCertificate } from "../../lib/protocol/device-certificate.ts";
import { parseDrawRecord } from "../../lib/protocol/draw-record.ts";
import { parseEnvelope, verifyEnvelope } from "../../lib/protocol/envelope.ts";
import { parseEpochStart, verifyEpochStart } from "../../lib/protocol/epoch-start.ts";
import { checkFileHash, openFileChunk } from "../../lib/protocol/file-stream.ts";
import { openHistory } from "../../lib/protocol/history-container.ts";
import { openHybridSecret } from "../../lib/protocol/hybrid-secret.ts";
import { labels } from "../../lib/protocol/labels.ts";
import { decodeLevelPolicy, defaultLevelPolicy } from "../../lib/protocol/level-policy.ts";
import { decodePayload, encodePayload } from "../../lib/protocol/payload.ts";
import { parseResendRequest } from "../../lib/protocol/resend-request.ts";
import { parseRevocationList } from "../../lib/protocol/revocation-list.ts";
import { verifySigned } from "../../lib/protocol/signed.ts";
import { decryptAes } from "../../lib/protocol/suite-aes.ts";
import { decryptOtpHybrid } from "../../lib/protocol/suite-otp-hybrid.ts";
import { fromHex, toHex } from "../../lib/shared/hex.ts";
import { SecretBytes } from "../../lib/shared/secret-bytes.ts";

/** The published vectors of the messenger, read as another implementation would: from the JSON alone. */
// biome-ignore lint/suspicious/noExplicitAny: published JSON, whose shape the assertions check.
const read = (name: string): any =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));
const secretOf = (hex: string): SecretBytes => SecretBytes.own(fromHex(hex));
const alice = () => parseDeviceCertificate(fromHex(read("certificate").signed)).value;

test("the sealed secret of the published HYBRID epoch opens with the recipient's seed", async () => {
  const vector = read("epoch-hybrid");
  const start = parseEpochStart(fromHex(vector.signed));
  await verifyEpochStart(start, alice());
  const record = parseDrawRecord(fromHex(vector.record));
  const binding = { epochId: start.value.epochId, recordHash: record.hash, record: record.value };
  const opened = await openHybridSecret(start.value.sealed[0]!, binding, [secretOf(vector.sealingSeed)]);
  expect(toHex(opened.reveal())).toBe(vector.secret);
  expect(toHex(start.value.commit)).toBe(vector.commit);
});

test("the published HYBRID and OTP_HYBRID envelopes verify and decrypt to their padded texts", async () => {
  const [first, second] = read("epoch-hybrid").messageKeys.map(secretOf);
  const three = read("suite-hybrid");
  const one = parseEnvelope(fromHex(three.envelope));
  await verifyEnvelope(one, alice().ed25519Key);
  expect(toHex(await decryptAes(first, one.header, one.ciphertext, one.tag))).toBe(three.padded);
  const four = read("suite-otp-hybrid");
  const two = parseEnvelope(fromHex(four.envelope));
  await verifyEnvelope(two, alice().ed25519Key);
  const padded = await decryptOtpHybrid(second, secretOf(four.key), two.header, two.ciphertext, two.tag);
  expect(toHex(padded)).toBe(four.padded);
  expect([two.fields.level, two.fields.index]).toEqual([3, 1]);
});

test("the published payloads decode, and are the only encoding of what they decode to", () => {
  const vectors = read("payloads");
  expect(vectors.map(({ payload }: { payload: { kind: number } }) => payload.kind)).toEqual(
    Array.from({ length: 14 }, (_, i) => i + 1),
  );
  for (const { payload, encoded } of vectors) {
    const decoded = decodePayload(fromHex(encoded));
    expect(decoded.kind).toBe(payload.kind);
    expect(toHex(encodePayload(decoded))).toBe(encoded);
  }
});

test("the published file's last chunk opens, and its hash names both chunks", async () => {
  const vector = read("file");
  const { size, plaintext, chunkHashes, lastChunk } = vector;
  const [fileId, key, noncePrefix] = [vector.fileId, vector.key, vector.noncePrefix].map(fromHex) as never[];
  const file = { fileId: fileId!, size, key: key!, noncePrefix: noncePrefix! };
  expect(toHex(await openFileChunk(file, 1, fromHex(lastChunk)))).toBe(plaintext[1]);
  const body = { ...file, name: "f", mediaType: "", chunks: 2, hash: fromHex(vector.hash) };
  checkFileHash(body, chunkHashes.map(fromHex));
});

test("the published history opens with its passphrase", async () => {
  const vector = read("history");
  for await (const page of openHistory([fromHex(vector.header), fromHex(vector.chunk)], vector.passphrase)) {
    expect(decodePayload(page.items[0]!.payload)).toEqual({ kind: 1, body: "From my history." });
    expect(page.last).toBe(true);
  }
});

test("the published policy, revocation list, re-send request, approval and access card read as they say", async () => {
  expect(decodeLevelPolicy(fromHex(read("level-policy").encoded))).toEqual(defaultLevelPolicy);
  const list = parseRevocationList(fromHex(read("revocation-list").signed));
  const { ed25519Key, mlDsaKey } = read("certificate").site;
  const site = { ed25519Key: fromHex(ed25519Key), mlDsaKey: fromHex(mlDsaKey) };
  await verifySigned(labels.revocations, list.signed, site);
  expect(list.value.serial).toBe(2);
  expect(parseResendRequest(fromHex(read("resend-request").signed)).value.reason).toBe(2);
  const approval = read("approval");
  const own = { site: "pt-lis-mne", device: alice().device, keysHash: fromHex(approval.keysHash) };
  expect(toHex(readAccessCard(approval.card, own).secret.reveal())).toBe(approval.accessSecret);
  expect(readApproval(approval.command).keysHash).toEqual(own.keysHash);
});
