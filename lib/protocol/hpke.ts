import { AeadId, type AeadInterface, CipherSuite, HkdfSha256 } from "@hpke/core";
import { type Bytes, copyBytes } from "../shared/bytes.ts";
import { SecretBytes } from "../shared/secret-bytes.ts";
import { gcmOpen, gcmSeal } from "./aes-gcm.ts";
import { ProtocolError } from "./protocol-error.ts";
import { xWingPublicKey } from "./x-wing.ts";
import { toKey, xWingKem } from "./x-wing-kem.ts";

/** AES-256-GCM by the fastest implementation at hand: a channel frame is small and waits for no thread pool. */
const aead: AeadInterface = {
  id: AeadId.Aes256Gcm,
  keySize: 32,
  nonceSize: 12,
  tagSize: 16,
  createEncryptionContext(keyBuffer) {
    const key = view(keyBuffer);
    return {
      seal: async (iv, data, aad) => (await gcmSeal(key, view(iv), view(aad), view(data))).buffer,
      async open(iv, data, aad) {
        const opened = await gcmOpen(key, view(iv), view(aad), view(data));
        if (opened === undefined) throw new Error("tag mismatch");
        return opened.buffer;
      },
    };
  },
};

function view(bytes: ArrayBufferLike | ArrayBufferView): Bytes {
  if (!ArrayBuffer.isView(bytes)) return new Uint8Array(bytes as ArrayBuffer);
  return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}

/** HPKE (RFC 9180): X-Wing (0x647a), HKDF-SHA-256, AES-256-GCM. One object: it keeps no state between contexts. */
const suite = new CipherSuite({ kem: xWingKem, kdf: new HkdfSha256(), aead });

export interface SealingKeyPair {
  /** 1,216 bytes. */
  readonly publicKey: Bytes;
  /** The 32-byte X-Wing seed. */
  readonly seed: SecretBytes;
}

/** A fresh X-Wing key pair, or the one of `seed` (taken over). */
export async function generateSealingKey(
  seed: SecretBytes = SecretBytes.random(32),
): Promise<SealingKeyPair> {
  return withCopies([seed], async ([secret]) => {
    return { publicKey: await xWingPublicKey(secret as Bytes), seed };
  });
}

export interface HpkePsk {
  readonly id: Bytes;
  /** At least 32 bytes. */
  readonly key: SecretBytes;
}

/** One direction of an HPKE context; counters are HPKE's own, calls must not overlap. */
export interface HpkeSender {
  readonly enc: Bytes;
  seal(plaintext: Bytes, aad?: Bytes): Promise<Bytes>;
  exportSecret(context: Bytes, length: number): Promise<SecretBytes>;
}

export interface HpkeRecipient {
  /** @throws ProtocolError hpke.open */
  open(ciphertext: Bytes, aad?: Bytes): Promise<Bytes>;
  exportSecret(context: Bytes, length: number): Promise<SecretBytes>;
}

/** mode_psk with `psk`, else mode_base. `ekm` (64 bytes) fixes the encapsulation, for test vectors only. */
export async function createHpkeSender(
  recipientKey: Bytes,
  info: Bytes,
  psk?: HpkePsk,
  ekm?: Bytes,
): Promise<HpkeSender> {
  const context = await withCopies(psk === undefined ? [] : [psk.key], async ([secret]) =>
    suite.createSenderContext({
      recipientPublicKey: toKey(recipientKey, "public"),
      info: exact(info),
      ...pskParameter(psk, secret),
      ...(ekm === undefined ? {} : { ekm: exact(ekm) }),
    }),
  );
  return {
    enc: new Uint8Array(context.enc),
    seal: async (plaintext, aad) => new Uint8Array(await context.seal(plaintext, aad ?? empty)),
    exportSecret: async (label, length) =>
      SecretBytes.own(new Uint8Array(await context.export(exact(label), length))),
  };
}

/** @throws ProtocolError hpke.open when the encapsulation is malformed */
export async function createHpkeRecipient(
  recipient: SecretBytes,
  enc: Bytes,
  info: Bytes,
  psk?: HpkePsk,
): Promise<HpkeRecipient> {
  const secrets = psk === undefined ? [recipient] : [recipient, psk.key];
  const context = await opened(() =>
    withCopies(secrets, async ([seed, secret]) =>
      suite.createRecipientContext({
        recipientKey: toKey(seed as Bytes, "private"),
        enc: exact(enc),
        info: exact(info),
        ...pskParameter(psk, secret),
      }),
    ),
  );
  return {
    open: (ciphertext, aad) =>
      opened(async () => new Uint8Array(await context.open(ciphertext, aad ?? empty))),
    exportSecret: async (label, length) =>
      SecretBytes.own(new Uint8Array(await context.export(exact(label), length))),
  };
}

const empty = new Uint8Array(0);

async function opened<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch {
    throw new ProtocolError("hpke.open", "sealed bytes do not open with the keys at hand");
  }
}

/** An ArrayBuffer of exactly these bytes: the library reads whole buffers. */
function exact(bytes: Bytes): ArrayBuffer {
  return bytes.slice().buffer;
}

function pskParameter(psk: HpkePsk | undefined, secret: Bytes | undefined) {
  return psk === undefined || secret === undefined ? {} : { psk: { id: exact(psk.id), key: secret.buffer } };
}

/** Lends the library copies of secrets and zeroes them afterwards. */
async function withCopies<T>(
  secrets: readonly SecretBytes[],
  use: (copies: Bytes[]) => Promise<T>,
): Promise<T> {
  const copies = secrets.map((secret) => copyBytes(secret.reveal()));
  try {
    return await use(copies);
  } finally {
    for (const copy of copies) copy.fill(0);
  }
}
