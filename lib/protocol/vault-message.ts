import type { Bytes } from "../shared/bytes.ts";
import { type Codec, decodeWith, encodeWith } from "./cbor.ts";
import { bytesOf, idBytes, oneOf, optional, structOf, textOf, uintOf } from "./cbor-codecs.ts";
import { protocolVersion } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import { vaultDocumentBytes } from "./vault-share.ts";

/** A vault message holds one share and little more. */
const messageBytes = vaultDocumentBytes + 8 * 1024;

/** Owner → custodian: keep this share, and release it only with this person's consent, if one is named. */
export interface DepositMessage {
  readonly kind: "deposit";
  /** Encoded Signed VaultShare. */
  readonly share: Bytes;
  /** The user whose signature a release takes beside the owner's. */
  readonly consenter?: Bytes;
}

/** Owner → custodian: a signed request, with the consent where the share was stored so. */
interface AskMessage {
  readonly kind: "ask";
  readonly request: Bytes;
  readonly consent?: Bytes;
}

/** Custodian → owner: the share, as it was stored. */
export interface ReleaseMessage {
  readonly kind: "release";
  readonly share: Bytes;
  /** Nonce of the request that it answers. */
  readonly nonce: Bytes;
}

/** Custodian → owner: a share lies on its disk, or generations up to this one are gone from it. */
export interface CustodyMessage {
  readonly kind: "custody";
  readonly vault: Bytes;
  readonly generation: number;
  readonly state: "stored" | "erased";
}

/** Custodian → owner, or second person → owner: not done, and why (a stable code). */
export interface RefusalMessage {
  readonly kind: "refusal";
  readonly vault: Bytes;
  readonly generation: number;
  readonly code: string;
}

/** Owner → second person: please sign this request. `title` is the owner's word for the document. */
interface ConsentAskMessage {
  readonly kind: "consent-ask";
  readonly request: Bytes;
  readonly title: string;
}

/** Second person → owner: the signature. */
interface ConsentMessage {
  readonly kind: "consent";
  readonly consent: Bytes;
}

export type VaultMessage =
  | DepositMessage
  | AskMessage
  | ReleaseMessage
  | CustodyMessage
  | RefusalMessage
  | ConsentAskMessage
  | ConsentMessage;

type Kind = VaultMessage["kind"];
type BodyOf<K extends Kind> = Omit<Extract<VaultMessage, { kind: K }>, "kind">;

const numbers = {
  deposit: 1,
  ask: 2,
  release: 3,
  custody: 4,
  refusal: 5,
  "consent-ask": 6,
  consent: 7,
} as const satisfies Record<Kind, number>;

const signedBytes = bytesOf(1, messageBytes);
const generation = uintOf(0xffffffff, 1);

const codecs: { readonly [K in Kind]: Codec<BodyOf<K>> } = {
  deposit: structOf<BodyOf<"deposit">>({ share: [1, signedBytes], consenter: [2, optional(idBytes)] }),
  ask: structOf<BodyOf<"ask">>({ request: [1, signedBytes], consent: [2, optional(signedBytes)] }),
  release: structOf<BodyOf<"release">>({ share: [1, signedBytes], nonce: [2, idBytes] }),
  custody: structOf<BodyOf<"custody">>({
    vault: [1, idBytes],
    generation: [2, generation],
    state: [3, oneOf(["stored", "erased"])],
  }),
  refusal: structOf<BodyOf<"refusal">>({
    vault: [1, idBytes],
    generation: [2, generation],
    code: [3, textOf(64, 1)],
  }),
  "consent-ask": structOf<BodyOf<"consent-ask">>({ request: [1, signedBytes], title: [2, textOf(255, 1)] }),
  consent: structOf<BodyOf<"consent">>({ consent: [1, signedBytes] }),
};

const codec: Codec<VaultMessage> = {
  toItem({ kind, ...body }, where) {
    const item = (codecs[kind] as Codec<unknown>).toItem(body, `${where}.body`);
    return new Map<number, unknown>([
      [1, protocolVersion],
      [2, numbers[kind]],
      [3, item],
    ]);
  },
  fromItem(item, where) {
    if (!(item instanceof Map) || [...item.keys()].join() !== "1,2,3")
      throw new ProtocolError("cbor.type", `${where} is not a version, a kind and a body`);
    if (item.get(1) !== protocolVersion)
      throw new ProtocolError("version.unsupported", `${where} is of a version this program does not speak`, {
        nextStep: "Update this program.",
      });
    const kind = (Object.keys(numbers) as Kind[]).find((one) => numbers[one] === item.get(2));
    if (kind === undefined)
      throw new ProtocolError("vault.message-kind", "a vault message of a kind that is not known");
    const body = (codecs[kind] as Codec<object>).fromItem(item.get(3), `${where}.body`);
    return { kind, ...body } as VaultMessage;
  },
};

/** @throws ProtocolError cbor.* */
export function encodeVaultMessage(message: VaultMessage): Bytes {
  return encodeWith(codec, "vault message", message, messageBytes);
}

/** @throws ProtocolError cbor.*, version.unsupported, vault.message-kind */
export function decodeVaultMessage(bytes: Uint8Array): VaultMessage {
  return decodeWith(codec, "vault message", bytes, messageBytes);
}
