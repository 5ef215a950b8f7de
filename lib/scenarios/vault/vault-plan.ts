import type { Level, MessengerApi } from "../../messenger/messenger-api.ts";
import { encodeSigned } from "../../protocol/signed.ts";
import { signVaultConsent, signVaultRequest, type VaultRequest } from "../../protocol/vault-request.ts";
import { encodeVaultShare, vaultDocumentBytes } from "../../protocol/vault-share.ts";
import { type Bytes, utf8 } from "../../shared/bytes.ts";
import { priceVaultMessage } from "./vault-post.ts";
import type { VaultRecord } from "./vault-record.ts";

/** Tag and length of the name, in front of name and content; Shamir's scheme adds the share's coordinate. */
const aroundDocument = 32 + 2 + 1;
const signatureBytes = 64;

export interface StorePlan {
  readonly name: string;
  /** Bytes of the document. */
  readonly size: number;
  readonly threshold: number;
  /** User identifiers, one share each. */
  readonly custodians: readonly string[];
  readonly level: Level;
  readonly consent: boolean;
}

export interface VaultPrice {
  /** Bits of key for all shares. */
  readonly bits: number;
  /** Of each share, in the order of the custodians. */
  readonly shares: readonly number[];
}

/** The largest document that this name leaves room for, bytes. */
export function largestDocument(name: string): number {
  return vaultDocumentBytes - aroundDocument + 1 - utf8(name).length;
}

/**
 * What storing draws: for each custodian the padded message that holds its share, and 32 bytes. Exact: shares are as
 * long as documents are, whatever is in them.
 */
export async function priceOfStoring(
  api: Pick<MessengerApi, "openConversation" | "filePrice">,
  plan: StorePlan,
  generation = 1,
): Promise<VaultPrice> {
  const { name, size, threshold, custodians, level, consent } = plan;
  const total = custodians.length;
  const share = new Uint8Array(aroundDocument + utf8(name).length + size);
  const shares: number[] = [];
  for (const [i, user] of custodians.entries()) {
    const conversation = await api.openConversation(user);
    const numbers = { vault: new Uint8Array(16), generation, index: i + 1, threshold, total };
    const signed = blankSigned(encodeVaultShare({ ...numbers, share }));
    const terms = consent ? { consenter: new Uint8Array(16) } : {};
    const message = { kind: "deposit", share: signed, ...terms } as const;
    shares.push(await priceVaultMessage(api, conversation, message, level));
  }
  return { bits: shares.reduce((sum, bits) => sum + bits, 0), shares };
}

/**
 * What asking for a document draws here: a message to each custodian that has a share, and one to the second person.
 * Exact for this reason. Answers are paid by the sites that give them.
 */
export async function priceOfAsking(
  api: Pick<MessengerApi, "openConversation" | "filePrice">,
  { current, consenter, title, level }: VaultRecord,
  reason: string,
  now: number,
): Promise<number> {
  const blank = { ed25519PublicKey: new Uint8Array(32), sign: async () => new Uint8Array(signatureBytes) };
  const id = new Uint8Array(16);
  const about = { vault: id, generation: current.generation, action: "release", device: id, reason } as const;
  const request = await signVaultRequest(newRequest(about, now), blank);
  const consent = await signVaultConsent({ request: new Uint8Array(64), device: id }, blank);
  const ask = { kind: "ask", request, ...(consenter ? { consent } : {}) } as const;
  let bits = 0;
  for (const { conversation, state } of current.shares)
    if (state === "stored") bits += await priceVaultMessage(api, conversation, ask, level);
  if (!consenter) return bits;
  const second = await api.openConversation(consenter.user);
  return bits + (await priceVaultMessage(api, second, { kind: "consent-ask", request, title }, level));
}

/** As long as the signed structure will be. */
function blankSigned(body: Bytes): Bytes {
  return encodeSigned({ body, ed25519: new Uint8Array(signatureBytes) }, body.length + 1024);
}

/** A request is valid for a day: people have to find the time to consent. */
const requestLife = 24 * 60 * 60 * 1000;

export function newRequest(
  about: Pick<VaultRequest, "vault" | "generation" | "action" | "device" | "reason">,
  now: number,
): VaultRequest {
  return { ...about, nonce: crypto.getRandomValues(new Uint8Array(16)), expiry: now + requestLife };
}
