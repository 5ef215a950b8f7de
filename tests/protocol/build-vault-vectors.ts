import { encodeVaultMessage, type VaultMessage } from "../../lib/protocol/vault-message.ts";
import { parseVaultRequest, signVaultConsent, signVaultRequest } from "../../lib/protocol/vault-request.ts";
import { signVaultShare } from "../../lib/protocol/vault-share.ts";
import { sealDocument } from "../../lib/scenarios/vault/vault-secret.ts";
import { utf8 } from "../../lib/shared/bytes.ts";
import type { Device, VectorFile } from "./build-vectors.ts";
import { at, day, fixed } from "./vector-parts.ts";

/** The structures of secure storage: what is split, what is signed, and one vault message of each kind. */
export async function buildVaultVectors(alice: Device, bob: Device): Promise<Record<string, VectorFile>> {
  const vault = fixed("vault", 16);
  const place = { vault, generation: 1 };
  const share = { ...place, index: 2, threshold: 3, total: 5, share: fixed("vault share", 40) };
  const signedShare = await signVaultShare(share, alice.signer);
  const nonce = fixed("vault nonce", 16);
  const device = alice.body.device;
  const request = {
    ...place,
    action: "release",
    device,
    nonce,
    expiry: at + day,
    reason: "Two sites are lost.",
  } as const;
  const signedRequest = await signVaultRequest(request, alice.signer);
  const consent = { request: parseVaultRequest(signedRequest).hash, device: bob.body.device };
  const signedConsent = await signVaultConsent(consent, bob.signer);
  const messages: readonly VaultMessage[] = [
    { kind: "deposit", share: signedShare, consenter: bob.body.user },
    { kind: "ask", request: signedRequest, consent: signedConsent },
    { kind: "release", share: signedShare, nonce },
    { kind: "custody", ...place, state: "stored" },
    { kind: "refusal", ...place, code: "vault.consent-missing" },
    { kind: "consent-ask", request: signedRequest, title: "plan.txt" },
    { kind: "consent", consent: signedConsent },
  ];
  const document = { name: "plan.txt", content: utf8("A plan.") };
  return {
    vault: {
      document: { ...document, secret: sealDocument(document) },
      share: { value: share, signed: signedShare },
      request: { value: request, signed: signedRequest, hash: consent.request },
      consent: { value: consent, signed: signedConsent },
      messages: messages.map((message) => ({ message, encoded: encodeVaultMessage(message) })),
    } as unknown as VectorFile,
  };
}
