import { encodeApprovedAnswer } from "../../protocol/access-card.ts";
import { sealAccessSecret } from "../../protocol/access-secret.ts";
import {
  type EnrolRequest,
  encodeEnrolAnswer,
  parseEnrolRequest,
  verifyEnrolRequest,
} from "../../protocol/enrolment.ts";
import type { Parsed } from "../../protocol/signed.ts";
import type { DualSigner } from "../../protocol/signing.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { GatewayError } from "../gateway-error.ts";
import type { AccessSecrets } from "./access-secrets.ts";
import type { Approvals } from "./approvals.ts";
import type { Challenges } from "./challenges.ts";
import type { DeviceRegister } from "./device-register.ts";
import type { DeviceRow } from "./device-row.ts";
import type { Identity, IdentityVerifier } from "./identity-token.ts";
import { type CertifiedDevice, issueCertificate } from "./issue-certificate.ts";
import type { RoleSource } from "./role-source.ts";
import type { UsedTokens } from "./used-tokens.ts";

export interface EnrolmentOptions {
  readonly site: string;
  readonly signer: DualSigner;
  readonly challenges: Challenges;
  readonly identities: IdentityVerifier;
  readonly roles: RoleSource;
  readonly tokens: UsedTokens;
  readonly devices: DeviceRegister;
  readonly secrets: AccessSecrets;
  readonly approvals: Approvals;
  readonly siteList: () => Bytes;
  /** Durable before a certificate leaves. */
  readonly record: (kind: "device.enrolled" | "device.pending", device: DeviceRow) => Promise<void>;
  readonly now: () => number;
}

const openAssurance = 0;
/** Per user: more would only fill the register. */
const mostPending = 8;

/** "handed": the access secret is carried by hand, the bytes are an ApprovedAnswer. */
export interface EnrolmentAnswer {
  readonly kind: "sealed" | "handed";
  readonly bytes: Bytes;
}

/**
 * Answers a device that asks to be enrolled (CBOR Signed EnrolRequest in, CBOR EnrolAnswer out). The user's first
 * device is certified at once; a further one waits until it is approved and asks again. A device that asks again
 * with the same keys gets a new certificate and a new access secret: its first answer may have been lost.
 * Where an officer approves each device, the first waits too, and the answer holds no secret.
 * @throws GatewayError enrol.*, token.*, device.approval-needed (202), device.revoked; ProtocolError cbor.*, signature.*
 */
export async function enrol(options: EnrolmentOptions, body: Uint8Array): Promise<EnrolmentAnswer> {
  const request = parseEnrolRequest(body);
  const identity = await options.identities.verify(request.value.identityToken, `gateway:${options.site}`);
  if (identity.site !== options.site) {
    throw new GatewayError("enrol.other-site", "This gateway certifies the users of its own site only.", {
      status: 403,
      nextStep: "Enrol at the gateway of your own site.",
    });
  }
  await verifyEnrolRequest(request);
  options.challenges.use(request.value.challenge);
  options.tokens.use(identity);
  const row = await admit(options, request.value, identity);
  const certified = await issueCertificate(row, options.signer, options.now());
  await options.devices.certify(certified);
  return answer(options, request, certified);
}

/** The device's row, entered now when it is new. @throws when it may not have a certificate. */
async function admit(
  options: EnrolmentOptions,
  request: EnrolRequest,
  identity: Identity,
): Promise<DeviceRow> {
  const known = await options.devices.find(request.device);
  if (known === undefined) return enter(options, request, identity);
  const same =
    equalBytes(known.user, identity.user) &&
    equalBytes(known.ed25519Key, request.ed25519Key) &&
    equalBytes(known.mlDsaKey, request.mlDsaKey);
  if (!same) {
    throw new GatewayError("enrol.device-taken", "This device identifier belongs to another device.", {
      status: 409,
      nextStep: "Enrol again as a new device.",
    });
  }
  const roles = options.roles.rolesOf(identity);
  if (known.state === "pending") {
    if (!(await options.approvals.approveStanding(known))) throw approvalNeeded(options.approvals.byOfficer);
    return { ...((await options.devices.find(known.device)) ?? known), roles };
  }
  if (known.state === "revoked") {
    throw new GatewayError("device.revoked", "This device was revoked by its site.", {
      status: 403,
      nextStep: "Ask the site's officer.",
    });
  }
  return { ...known, sealingKey: request.sealingKey, roles };
}

async function enter(
  options: EnrolmentOptions,
  request: EnrolRequest,
  identity: Identity,
): Promise<DeviceRow> {
  const row: DeviceRow = {
    site: options.site,
    device: request.device,
    user: identity.user,
    name: identity.name,
    roles: options.roles.rolesOf(identity),
    ed25519Key: request.ed25519Key,
    mlDsaKey: request.mlDsaKey,
    sealingKey: request.sealingKey,
    state: "certified",
    assurance: openAssurance,
    enrolledAt: options.now(),
    certificate: undefined,
    certificateHash: undefined,
    notAfter: undefined,
    label: request.name,
    lastSeen: undefined,
    revokedAt: undefined,
  };
  if (!options.approvals.byOfficer && (await options.devices.insert(row, true))) {
    await options.record("device.enrolled", row);
    return row;
  }
  const waiting = (await options.devices.ofUser(identity.user)).filter(
    (device) => device.state === "pending",
  );
  if (waiting.length >= mostPending) {
    throw new GatewayError("enrol.too-many-pending", "Too many devices of this user wait for approval.", {
      status: 429,
      nextStep: "Approve or revoke those that wait.",
    });
  }
  const pending: DeviceRow = { ...row, state: "pending" };
  if (await options.devices.insert(pending, false)) await options.record("device.pending", pending);
  throw approvalNeeded(options.approvals.byOfficer);
}

async function answer(
  options: EnrolmentOptions,
  request: Parsed<EnrolRequest>,
  device: CertifiedDevice,
): Promise<EnrolmentAnswer> {
  const { certificate } = device;
  const siteList = options.siteList();
  if (options.approvals.byOfficer)
    return { kind: "handed", bytes: encodeApprovedAnswer({ certificate, siteList }) };
  const { secret } = await options.secrets.restart(device.device);
  const sealed = await sealAccessSecret(secret, device.sealingKey, request.hash);
  return { kind: "sealed", bytes: encodeEnrolAnswer({ certificate, siteList, ...sealed }) };
}

function approvalNeeded(byOfficer: boolean): GatewayError {
  const message = byOfficer
    ? "The site's officer has to approve this device."
    : "This is a further device: one of the user's devices, or the site's officer, has to approve it.";
  return new GatewayError(byOfficer ? "device.officer-approval-needed" : "device.approval-needed", message, {
    status: 202,
    retryAfterMs: 3000,
    nextStep: byOfficer
      ? "Compare the digits with the site's officer."
      : "Approve it on a device you already use, or ask the site's officer.",
  });
}
