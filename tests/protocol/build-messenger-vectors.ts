import { encodeApprovedAnswer, writeAccessCard } from "../../lib/protocol/access-card.ts";
import { approvalCommand } from "../../lib/protocol/approval.ts";
import { startChain, stepChain } from "../../lib/protocol/chain.ts";
import {
  composeInEpoch,
  composeOtpHybrid,
  type Draft,
  startSendingEpoch,
} from "../../lib/protocol/composing.ts";
import { type DrawRecord, parseDrawRecord, signDrawRecord } from "../../lib/protocol/draw-record.ts";
import { deriveEpoch } from "../../lib/protocol/epoch.ts";
import { parseEpochStart } from "../../lib/protocol/epoch-start.ts";
import { fileHash, sealFileChunk } from "../../lib/protocol/file-stream.ts";
import { HistorySealer } from "../../lib/protocol/history-container.ts";
import { defaultLevelPolicy, encodeLevelPolicy } from "../../lib/protocol/level-policy.ts";
import { pad } from "../../lib/protocol/padding.ts";
import { encodePayload } from "../../lib/protocol/payload.ts";
import { signResendRequest } from "../../lib/protocol/resend-request.ts";
import { signRevocationList } from "../../lib/protocol/revocation-list.ts";
import { applyRoster, type Roster } from "../../lib/protocol/roster.ts";
import { writeSafetyCode } from "../../lib/protocol/safety-code.ts";
import { deviceKeysHash, enrolmentDigits, safetyHash } from "../../lib/protocol/safety-number.ts";
import type { Suite } from "../../lib/protocol/suites.ts";
import { toHex } from "../../lib/shared/hex.ts";
import { SecretBytes } from "../../lib/shared/secret-bytes.ts";
import type { Device, Site, VectorFile } from "./build-vectors.ts";
import { payloadExamples } from "./payload-examples.ts";
import { at, day, envelopeParts, fixed, secret } from "./vector-parts.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Suites 3 and 4, all kinds of message, files, histories and the structures of trust. `create`: the roster's event. */
export async function buildMessengerVectors(
  alice: Device,
  bob: Device,
  lisbon: Site,
  create: Bytes,
): Promise<Record<string, VectorFile>> {
  const certificates = [alice.certificate, bob.certificate];
  const roster = await applyRoster(
    [create],
    (wanted) => certificates.find((one) => toHex(one.hash) === toHex(wanted))?.value,
  );
  return {
    ...(await hybrid(alice, bob, lisbon, roster)),
    "level-policy": { value: defaultLevelPolicy, encoded: encodeLevelPolicy(defaultLevelPolicy) },
    payloads: payloadExamples(fixed("target", 64)).map(([name, payload]) => ({
      name,
      payload,
      encoded: encodePayload(payload),
    })) as unknown as VectorFile,
    file: await file(),
    history: await history(alice),
    ...(await trust(alice, bob, lisbon, roster)),
  };
}

async function hybrid(alice: Device, bob: Device, lisbon: Site, roster: Roster) {
  const draw = async (name: string, suite: Suite, bytes: number) => {
    const value: DrawRecord = {
      keyIds: [fixed(`${name} key id`, 16)],
      bytes,
      suite,
      masterSite: alice.body.site,
      slaveSites: [bob.body.site],
      drawingDevice: alice.body.device,
      conversation: roster.conversation,
      rosterHead: roster.head,
      recipients: [{ device: bob.body.device, site: bob.body.site }],
      drawnAt: at,
      expiry: at + day,
      local: false,
      routes: [["pt-lis-mne", "es-mad-mae"]],
      networkBits: bytes * 8,
      epsilonExponent: 14,
    };
    const record = parseDrawRecord(await signDrawRecord(value, lisbon.signer));
    return { record, key: () => secret(`${name} key`, bytes) };
  };
  const draft = (sequence: number, parents: Bytes[], level: number, body: string): Draft => ({
    messageId: fixed(`hybrid message ${sequence}`, 16),
    sequence,
    parents,
    level,
    sentAt: at + sequence,
    resends: new Uint8Array(0),
    payload: { kind: 1, body },
  });
  const epochDraw = await draw("hybrid", 3, 32);
  const ekm = fixed("hybrid ekm", 64);
  const started = await startSendingEpoch(
    fixed("hybrid epoch", 16),
    epochDraw.record,
    epochDraw.key(),
    roster,
    alice.signer,
    at + 10,
    { sealingKeyOf: () => bob.body.sealingKey, secret: secret("hybrid secret"), ekmOf: () => ekm },
  );
  const start = parseEpochStart(started.bytes).value;
  const nonces = [fixed("hybrid nonce", 12), fixed("otp-hybrid nonce", 12)] as const;
  const first = draft(11, [fixed("parent", 64)], 1, "Restricted, end to end.");
  const three = await composeInEpoch(first, started.epoch, alice.signer, { nonce: nonces[0] });
  const padDraw = await draw("otp-hybrid", 4, 64 + 28 + 32);
  const second = draft(12, [three.hash], 3, "Secret, end to end.");
  const four = await composeOtpHybrid(second, three.epoch, padDraw.record, padDraw.key(), alice.signer, {
    nonce: nonces[1],
  });
  const s = secret("hybrid secret");
  const derived = deriveEpoch(epochDraw.key(), start.transcript, roster.conversation, alice.body.device, s);
  const { commit } = derived;
  const chainKey0 = SecretBytes.copyOf(derived.chainKey.reveal());
  const step = stepChain(startChain(derived.chainKey), 1, at);
  const messageKeys = [step.chain.skipped.get(0)?.key, step.messageKey];
  const paddedOf = (one: Draft) => pad(encodePayload(one.payload));
  return {
    "epoch-hybrid": {
      key: epochDraw.key(),
      secret: s,
      ekm,
      sealingSeed: bob.sealing.seed,
      record: epochDraw.record.bytes,
      encapsulation: start.sealed[0]?.encapsulation,
      sealed: start.sealed[0]?.sealed,
      transcript: start.transcript,
      commit,
      chainKey0,
      messageKeys,
      signed: started.bytes,
    },
    "suite-hybrid": {
      nonce: nonces[0],
      padded: paddedOf(first),
      ...envelopeParts(three.bytes),
      header: three.header,
    },
    "suite-otp-hybrid": {
      nonce: nonces[1],
      record: padDraw.record.bytes,
      key: padDraw.key(),
      padded: paddedOf(second),
      ...envelopeParts(four.bytes),
      header: four.header,
    },
  };
}

async function file(): Promise<VectorFile> {
  const secrets = {
    fileId: fixed("file id", 16),
    size: 65_536 + 3,
    key: fixed("file key", 32),
    noncePrefix: fixed("file nonce", 7),
  };
  const plain = [fixed("file content", 65_536), fixed("file end", 3)];
  const chunks = [];
  for (const [i, chunk] of plain.entries()) chunks.push(await sealFileChunk(secrets, i, chunk));
  const hashes = chunks.map((one) => one.hash);
  return {
    ...secrets,
    plaintext: ["SHAKE256 of 'file content', 65,536 bytes", plain[1]],
    chunkHashes: hashes,
    lastChunk: chunks[1]?.sealed,
    hash: fileHash(secrets, hashes),
  };
}

async function history(alice: Device): Promise<VectorFile> {
  const passphrase = "correct horse battery staple";
  const options = {
    user: alice.body.user,
    now: at,
    costExponent: 14,
    salt: fixed("history salt", 32),
    noncePrefix: fixed("history nonce", 7),
  };
  const page = {
    items: [
      {
        conversation: fixed("conversation", 16),
        envelopeHash: fixed("target", 64),
        senderUser: alice.body.user,
        senderDevice: alice.body.device,
        sequence: 1,
        sentAt: at,
        suite: 1,
        level: 0,
        rosterHead: fixed("head", 64),
        drawRecordHash: fixed("record hash", 64),
        payload: encodePayload({ kind: 1, body: "From my history." }),
      },
    ],
    rosterEvents: [fixed("event", 20)],
    last: true,
  };
  const sealer = await HistorySealer.begin(passphrase, options);
  const header = sealer.headerBytes;
  return { passphrase, page, header, chunk: await sealer.seal(page) };
}

async function trust(alice: Device, bob: Device, lisbon: Site, roster: Roster) {
  const keysHash = deviceKeysHash(alice.body, lisbon.entry);
  const facts = { site: alice.body.site, device: alice.body.device, keysHash };
  const identities = [
    { user: alice.body.user, devices: [alice.body] },
    { user: bob.body.user, devices: [bob.body] },
  ] as const;
  const list = {
    site: alice.body.site,
    serial: 2,
    issuedAt: at,
    devices: [{ device: fixed("revoked device", 16), revokedAt: at - 1 }],
  };
  const resend = {
    conversation: roster.conversation,
    device: bob.body.device,
    envelope: fixed("target", 64),
    reason: 2 as const,
    at,
  };
  const answer = { certificate: alice.certificate.bytes, siteList: fixed("stand-in list", 8) };
  return {
    approval: {
      keysHash,
      digits: enrolmentDigits(alice.body, lisbon.entry),
      command: approvalCommand(facts),
      accessSecret: secret("carried secret"),
      card: writeAccessCard(facts, secret("carried secret"), at),
      answer: { value: answer, encoded: encodeApprovedAnswer(answer) },
    },
    "safety-code": { hashes: identities.map(safetyHash), text: writeSafetyCode(...identities) },
    "revocation-list": { value: list, signed: await signRevocationList(list, lisbon.signer) },
    "resend-request": { value: resend, signed: await signResendRequest(resend, bob.signer) },
  };
}
