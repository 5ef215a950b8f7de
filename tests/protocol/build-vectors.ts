import { type AccessSecret, nextAccessSecret } from "../../lib/protocol/access-secret.ts";
import { startChain, stepChain } from "../../lib/protocol/chain.ts";
import {
  answerInfo,
  encodeChannelAnswer,
  encodeChannelOpening,
  openingInfo,
  openingMessage,
} from "../../lib/protocol/channel-handshake.ts";
import { type ChannelMessage, encodeChannelFrame } from "../../lib/protocol/channel-messages.ts";
import { signCommand } from "../../lib/protocol/command.ts";
import { composeInEpoch, composeOtp, type Draft, startSendingEpoch } from "../../lib/protocol/composing.ts";
import { parseDeviceCertificate, signDeviceCertificate } from "../../lib/protocol/device-certificate.ts";
import {
  type DrawRecord,
  macRecord,
  parseDrawRecord,
  signDrawRecord,
} from "../../lib/protocol/draw-record.ts";
import { encodeDrawRequest } from "../../lib/protocol/draw-request.ts";
import { encodeEnrolAnswer, signEnrolRequest } from "../../lib/protocol/enrolment.ts";
import { deriveEpoch, epochTranscript } from "../../lib/protocol/epoch.ts";
import { frame } from "../../lib/protocol/frame.ts";
import { hash } from "../../lib/protocol/hash.ts";
import { createHpkeSender, generateSealingKey } from "../../lib/protocol/hpke.ts";
import { labels } from "../../lib/protocol/labels.ts";
import { defaultLevelPolicy } from "../../lib/protocol/level-policy.ts";
import { pad } from "../../lib/protocol/padding.ts";
import { encodePayload } from "../../lib/protocol/payload.ts";
import { signReceipt } from "../../lib/protocol/receipt.ts";
import { sortRecipients } from "../../lib/protocol/recipients.ts";
import { proveRenewal } from "../../lib/protocol/renewal.ts";
import { applyRoster } from "../../lib/protocol/roster.ts";
import { type RosterChange, signRosterEvent } from "../../lib/protocol/roster-event.ts";
import { enrolmentDigits, safetyNumber } from "../../lib/protocol/safety-number.ts";
import { encodeSealedCopy } from "../../lib/protocol/sealed-copy.ts";
import { SealingContext } from "../../lib/protocol/sealing-context.ts";
import { createMlDsaSigner, createSeedSigner, type DualSigner } from "../../lib/protocol/signing.ts";
import { signSiteList } from "../../lib/protocol/site-list.ts";
import { utf8 } from "../../lib/shared/bytes.ts";
import { toHex } from "../../lib/shared/hex.ts";
import { SecretBytes } from "../../lib/shared/secret-bytes.ts";
import { buildMessengerVectors } from "./build-messenger-vectors.ts";
import { buildVaultVectors } from "./build-vault-vectors.ts";
import { at, day, envelopeParts, fixed, secret } from "./vector-parts.ts";

type Bytes = Uint8Array<ArrayBuffer>;
export type VectorFile = Readonly<Record<string, unknown>>;

async function fixedSigner(name: string): Promise<DualSigner> {
  const mlDsa = await createMlDsaSigner(fixed(`${name} ml-dsa seed`, 32), { deterministic: true });
  return { ...(await createSeedSigner(fixed(`${name} ed25519 seed`, 32))), ...mlDsa };
}

function hexed(value: unknown): unknown {
  if (value instanceof SecretBytes) return toHex(value.reveal());
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(hexed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, hexed(field)]));
}

export type Site = Awaited<ReturnType<typeof makeSite>>;

async function makeSite(id: string, country: string) {
  const [signer, gateway] = [await fixedSigner(id), await generateSealingKey(secret(`${id} gateway seed`))];
  const entry = {
    site: id,
    name: `Site ${id}`,
    country,
    ed25519Key: signer.ed25519PublicKey,
    mlDsaKey: signer.mlDsaPublicKey,
    gatewayKey: gateway.publicKey,
    gatewayUrl: "http://localhost:3001",
  };
  return { signer, gateway, entry };
}

async function makeDevice(name: string, site: string, siteSigner: DualSigner) {
  const [signer, sealing] = [
    await fixedSigner(name),
    await generateSealingKey(secret(`${name} sealing seed`)),
  ];
  const body = {
    site,
    user: fixed(`${name} user`, 16),
    device: fixed(`${name} device`, 16),
    ed25519Key: signer.ed25519PublicKey,
    mlDsaKey: signer.mlDsaPublicKey,
    sealingKey: sealing.publicKey,
    assurance: 0 as const,
    roles: ["user" as const],
    name: `Duty officer, ${name}`,
    notBefore: at - 1000,
    notAfter: at + day,
  };
  const certificate = parseDeviceCertificate(await signDeviceCertificate(body, siteSigner));
  return { signer, sealing, body, certificate, access: { generation: 0, secret: secret(`${name} access`) } };
}

export type Device = Awaited<ReturnType<typeof makeDevice>>;

/** Every structure and suite with fixed keys: what tests/vectors/*.json holds. Deterministic. */
export async function buildVectors(): Promise<Readonly<Record<string, VectorFile>>> {
  const root = await fixedSigner("network root");
  const [madrid, lisbon] = [await makeSite("es-mad-mae", "ES"), await makeSite("pt-lis-mne", "PT")];
  const alice = await makeDevice("alice", "pt-lis-mne", lisbon.signer);
  const bob = await makeDevice("bob", "es-mad-mae", madrid.signer);
  const list = { serial: 1, expiry: at + 365 * day, network: "nine", sites: [madrid.entry, lisbon.entry] };
  const files: Record<string, VectorFile> = {
    "site-list": { value: list, signed: await signSiteList(list, root), root: publicKeys(root) },
    certificate: {
      value: alice.body,
      signed: alice.certificate.bytes,
      hash: alice.certificate.hash,
      site: publicKeys(lisbon.signer),
    },
    framing: { parts: ["", "a", "vernam"].map(utf8), framed: frame(...["", "a", "vernam"].map(utf8)) },
    padding: [0, 1, 62, 63, 64, 511, 512, 1000].map((length) => ({
      length,
      padded: pad(new Uint8Array(length).fill(7)),
    })) as unknown as VectorFile,
    safety: {
      digits: safetyNumber(
        { user: alice.body.user, devices: [alice.body] },
        { user: bob.body.user, devices: [bob.body] },
      ),
      enrolment: enrolmentDigits(alice.body, lisbon.entry),
    },
    command: await command(alice),
    enrolment: await enrolment(alice),
    ...(await conversation(alice, bob, lisbon.signer)),
    ...(await channel(alice, lisbon.gateway.publicKey)),
    "sealed-copy": await sealedCopy(bob),
  };
  const { create } = files.roster as { create: { signed: Bytes } };
  Object.assign(files, await buildMessengerVectors(alice, bob, lisbon, create.signed));
  Object.assign(files, await buildVaultVectors(alice, bob));
  return Object.fromEntries(Object.entries(files).map(([name, file]) => [name, hexed(file) as VectorFile]));
}

const publicKeys = (signer: DualSigner) => ({
  ed25519Key: signer.ed25519PublicKey,
  mlDsaKey: signer.mlDsaPublicKey,
});

async function command(alice: Device): Promise<VectorFile> {
  const value = {
    nonce: fixed("command nonce", 16),
    expiry: at + 60_000,
    kind: "link.attack",
    args: { link: "es-mad-mae~pt-lis-mne", model: "intercept-resend", fraction: 0.5 },
    certificateHash: alice.certificate.hash,
  };
  return { value, signed: await signCommand(value, alice.signer) };
}

async function enrolment(alice: Device): Promise<VectorFile> {
  const { device, ed25519Key, mlDsaKey, sealingKey, name } = alice.body;
  const challenge = fixed("enrol challenge", 32);
  const value = {
    identityToken: "header.claims.signature",
    device,
    ed25519Key,
    mlDsaKey,
    sealingKey,
    challenge,
    name,
  };
  const signed = await signEnrolRequest(value, alice.signer);
  const sender = await createHpkeSender(sealingKey, hash(signed), undefined, fixed("enrol ekm", 64));
  const sealedSecret = await sender.seal(alice.access.secret.reveal());
  const answer = encodeEnrolAnswer({
    certificate: alice.certificate.bytes,
    siteList: fixed("stand-in list", 8),
    enc: sender.enc,
    sealedSecret,
  });
  return {
    value,
    signed,
    ekm: fixed("enrol ekm", 64),
    sealingSeed: alice.sealing.seed,
    accessSecret: alice.access.secret,
    answer,
  };
}

async function conversation(alice: Device, bob: Device, site: DualSigner) {
  const id = fixed("conversation", 16);
  const member = (device: Device, moderator: boolean) => ({
    user: device.body.user,
    site: device.body.site,
    devices: [{ device: device.body.device, certificateHash: device.certificate.hash }],
    moderator,
  });
  const change: RosterChange = {
    kind: "create",
    members: [member(alice, true), member(bob, false)],
    title: "Vectors",
  };
  const create = await signRosterEvent(
    { conversation: id, previous: new Uint8Array(0), author: alice.body.device, at, change },
    alice.signer,
  );
  const certificates = [alice.certificate, bob.certificate];
  const roster = await applyRoster(
    [create],
    (wanted) => certificates.find((one) => toHex(one.hash) === toHex(wanted))?.value,
  );
  const others: RosterChange[] = [
    { kind: "add", member: { ...member(bob, false), devices: [] } },
    { kind: "remove", user: bob.body.user },
    { kind: "device-add", user: bob.body.user, device: member(bob, false).devices[0]! },
    { kind: "device-remove", user: bob.body.user, device: bob.body.device },
    { kind: "role", user: bob.body.user, moderator: true },
  ];
  const events = [];
  for (const one of others)
    events.push({
      change: one,
      signed: await signRosterEvent(
        { conversation: id, previous: roster.head, author: alice.body.device, at, change: one },
        alice.signer,
      ),
    });
  const recipients = sortRecipients([{ device: bob.body.device, site: bob.body.site }]);
  const draw = async (name: string, suite: 1 | 2, bytes: number) => {
    const value: DrawRecord = {
      keyIds: [fixed(`${name} key id`, 16)],
      bytes,
      suite,
      masterSite: alice.body.site,
      slaveSites: [bob.body.site],
      drawingDevice: alice.body.device,
      conversation: id,
      rosterHead: roster.head,
      recipients,
      drawnAt: at,
      expiry: at + day,
      local: false,
      routes: [["pt-lis-mne", "es-mad-mae"]],
      networkBits: bytes * 8,
      epsilonExponent: 14,
    };
    return {
      value,
      record: parseDrawRecord(await signDrawRecord(value, site)),
      key: () => secret(`${name} key`, bytes),
    };
  };
  const draft = (sequence: number, parents: Bytes[], body: string): Draft => ({
    messageId: fixed(`message ${sequence}`, 16),
    sequence,
    parents,
    level: 0,
    sentAt: at + sequence,
    resends: new Uint8Array(0),
    payload: { kind: 1, body },
  });
  const request = {
    requestId: fixed("request", 16),
    suite: 1 as const,
    bytes: 96,
    conversation: id,
    rosterHead: roster.head,
    recipients,
    count: 1,
    level: 0,
  };
  const otpDraw = await draw("otp", 1, 96);
  const first = draft(1, [], "To Madrid, from Lisbon: agreed.");
  const otp = await composeOtp(first, otpDraw.record, otpDraw.key(), alice.signer);
  const aesDraw = await draw("aes", 2, 32);
  const epochId = fixed("epoch", 16);
  const started = await startSendingEpoch(
    epochId,
    aesDraw.record,
    aesDraw.key(),
    roster,
    alice.signer,
    at + 2,
  );
  const second = draft(2, [otp.hash], "Received.");
  const nonce = fixed("nonce", 12);
  const aes = await composeInEpoch(second, started.epoch, alice.signer, { nonce });
  const macKey = fixed("mac key", 32);
  return {
    roster: { create: { change, signed: create }, head: roster.head, events },
    "draw-request": { value: request, encoded: encodeDrawRequest(request) },
    "draw-record": {
      value: otpDraw.value,
      signed: otpDraw.record.bytes,
      hash: otpDraw.record.hash,
      macKey,
      mac: macRecord(macKey, otpDraw.record.bytes),
    },
    payload: { value: first.payload, encoded: encodePayload(first.payload) },
    "suite-otp": {
      key: otpDraw.key(),
      padded: pad(encodePayload(first.payload)),
      ...envelopeParts(otp.bytes),
      header: otp.header,
    },
    epoch: {
      key: aesDraw.key(),
      record: aesDraw.record.bytes,
      transcript: epochTranscript(aesDraw.record, roster),
      ...epochSecrets(aesDraw.key(), epochTranscript(aesDraw.record, roster), id, alice.body.device),
      signed: started.bytes,
    },
    "suite-aes": {
      nonce,
      padded: pad(encodePayload(second.payload)),
      ...envelopeParts(aes.bytes),
      header: aes.header,
    },
    receipt: await receipt(id, bob, [aes.hash]),
  };
}

function epochSecrets(key: SecretBytes, transcript: Bytes, id: Bytes, device: Bytes) {
  const { chainKey, commit } = deriveEpoch(key, transcript, id, device);
  const third = stepChain(startChain(SecretBytes.copyOf(chainKey.reveal())), 2, at);
  const messageKeys = [third.chain.skipped.get(0)?.key, third.chain.skipped.get(1)?.key, third.messageKey];
  return { commit, chainKey0: chainKey, messageKeys, chainKey3: third.chain.chainKey };
}

async function receipt(conversationId: Bytes, bob: Device, frontier: Bytes[]): Promise<VectorFile> {
  const value = {
    conversation: conversationId,
    device: bob.body.device,
    kind: 2 as const,
    frontier,
    at: at + 5,
  };
  return { value, signed: await signReceipt(value, bob.signer) };
}

async function channel(alice: Device, gatewayKey: Bytes) {
  const challenge = fixed("channel challenge", 32);
  const ephemeral = await generateSealingKey(secret("ephemeral seed"));
  const head = { certificate: alice.certificate.bytes, ephemeralKey: ephemeral.publicKey, generation: 0 };
  const info = openingInfo(challenge, alice.body.site, head);
  const psk = { id: alice.body.device, key: alice.access.secret };
  const one = await createHpkeSender(gatewayKey, info, psk, fixed("opening ekm", 64));
  const sealedSignature = await one.seal(await alice.signer.sign(openingMessage(info)));
  const opening = encodeChannelOpening({ ...head, enc: one.enc, sealedSignature });
  const secondInfo = answerInfo(challenge, opening);
  const two = await createHpkeSender(ephemeral.publicKey, secondInfo, psk, fixed("answer ekm", 64));
  const confirmation = await one.exportSecret(utf8(labels.channelConfirm), 32);
  const answer = encodeChannelAnswer({
    enc: two.enc,
    sealedConfirmation: await two.seal(confirmation.reveal()),
  });
  const exports = [
    await one.exportSecret(utf8(labels.access), 32),
    await two.exportSecret(utf8(labels.access), 32),
  ] as const;
  const next: AccessSecret = nextAccessSecret(...exports, secondInfo, 1);
  return {
    channel: {
      challenge,
      ephemeralSeed: ephemeral.seed,
      accessSecret: alice.access.secret,
      openingEkm: fixed("opening ekm", 64),
      openingInfo: info,
      opening,
      answerEkm: fixed("answer ekm", 64),
      answerInfo: secondInfo,
      confirmation,
      answer,
      nextAccessSecret: next.secret,
      firstFrame: await one.seal(encodeChannelFrame({ requestId: 1, message: { type: "list-waiting" } })),
    },
    "channel-messages": await channelMessages(alice),
  };
}

async function channelMessages(alice: Device): Promise<VectorFile> {
  const hashes = [fixed("record hash", 64)];
  const [recordHash, record] = [hashes[0]!, fixed("record bytes", 8)];
  const copy = {
    contextId: fixed("context", 16),
    enc: fixed("enc", 1120),
    index: 3,
    ciphertext: fixed("ct", 112),
    generation: 1,
  };
  const sealingKey = alice.body.sealingKey;
  const request = {
    requestId: fixed("request", 16),
    suite: 1 as const,
    bytes: 96,
    conversation: fixed("conversation", 16),
    rosterHead: recordHash,
    recipients: [{ device: fixed("bob device", 16), site: "es-mad-mae" }],
    count: 1,
    level: 0,
  };
  const messages: ChannelMessage[] = [
    { type: "draw", request },
    { type: "drawn", draws: [{ record, key: fixed("drawn key", 96) }] },
    { type: "copy-push", record, copy },
    { type: "fetch", recordHash },
    { type: "copy", record, copy },
    { type: "acknowledge", recordHashes: hashes },
    { type: "ok" },
    { type: "void", recordHash },
    { type: "error", code: "key.none", message: "No key left", nextStep: "Wait", retryAfterMs: 2000 },
    { type: "list-waiting" },
    { type: "waiting", recordHashes: hashes },
    { type: "renew", sealingKey, proof: await proveRenewal(alice.body.device, sealingKey, alice.signer) },
    { type: "renewed", certificate: record },
    { type: "revocations", devices: [fixed("bob device", 16)] },
    { type: "revocation-list", list: record },
    { type: "level-policy", policy: defaultLevelPolicy },
  ];
  return {
    frames: messages.map((message, i) => ({
      requestId: i + 1,
      message,
      encoded: encodeChannelFrame({ requestId: i + 1, message }),
    })),
  };
}

async function sealedCopy(bob: Device): Promise<VectorFile> {
  const [contextId, ekm] = [fixed("context", 16), fixed("copy ekm", 64)];
  const { site, device, sealingKey } = bob.body;
  const context = await SealingContext.begin({
    site,
    device,
    sealingKey,
    access: bob.access,
    now: at,
    contextId,
    ekm,
  });
  const recordHash = fixed("record hash", 64);
  const keys = [secret("copy key 0", 96), secret("copy key 1", 32)];
  const copies = [];
  for (const key of keys) copies.push({ key, copy: encodeSealedCopy(await context.seal(key, recordHash)) });
  return {
    site,
    device,
    contextId,
    ekm,
    sealingSeed: bob.sealing.seed,
    accessSecret: bob.access.secret,
    recordHash,
    copies,
  };
}
