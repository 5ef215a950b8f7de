import { decodeApprovedAnswer } from "../../protocol/access-card.ts";
import { openAccessSecret } from "../../protocol/access-secret.ts";
import {
  type ParsedCertificate,
  parseDeviceCertificate,
  verifyDeviceCertificate,
} from "../../protocol/device-certificate.ts";
import { decodeEnrolAnswer, type EnrolAnswer, signEnrolRequest } from "../../protocol/enrolment.ts";
import { hash } from "../../protocol/hash.ts";
import { generateSealingKey, type SealingKeyPair } from "../../protocol/hpke.ts";
import { lengths } from "../../protocol/limits.ts";
import { openSiteList, parseSiteList, type SiteList } from "../../protocol/site-list.ts";
import { type Bytes, copyBytes, equalBytes } from "../../shared/bytes.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import type { WaitingDevice } from "../devices/waiting-device.ts";
import type { IdentitySource } from "../identity-source.ts";
import { MessengerError } from "../messenger-error.ts";
import type { DeviceStore, StoreWrite } from "../store/device-store.ts";
import type { DeviceIdentity } from "./device-identity.ts";

const pendingKey = "sealing-pending";
/** The content type of an answer whose access secret is carried by hand. */
const handedType = "application/vnd.vernam.approved+cbor";
const officerCode = "device.officer-approval-needed";

/** What enrolment leaves in the store, and what the engine works with. */
export interface Enrolled {
  readonly certificate: ParsedCertificate;
  readonly siteList: SiteList;
}

export interface EnrolOptions {
  readonly store: DeviceStore;
  readonly identity: DeviceIdentity;
  readonly tokens: IdentitySource;
  readonly gatewayOrigin: string;
  readonly fetch: typeof fetch;
  /** What this device calls itself. */
  readonly label: string;
  readonly now: () => number;
}

/** The certificate and site list of an earlier enrolment, or undefined. */
export async function loadEnrolled(store: DeviceStore): Promise<Enrolled | undefined> {
  const [certificate, siteList] = await Promise.all([
    store.get("device", "certificate"),
    store.get("device", "site-list"),
  ]);
  if (!certificate || !siteList) return undefined;
  return { certificate: parseDeviceCertificate(certificate), siteList: parseSiteList(siteList).value };
}

/**
 * Asks the own site's gateway for a certificate. Everything it gives is committed together before this returns.
 * @throws ApprovalNeeded (ask again later), MessengerError with the gateway's code, "gateway.offline",
 * "identity.*".
 */
export async function enrolDevice(options: EnrolOptions): Promise<Enrolled> {
  const { store, identity, tokens, gatewayOrigin } = options;
  const base = `${gatewayOrigin}/${identity.site}`;
  const identityToken = await tokens.token(`gateway:${identity.site}`);
  const challenge = new Uint8Array(await (await request(options, `${base}/challenge`, {})).arrayBuffer());
  const sealing = await pendingSealingKey(store);
  try {
    const signed = await signEnrolRequest(
      {
        identityToken,
        device: identity.deviceBytes,
        ed25519Key: identity.signer.ed25519PublicKey,
        mlDsaKey: identity.signer.mlDsaPublicKey,
        sealingKey: sealing.publicKey,
        challenge,
        name: options.label,
      },
      identity.signer,
    );
    const response = await request(options, `${base}/enrol`, {
      method: "POST",
      headers: { "content-type": "application/cbor" },
      body: signed,
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const handed = response.headers.get("content-type") === handedType;
    const sealed = handed ? undefined : decodeEnrolAnswer(bytes);
    const answer = sealed ?? decodeApprovedAnswer(bytes);
    const root = await networkRoot(options);
    const siteList = await openSiteList(answer.siteList, splitRoot(root), options.now());
    const certificate = parseDeviceCertificate(answer.certificate);
    await verifyDeviceCertificate(certificate, siteList.value);
    checkOwn(certificate, identity, sealing.publicKey);
    const access = sealed ? await accessOf(store, sealed, sealing.seed, hash(signed)) : [];
    await store.commit([
      ...access,
      { table: "device", key: "certificate", value: answer.certificate },
      { table: "device", key: "site-list", value: answer.siteList },
      { table: "device", key: "root", value: root },
      { table: "device", key: "sealing", value: copyBytes(sealing.seed.reveal()) },
      { table: "device", key: pendingKey, value: null },
    ]);
    return { certificate, siteList: siteList.value };
  } catch (error) {
    if (!(error instanceof ApprovalNeeded)) throw error;
    const { siteList } = await readNetwork(options);
    const waiting = { identity, sealingKey: sealing.publicKey, siteList, approved: false };
    throw new ApprovalNeeded(error.retryAfterMs, { ...waiting, needsCard: error.byOfficer });
  } finally {
    sealing.seed.destroy();
  }
}

/** The device is known and waits for an officer or another device of its user. */
export class ApprovalNeeded extends MessengerError {
  readonly retryAfterMs: number;
  readonly waiting: WaitingDevice | undefined;
  readonly byOfficer: boolean;

  constructor(retryAfterMs: number, waiting?: WaitingDevice, byOfficer = false) {
    super("device.approval-needed", "this device has to be approved first", {
      nextStep: "Approve it on a device you already use, or ask the site's officer.",
    });
    this.retryAfterMs = retryAfterMs;
    this.waiting = waiting;
    this.byOfficer = byOfficer;
  }
}

/** Whether the access secret is here: where it is carried by hand it may come after the certificate. */
export async function hasAccess(store: DeviceStore): Promise<boolean> {
  return (await store.range("device", { prefix: "access/", limit: 1 })).length > 0;
}

/** The site's signed list of revoked devices, not verified here. @throws MessengerError "gateway.offline" */
export async function readRevocations(options: EnrolOptions): Promise<Bytes> {
  const response = await request(
    options,
    `${options.gatewayOrigin}/${options.identity.site}/revocations`,
    {},
  );
  return new Uint8Array(await response.arrayBuffer());
}

/** The network's root and its site list as the gateway publishes them, verified under the root, pinned if it is. */
export async function readNetwork(options: EnrolOptions): Promise<{ root: Bytes; siteList: SiteList }> {
  const root = await networkRoot(options);
  const response = await request(options, `${options.gatewayOrigin}/site-list`, {});
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { root, siteList: (await openSiteList(bytes, splitRoot(root), options.now())).value };
}

/**
 * The site list as the gateway publishes it now, verified under the pinned root and never older than the one known;
 * undefined when it is the same, or cannot be had.
 */
export async function refreshSiteList(options: EnrolOptions, known: SiteList): Promise<SiteList | undefined> {
  const root = await options.store.get("device", "root");
  if (!root) return undefined;
  const response = await request(options, `${options.gatewayOrigin}/site-list`, {});
  const bytes = new Uint8Array(await response.arrayBuffer());
  const list = await openSiteList(bytes, splitRoot(root), options.now(), known.serial);
  if (list.value.serial === known.serial) return undefined;
  await options.store.commit([{ table: "device", key: "site-list", value: bytes }]);
  return list.value;
}

/** Pinned at the first enrolment; later ones must be under the same root. */
async function networkRoot(options: EnrolOptions): Promise<Bytes> {
  const pinned = await options.store.get("device", "root");
  if (pinned) return pinned;
  const response = await request(options, `${options.gatewayOrigin}/network-root`, {});
  const root = new Uint8Array(await response.arrayBuffer());
  if (root.length !== lengths.ed25519Key + lengths.mlDsaKey) {
    throw new MessengerError("enrol.network-root", "the gateway does not name the root of its network");
  }
  return root;
}

function splitRoot(root: Bytes): { ed25519Key: Bytes; mlDsaKey: Bytes } {
  return { ed25519Key: root.slice(0, lengths.ed25519Key), mlDsaKey: root.slice(lengths.ed25519Key) };
}

/** A new enrolment starts the generations anew: secrets of an earlier one open nothing any more. */
async function accessOf(
  store: DeviceStore,
  answer: EnrolAnswer,
  seed: SecretBytes,
  requestHash: Bytes,
): Promise<readonly StoreWrite[]> {
  const { secret } = await openAccessSecret(answer, seed, requestHash);
  const rows = await store.range("device", { prefix: "access/" });
  const first = { table: "device", key: "access/0000000000", value: copyBytes(secret.reveal()) } as const;
  secret.destroy();
  return [...rows.map(({ key }) => ({ table: "device" as const, key, value: null })), first];
}

/** The same from the first question to the answer: people compare digits over it. */
async function pendingSealingKey(store: DeviceStore): Promise<SealingKeyPair> {
  const kept = await store.get("device", pendingKey);
  if (kept) return await generateSealingKey(SecretBytes.own(copyBytes(kept)));
  const sealing = await generateSealingKey();
  await store.commit([{ table: "device", key: pendingKey, value: copyBytes(sealing.seed.reveal()) }]);
  return sealing;
}

/** Carries a signed command. @throws MessengerError with the gateway's code, "gateway.offline" */
export async function postCommand(options: EnrolOptions, command: Bytes): Promise<void> {
  await request(options, `${options.gatewayOrigin}/ops/commands`, {
    method: "POST",
    headers: { "content-type": "application/cbor" },
    body: command,
  });
}

function checkOwn({ value }: ParsedCertificate, identity: DeviceIdentity, sealingKey: Bytes): void {
  const own =
    equalBytes(value.device, identity.deviceBytes) &&
    equalBytes(value.user, identity.userBytes) &&
    equalBytes(value.ed25519Key, identity.signer.ed25519PublicKey) &&
    equalBytes(value.mlDsaKey, identity.signer.mlDsaPublicKey) &&
    equalBytes(value.sealingKey, sealingKey);
  if (!own) {
    throw new MessengerError(
      "enrol.wrong-certificate",
      "the gateway certified something else than this device",
      {
        nextStep: "Tell your site's officer.",
      },
    );
  }
}

async function request(options: EnrolOptions, url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await options.fetch(url, { ...init, cache: "no-store", credentials: "omit" });
  } catch (cause) {
    throw new MessengerError("gateway.offline", "this site's gateway does not answer", { cause });
  }
  if (response.status === 200) return response;
  const body = (await response.json().catch(() => ({}))) as {
    code?: string;
    message?: string;
    nextStep?: string;
    retryAfterMs?: number;
  };
  if (response.status === 202)
    throw new ApprovalNeeded(body.retryAfterMs ?? 3000, undefined, body.code === officerCode);
  if (response.status >= 500 && body.code === undefined) {
    throw new MessengerError("gateway.offline", `this site's gateway answered ${response.status}`);
  }
  throw new MessengerError(
    body.code ?? "enrol.refused",
    body.message ?? `the gateway answered ${response.status}`,
    body.nextStep === undefined ? {} : { nextStep: body.nextStep },
  );
}
