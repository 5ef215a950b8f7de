import { createHash, createPrivateKey, sign } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { ml_dsa65 } from "@noble/post-quantum/ml-dsa.js";
import { expect, test } from "vitest";
import approval from "../vectors/approval.json" with { type: "json" };
import certificateVector from "../vectors/certificate.json" with { type: "json" };
import channelVector from "../vectors/channel.json" with { type: "json" };
import channelMessages from "../vectors/channel-messages.json" with { type: "json" };
import commandVector from "../vectors/command.json" with { type: "json" };
import drawRecordVector from "../vectors/draw-record.json" with { type: "json" };
import drawRequestVector from "../vectors/draw-request.json" with { type: "json" };
import enrolment from "../vectors/enrolment.json" with { type: "json" };
import epoch from "../vectors/epoch.json" with { type: "json" };
import epochHybrid from "../vectors/epoch-hybrid.json" with { type: "json" };
import file from "../vectors/file.json" with { type: "json" };
import framing from "../vectors/framing.json" with { type: "json" };
import history from "../vectors/history.json" with { type: "json" };
import levelPolicyVector from "../vectors/level-policy.json" with { type: "json" };
import padding from "../vectors/padding.json" with { type: "json" };
import payloadVector from "../vectors/payload.json" with { type: "json" };
import payloads from "../vectors/payloads.json" with { type: "json" };
import receiptVector from "../vectors/receipt.json" with { type: "json" };
import resendRequestVector from "../vectors/resend-request.json" with { type: "json" };
import revocationListVector from "../vectors/revocation-list.json" with { type: "json" };
import roster from "../vectors/roster.json" with { type: "json" };
import safety from "../vectors/safety.json" with { type: "json" };
import safetyCodeVector from "../vectors/safety-code.json" with { type: "json" };
import sealedCopyVector from "../vectors/sealed-copy.json" with { type: "json" };
import siteListVector from "../vectors/site-list.json" with { type: "json" };
import suiteAes from "../vectors/suite-aes.json" with { type: "json" };
import suiteHybrid from "../vectors/suite-hybrid.json" with { type: "json" };
import suiteOtp from "../vectors/suite-otp.json" with { type: "json" };
import suiteOtpHybrid from "../vectors/suite-otp-hybrid.json" with { type: "json" };
import vault from "../vectors/vault.json" with { type: "json" };
import { epochKeys, hybridInfo, messageKey, nextChainKey, transcriptOf } from "./chain.ts";
import { answerInfo, nextAccessSecret, openingInfo, openingMessage, pskOf } from "./channel.ts";
import { decodeFrame, encodeFrame } from "./channel-frames.ts";
import { command } from "./commands.ts";
import { beginContext, contextSecret, openCopy, sealCopy } from "./copies.ts";
import { drawRecord, drawRequest } from "./draws.ts";
import { receive } from "./envelopes.ts";
import { CHUNK_BYTES, fileContext, fileHash } from "./files.ts";
import { frame, hash, hex, label } from "./framing.ts";
import { openHistory } from "./history.ts";
import { setUpReceiver, setUpSender } from "./hpke.ts";
import { hmac } from "./kdf.ts";
import { levelPolicy } from "./level-policy.ts";
import { pad, unpad } from "./padding.ts";
import { payload } from "./payloads.ts";
import { rosterEvent } from "./roster.ts";
import { carry, digits, keysHash, safetyHash, safetyNumber, uncarry } from "./safety.ts";
import { decode, encode, type Shape } from "./shapes.ts";
import { open, signedHash, verifyMlDsa } from "./signatures.ts";
import { openChunk, sealChunk } from "./stream.ts";
import * as structure from "./structures.ts";
import { openAes, openBoth, openOtp, type Sealed, sealAes, sealBoth, sealOtp } from "./suites.ts";
import { vaultConsent, vaultMessage, vaultRequest, vaultSecret, vaultShare } from "./vault.ts";
import * as xWing from "./x-wing.ts";

const alice = certificateVector.value;
const [spain, portugal] = siteListVector.value.sites as [
  (typeof siteListVector.value.sites)[number],
  (typeof siteListVector.value.sites)[number],
];
const bobDevice = sealedCopyVector.device;
const bobCertificateHash = roster.create.change.members[1]?.devices[0]?.certificateHash ?? "";

/** Fixed secret of the vectors, 32 bytes. */
function secret(name: string): Buffer {
  return createHash("shake256", { outputLength: 32 }).update(`vernam/1 test vector ${name}`).digest();
}

/** Ed25519 private key of a seed (RFC 8410). */
function privateKey(seed: Buffer) {
  const prefix = hex("302e020100300506032b657004220420");
  return createPrivateKey({ key: Buffer.concat([prefix, seed]), format: "der", type: "pkcs8" });
}

/** Signing keys of a person of the vectors, made again from the fixed secrets. */
function signingKeys(person: string) {
  const { x } = privateKey(secret(`${person} ed25519 seed`)).export({ format: "jwk" });
  const { publicKey } = ml_dsa65.keygen(secret(`${person} ml-dsa seed`));
  return {
    ed25519Key: Buffer.from(x ?? "", "base64url").toString("hex"),
    mlDsaKey: Buffer.from(publicKey).toString("hex"),
  };
}

const bob = signingKeys("bob");

/** Verified and decoded it is `value`; the body made again from `value` stands in the signed bytes. */
function checkSigned<T>(shape: Shape<T>, name: string, keys: Keys, signed: string, value: unknown): void {
  expect(open(shape, name, keys, hex(signed))).toEqual(value);
  expect(signed).toContain(encode(shape, value as T).toString("hex"));
}
type Keys = Parameters<typeof open>[2];

function checkEncoded<T>(shape: Shape<T>, encoded: string, value: unknown): void {
  expect(decode(shape, hex(encoded))).toEqual(value);
  expect(encode(shape, value as T).toString("hex")).toBe(encoded);
}

type SuiteVector = Omit<typeof suiteAes, "nonce">;

/** Receives the envelope, opens it, seals it again to the same bytes, and signs it to the same signature. */
function checkEnvelope(
  vector: SuiteVector,
  openIt: (header: Buffer, sealed: Sealed) => Buffer,
  sealIt: (header: Buffer, plain: Buffer) => Sealed,
): void {
  const { header, encodedHeader, sealed, signedMessage } = receive(hex(vector.envelope), alice.ed25519Key);
  expect(header).toEqual(vector.header);
  checkEncoded(structure.header, vector.encodedHeader, vector.header);
  expect(encodedHeader.toString("hex")).toBe(vector.encodedHeader);
  expect(signedMessage.toString("hex")).toBe(vector.signedMessage);
  const padded = openIt(encodedHeader, sealed);
  expect(padded.toString("hex")).toBe(vector.padded);
  expect(pad(unpad(padded), vector.header.paddedLength)).toEqual(padded);
  expect(decode(payload, unpad(padded)).kind).toBe(1);
  const again = sealIt(encodedHeader, padded);
  expect(again.ciphertext.toString("hex")).toBe(vector.ciphertext);
  expect(again.tag.toString("hex")).toBe(vector.tag);
  const signature = sign(null, signedMessage, privateKey(secret("alice ed25519 seed"))).toString("hex");
  expect(signature).toBe(vector.signature);
  const fields = { header: vector.encodedHeader, ciphertext: vector.ciphertext, tag: vector.tag, signature };
  const envelope = encode(structure.envelope, fields);
  expect(envelope.toString("hex")).toBe(vector.envelope);
  expect(hash(envelope).toString("hex")).toBe(vector.hash);
}

/** Commit, first chain key and message keys from the key alone; the start verifies and says the same. */
function checkEpoch(vector: typeof epoch | typeof epochHybrid, ikm: Buffer, sealed: Buffer) {
  const start = open(structure.epochStart, "epoch", alice, hex(vector.signed));
  const record = open(drawRecord, "draw", portugal, hex(vector.record));
  expect(start.drawRecordHash).toBe(signedHash(hex(vector.record)));
  expect(record.recipients).toEqual([{ device: bobDevice, site: spain.site }]);
  const recipients = [{ device: bobDevice, certificateHash: bobCertificateHash, sealed }];
  const transcript = transcriptOf(hex(vector.record), recipients);
  expect(transcript.toString("hex")).toBe(vector.transcript);
  expect(start.transcript).toBe(vector.transcript);
  const { commit, chainKey } = epochKeys(transcript, ikm, start.conversation, start.senderDevice);
  expect(commit.toString("hex")).toBe(vector.commit);
  expect(start.commit).toBe(vector.commit);
  expect(chainKey.toString("hex")).toBe(vector.chainKey0);
  let next = chainKey;
  for (const key of vector.messageKeys) {
    expect(messageKey(next).toString("hex")).toBe(key);
    next = nextChainKey(next);
  }
  expect(vector.signed).toContain(encode(structure.epochStart, start).toString("hex"));
  return { start, next };
}

const checks: Record<string, () => void> = {
  framing() {
    expect(frame(...framing.parts.map(hex)).toString("hex")).toBe(framing.framed);
  },

  padding() {
    for (const { length, padded } of padding) {
      const plain = Buffer.alloc(length, 7);
      expect(pad(plain).toString("hex")).toBe(padded);
      expect(unpad(hex(padded))).toEqual(plain);
    }
  },

  certificate() {
    const { value, signed, site } = certificateVector;
    checkSigned(structure.certificate, "certificate", site, signed, value);
    expect(signedHash(hex(signed))).toBe(certificateVector.hash);
    expect(signingKeys("alice")).toEqual({ ed25519Key: alice.ed25519Key, mlDsaKey: alice.mlDsaKey });
  },

  "site-list"() {
    checkSigned(
      structure.siteList,
      "site-list",
      siteListVector.root,
      siteListVector.signed,
      siteListVector.value,
    );
  },

  command() {
    checkSigned(command, "command", alice, commandVector.signed, commandVector.value);
    expect(commandVector.value.certificateHash).toBe(certificateVector.hash);
  },

  enrolment() {
    checkSigned(structure.enrolRequest, "enrol", alice, enrolment.signed, enrolment.value);
    const terms = { info: hash(hex(enrolment.signed)) };
    const answer = decode(structure.enrolAnswer, hex(enrolment.answer));
    const device = setUpReceiver(hex(enrolment.sealingSeed), hex(answer.enc), terms);
    expect(device.open(hex(answer.sealedSecret)).toString("hex")).toBe(enrolment.accessSecret);
    const { context, enc } = setUpSender(hex(enrolment.value.sealingKey), hex(enrolment.ekm), terms);
    expect(enc.toString("hex")).toBe(answer.enc);
    expect(context.seal(hex(enrolment.accessSecret)).toString("hex")).toBe(answer.sealedSecret);
    checkEncoded(structure.enrolAnswer, enrolment.answer, answer);
    expect(answer.certificate).toBe(certificateVector.signed);
  },

  receipt() {
    checkSigned(structure.receipt, "receipt", bob, receiptVector.signed, receiptVector.value);
  },

  roster() {
    const kinds = ["create", "add", "remove", "device-add", "device-remove", "role"];
    for (const { change, signed } of [roster.create, ...roster.events]) {
      const event = open(rosterEvent, "roster", alice, hex(signed));
      const { kind, ...fields } = change;
      expect(kinds[event.kind - 1]).toBe(kind);
      expect(event.change).toEqual(fields);
      expect(event.author).toBe(alice.device);
      expect(event.previous).toBe(kind === "create" ? "" : roster.head);
      expect(signed).toContain(encode(rosterEvent, event).toString("hex"));
    }
    expect(signedHash(hex(roster.create.signed))).toBe(roster.head);
  },

  "draw-record"() {
    const { value, signed, macKey, mac } = drawRecordVector;
    checkSigned(drawRecord, "draw", portugal, signed, value);
    expect(signedHash(hex(signed))).toBe(drawRecordVector.hash);
    expect(hmac("sha256", hex(macKey), label("draw"), frame(hex(signed))).toString("hex")).toBe(mac);
  },

  "draw-request"() {
    checkEncoded(drawRequest, drawRequestVector.encoded, drawRequestVector.value);
  },

  payload() {
    checkEncoded(payload, payloadVector.encoded, payloadVector.value);
  },

  payloads() {
    for (const { payload: value, encoded } of payloads) checkEncoded(payload, encoded, value);
    expect(payloads.map((each) => each.payload.kind)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    ]);
  },

  "level-policy"() {
    checkEncoded(levelPolicy, levelPolicyVector.encoded, levelPolicyVector.value);
  },

  channel() {
    const { challenge, ephemeralSeed, accessSecret, openingEkm, answerEkm } = channelVector;
    const psk = pskOf(accessSecret, alice.device);
    const ephemeralKey = xWing.publicKey(hex(ephemeralSeed));
    const opening = decode(structure.channelOpening, hex(channelVector.opening));
    const info = openingInfo(hex(challenge), portugal.site, hex(opening.certificate), ephemeralKey, 0);
    expect(info.toString("hex")).toBe(channelVector.openingInfo);
    const device = setUpSender(hex(portugal.gatewayKey), hex(openingEkm), { info, psk });
    const signature = sign(null, openingMessage(info), privateKey(secret("alice ed25519 seed")));
    const made = encode(structure.channelOpening, {
      certificate: certificateVector.signed,
      ephemeralKey: ephemeralKey.toString("hex"),
      generation: 0,
      enc: device.enc.toString("hex"),
      sealedSignature: device.context.seal(signature).toString("hex"),
    });
    expect(made.toString("hex")).toBe(channelVector.opening);

    const infoOfAnswer = answerInfo(hex(challenge), made);
    expect(infoOfAnswer.toString("hex")).toBe(channelVector.answerInfo);
    const gateway = setUpSender(ephemeralKey, hex(answerEkm), { info: infoOfAnswer, psk });
    const confirmation = device.context.export("vernam/1 channel confirm");
    expect(confirmation.toString("hex")).toBe(channelVector.confirmation);
    const answer = encode(structure.channelAnswer, {
      enc: gateway.enc.toString("hex"),
      sealedConfirmation: gateway.context.seal(confirmation).toString("hex"),
    });
    expect(answer.toString("hex")).toBe(channelVector.answer);

    const atDevice = setUpReceiver(hex(ephemeralSeed), gateway.enc, { info: infoOfAnswer, psk });
    const { sealedConfirmation } = decode(structure.channelAnswer, answer);
    expect(atDevice.open(hex(sealedConfirmation))).toEqual(confirmation);
    const exports = {
      device: device.context.export("vernam/1 access"),
      gateway: atDevice.export("vernam/1 access"),
    };
    expect(nextAccessSecret(exports, infoOfAnswer, 1).toString("hex")).toBe(channelVector.nextAccessSecret);
    const first = device.context.seal(encodeFrame({ type: 10, requestId: 1, body: {} }));
    expect(first.toString("hex")).toBe(channelVector.firstFrame);
  },

  "channel-messages"() {
    const types = channelMessages.frames.map(({ encoded, message, requestId }) => {
      const decoded = decodeFrame(hex(encoded));
      const { type, ...fields } = message;
      expect(decoded.body).toEqual(fields);
      expect(decoded.requestId).toBe(requestId);
      expect(encodeFrame(decoded).toString("hex")).toBe(encoded);
      return [decoded.type, type];
    });
    expect(types).toEqual([
      [1, "draw"],
      [2, "drawn"],
      [3, "copy-push"],
      [4, "fetch"],
      [5, "copy"],
      [6, "acknowledge"],
      [7, "ok"],
      [8, "void"],
      [9, "error"],
      [10, "list-waiting"],
      [11, "waiting"],
      [12, "renew"],
      [13, "renewed"],
      [14, "revocations"],
      [15, "revocation-list"],
      [16, "level-policy"],
    ]);
    const { body } = decodeFrame(hex(channelMessages.frames[11]?.encoded ?? ""));
    const { sealingKey, proof } = body as { sealingKey: string; proof: string };
    const renewed = Buffer.concat([label("renew"), frame(hex(alice.device), hex(sealingKey))]);
    expect(verifyMlDsa(alice.mlDsaKey, renewed, hex(proof))).toBe(true);
  },

  "sealed-copy"() {
    const { ekm, sealingSeed, recordHash, copies, ...place } = sealedCopyVector;
    for (const { key, copy: encoded } of copies) {
      const copy = decode(structure.sealedCopy, hex(encoded));
      const context = { ...place, generation: copy.generation };
      const atDevice = contextSecret(context, hex(sealingSeed), hex(copy.enc));
      expect(openCopy(atDevice, copy, recordHash).toString("hex")).toBe(key);
      const gateway = beginContext(context, xWing.publicKey(hex(sealingSeed)), hex(ekm));
      const ciphertext = sealCopy(gateway.secret, copy.index, recordHash, hex(key)).toString("hex");
      checkEncoded(structure.sealedCopy, encoded, { ...copy, enc: gateway.enc.toString("hex"), ciphertext });
    }
  },

  epoch() {
    const { start, next } = checkEpoch(epoch, hex(epoch.key), Buffer.alloc(0));
    expect(start.sealed).toEqual([]);
    expect(next.toString("hex")).toBe(epoch.chainKey3);
  },

  "suite-aes"() {
    const [key, nonce] = [hex(epoch.messageKeys[0] ?? ""), hex(suiteAes.nonce)];
    checkEnvelope(
      suiteAes,
      (header, sealed) => openAes(key, header, sealed),
      (header, plain) => sealAes(key, nonce, header, plain),
    );
  },

  "epoch-hybrid"() {
    const { key, secret, ekm, sealingSeed, encapsulation, sealed } = epochHybrid;
    const both = Buffer.concat([hex(encapsulation), hex(sealed)]);
    const { start } = checkEpoch(epochHybrid, Buffer.concat([hex(key), hex(secret)]), both);
    expect(start.sealed).toEqual([{ device: bobDevice, encapsulation, sealed }]);
    const info = hybridInfo({ ...start, sender: start.senderDevice, recipient: bobDevice });
    const receiver = setUpReceiver(hex(sealingSeed), hex(encapsulation), { info });
    expect(receiver.open(hex(sealed)).toString("hex")).toBe(secret);
    const sender = setUpSender(xWing.publicKey(hex(sealingSeed)), hex(ekm), { info });
    expect(sender.enc.toString("hex")).toBe(encapsulation);
    expect(sender.context.seal(hex(secret)).toString("hex")).toBe(sealed);
  },

  "suite-hybrid"() {
    const [key, nonce] = [hex(epochHybrid.messageKeys[0] ?? ""), hex(suiteHybrid.nonce)];
    checkEnvelope(
      suiteHybrid,
      (header, sealed) => openAes(key, header, sealed),
      (header, plain) => sealAes(key, nonce, header, plain),
    );
  },

  "suite-otp"() {
    const key = hex(suiteOtp.key);
    checkEnvelope(
      suiteOtp,
      (header, sealed) => openOtp(key, header, sealed),
      (header, plain) => sealOtp(key, header, plain),
    );
    expect(suiteOtp.header.drawRecordHash).toBe(drawRecordVector.hash);
  },

  "suite-otp-hybrid"() {
    const { nonce, key: pad, record } = suiteOtpHybrid;
    const key = hex(epochHybrid.messageKeys[1] ?? "");
    checkEnvelope(
      suiteOtpHybrid,
      (header, sealed) => openBoth(hex(pad), key, header, sealed),
      (header, plain) => sealBoth(hex(pad), key, hex(nonce), header, plain),
    );
    const drawn = open(drawRecord, "draw", portugal, hex(record));
    expect([drawn.suite, drawn.bytes]).toEqual([4, hex(pad).length]);
    expect(suiteOtpHybrid.header.drawRecordHash).toBe(signedHash(hex(record)));
  },

  safety() {
    const [own, other] = [safetyHash(alice.user, [alice]), safetyHash(bobUser(), [bob])];
    expect(safetyNumber(own, other)).toBe(safety.digits);
    expect(safetyNumber(other, own)).toBe(safety.digits);
    expect(digits(keysHash(alice, portugal))).toBe(safety.enrolment);
  },

  "safety-code"() {
    const [own, other] = [safetyHash(alice.user, [alice]), safetyHash(bobUser(), [bob])];
    expect([own, other].map((each) => each.toString("hex"))).toEqual(safetyCodeVector.hashes);
    const code = {
      user: alice.user,
      safetyHash: own.toString("hex"),
      otherUser: bobUser(),
      otherHash: other.toString("hex"),
    };
    expect(carry("safety", encode(structure.safetyCode, code))).toBe(safetyCodeVector.text);
    expect(decode(structure.safetyCode, uncarry("safety", ` ${safetyCodeVector.text}\n`))).toEqual(code);
  },

  approval() {
    const keys = keysHash(alice, portugal);
    expect(keys.toString("hex")).toBe(approval.keysHash);
    expect(digits(keys)).toBe(approval.digits);
    expect(approval.command.args).toEqual({ device: alice.device, keys: approval.keysHash });
    const card = decode(structure.accessCard, uncarry("access", approval.card));
    expect(card).toMatchObject({ site: portugal.site, device: alice.device, keysHash: approval.keysHash });
    expect(card.accessSecret).toBe(approval.accessSecret);
    expect(carry("access", encode(structure.accessCard, card))).toBe(approval.card);
    checkEncoded(structure.approvedAnswer, approval.answer.encoded, approval.answer.value);
  },

  file() {
    const { fileId, size, key, noncePrefix, chunkHashes, lastChunk } = file;
    const content = createHash("shake256", { outputLength: CHUNK_BYTES })
      .update("vernam/1 test vector file content")
      .digest();
    const plain = [content, hex(file.plaintext[1] ?? "")];
    const stream = {
      key: hex(key),
      noncePrefix: hex(noncePrefix),
      associatedData: fileContext(fileId, size),
    };
    const sealed = plain.map((chunk, index) => sealChunk(stream, index, index === 1, chunk));
    expect(sealed.map((chunk) => hash(chunk).toString("hex"))).toEqual(chunkHashes);
    expect(sealed[1]?.toString("hex")).toBe(lastChunk);
    expect(openChunk(stream, 1, true, hex(lastChunk), "file.tag")).toEqual(plain[1]);
    expect(fileHash(fileId, size, chunkHashes.map(hex)).toString("hex")).toBe(file.hash);
  },

  history() {
    const opened = openHistory(Buffer.concat([hex(history.header), hex(history.chunk)]), history.passphrase);
    expect(opened).toEqual([history.page]);
  },

  vault() {
    const { document, share, request, consent, messages } = vault;
    expect(vaultSecret(document.name, hex(document.content)).toString("hex")).toBe(document.secret);
    checkSigned(vaultShare, "vault share", alice, share.signed, share.value);
    checkSigned(vaultRequest, "vault request", alice, request.signed, request.value);
    expect(signedHash(hex(request.signed))).toBe(request.hash);
    checkSigned(vaultConsent, "vault consent", bob, consent.signed, consent.value);
    for (const { message, encoded } of messages) checkEncoded(vaultMessage, encoded, message);
  },

  "revocation-list"() {
    const { signed, value } = revocationListVector;
    checkSigned(structure.revocationList, "revocations", portugal, signed, value);
  },

  "resend-request"() {
    const { signed, value } = resendRequestVector;
    checkSigned(structure.resendRequest, "resend", bob, signed, value);
  },
};

function bobUser(): string {
  return roster.create.change.members[1]?.user ?? "";
}

for (const [name, check] of Object.entries(checks)) test(`vector ${name}`, check);

test("every file of vectors has its check", () => {
  const files = readdirSync(new URL("../vectors", import.meta.url)).filter((name) => name.endsWith(".json"));
  expect(Object.keys(checks).sort()).toEqual(files.map((name) => name.slice(0, -5)).sort());
});

test("no file here imports anything of the first implementation", () => {
  const allowed =
    /^(node:[a-z]+|vitest|@noble\/[a-z-]+\/[a-z0-9-]+\.js|\.\/[a-z0-9-]+\.ts|\.\.\/vectors\/[a-z-]+\.json)$/;
  const files = readdirSync(new URL(".", import.meta.url));
  expect(files).toContain("cbor.ts");
  const others = files.flatMap((name) => {
    const source = readFileSync(new URL(name, import.meta.url), "utf8");
    const imports = source.matchAll(
      /(?<!\.)\b(?:(?:from|import)\s*["']|(?:import|require)\s*\(\s*["'`])([^"'`]+)/g,
    );
    return [...imports].map(([, path]) => path ?? "").filter((path) => !allowed.test(path));
  });
  expect(others).toEqual([]);
});
