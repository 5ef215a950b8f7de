import type { Bytes } from "../shared/bytes.ts";
import { equalBytes } from "../shared/bytes.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { hashBytes, idBytes, oneOf, textOf, uintOf, versionedOf } from "./cbor-codecs.ts";
import { labels } from "./labels.ts";
import { limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import { type Parsed, parseSigned, signBody, verifySigned } from "./signed.ts";
import type { Signer } from "./signing.ts";

/** What an owner asks of a custodian: to send a share back, or to erase those up to a generation. */
export interface VaultRequest {
  readonly vault: Bytes;
  readonly generation: number;
  readonly action: "release" | "erase";
  /** The device that asks and gets the share. */
  readonly device: Bytes;
  readonly nonce: Bytes;
  /** Milliseconds UTC. */
  readonly expiry: number;
  /** For the people who consent and for the custodian's log. */
  readonly reason: string;
}

/** A second person's signature over exactly one request. */
export interface VaultConsent {
  /** SHA-512 of the encoded Signed request. */
  readonly request: Bytes;
  readonly device: Bytes;
}

const requestCodec = versionedOf<VaultRequest>({
  vault: [2, idBytes],
  generation: [3, uintOf(0xffffffff, 1)],
  action: [4, oneOf(["release", "erase"])],
  device: [5, idBytes],
  nonce: [6, idBytes],
  expiry: [7, uintOf()],
  reason: [8, textOf(500)],
});

const consentCodec = versionedOf<VaultConsent>({
  request: [2, hashBytes],
  device: [3, idBytes],
});

export function signVaultRequest(request: VaultRequest, signer: Signer): Promise<Bytes> {
  const body = encodeWith(requestCodec, "vault request", request, limits.signed);
  return signBody(labels.vaultRequest, body, signer);
}

export function parseVaultRequest(bytes: Uint8Array): Parsed<VaultRequest> {
  return parseSigned(bytes, (body) => decodeWith(requestCodec, "vault request", body, limits.signed));
}

/** @throws ProtocolError signature.*, vault.request-expired */
export async function verifyVaultRequest(
  request: Parsed<VaultRequest>,
  ed25519Key: Bytes,
  now: number,
): Promise<void> {
  await verifySigned(labels.vaultRequest, request.signed, { ed25519Key });
  if (request.value.expiry < now)
    throw new ProtocolError("vault.request-expired", "the request to the custodian came too late", {
      nextStep: "Ask again.",
    });
}

export function signVaultConsent(consent: VaultConsent, signer: Signer): Promise<Bytes> {
  const body = encodeWith(consentCodec, "vault consent", consent, limits.signed);
  return signBody(labels.vaultConsent, body, signer);
}

export function parseVaultConsent(bytes: Uint8Array): Parsed<VaultConsent> {
  return parseSigned(bytes, (body) => decodeWith(consentCodec, "vault consent", body, limits.signed));
}

/**
 * A consent stands for one request only, and never comes from the device that asks.
 * @throws ProtocolError signature.*, vault.consent-elsewhere, vault.consent-own
 */
export async function verifyVaultConsent(
  consent: Parsed<VaultConsent>,
  request: Parsed<VaultRequest>,
  ed25519Key: Bytes,
): Promise<void> {
  await verifySigned(labels.vaultConsent, consent.signed, { ed25519Key });
  if (!equalBytes(consent.value.request, request.hash))
    throw new ProtocolError("vault.consent-elsewhere", "the consent was given to another request");
  if (equalBytes(consent.value.device, request.value.device))
    throw new ProtocolError("vault.consent-own", "the one who asks cannot consent");
}
