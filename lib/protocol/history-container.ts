import { scryptAsync } from "@noble/hashes/scrypt.js";
import { type Bytes, concatBytes, utf8 } from "../shared/bytes.ts";
import { SecretBytes } from "../shared/secret-bytes.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { bytesOf, idBytes, oneOf, structOf, uintOf, versionedOf } from "./cbor-codecs.ts";
import { frame } from "./frame.ts";
import { decodeHistoryPage, encodeHistoryPage, type HistoryPage } from "./history.ts";
import { framedLabel, labels } from "./labels.ts";
import { lengths, limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import { openStreamChunk, type StreamKey, sealStreamChunk } from "./stream.ts";

/** In the clear at the beginning of an exported history, and authenticated by every chunk. */
interface HistoryHeader {
  /** 1: scrypt (RFC 7914), the only one. */
  readonly kdf: 1;
  readonly salt: Bytes;
  /** N = 2^costExponent. */
  readonly costExponent: number;
  readonly blockSize: number;
  readonly parallelism: number;
  /** 7 random bytes. */
  readonly noncePrefix: Bytes;
  /** Whose history it is. */
  readonly user: Bytes;
  readonly createdAt: number;
}

const saltLength = 32;
const shortest = 12;

const headerCodec = versionedOf<HistoryHeader>({
  kdf: [2, oneOf([1])],
  salt: [3, bytesOf(saltLength)],
  costExponent: [4, uintOf(18, 14)],
  blockSize: [5, uintOf(8, 8)],
  parallelism: [6, uintOf(1, 1)],
  noncePrefix: [7, bytesOf(lengths.noncePrefix)],
  user: [8, idBytes],
  createdAt: [9, uintOf()],
});

interface Chunk {
  readonly sealed: Bytes;
}

const chunkCodec = structOf<Chunk>({ sealed: [1, bytesOf(lengths.tag, limits.historyPage + lengths.tag)] });

export interface HistoryOptions {
  readonly user: Bytes;
  readonly now: number;
  /** 17 unless a test says otherwise: 128 MiB and about a second. */
  readonly costExponent?: number;
  /** Fixed in test vectors only. */
  readonly salt?: Bytes;
  readonly noncePrefix?: Bytes;
}

/** Seals an exported history piece by piece: the header first, then one chunk for each page. */
export class HistorySealer {
  readonly #stream: StreamKey;
  readonly #key: SecretBytes;
  readonly headerBytes: Bytes;
  #index = 0;
  #ended = false;

  private constructor(stream: StreamKey, key: SecretBytes, headerBytes: Bytes) {
    this.#stream = stream;
    this.#key = key;
    this.headerBytes = headerBytes;
  }

  /** @throws ProtocolError history.passphrase when it has fewer than 12 characters */
  static async begin(passphrase: string, options: HistoryOptions): Promise<HistorySealer> {
    const header: HistoryHeader = {
      kdf: 1,
      salt: options.salt ?? crypto.getRandomValues(new Uint8Array(saltLength)),
      costExponent: options.costExponent ?? 17,
      blockSize: 8,
      parallelism: 1,
      noncePrefix: options.noncePrefix ?? crypto.getRandomValues(new Uint8Array(lengths.noncePrefix)),
      user: options.user,
      createdAt: options.now,
    };
    const headerBytes = encodeWith(headerCodec, "history header", header, limits.header);
    const key = await deriveKey(passphrase, header);
    return new HistorySealer(streamOf(key, header, headerBytes), key, frame(headerBytes));
  }

  /** The next piece of the file. The last page destroys the key. */
  async seal(page: HistoryPage): Promise<Bytes> {
    if (this.#ended) throw new ProtocolError("history.ended", "the history's last page was written already");
    const plaintext = encodeHistoryPage(page);
    const sealed = await sealStreamChunk(this.#stream, this.#index++, page.last, plaintext);
    plaintext.fill(0);
    if (page.last) this.destroy();
    return frame(encodeWith(chunkCodec, "history chunk", { sealed }, limits.historyPage + 64));
  }

  destroy(): void {
    this.#ended = true;
    this.#key.destroy();
  }
}

/**
 * The pages of an exported history, from its pieces as they come. Nothing of it may be taken over before the last page
 * has come: a file that was cut off ends in an error.
 * @throws ProtocolError history.open (wrong passphrase or altered), history.truncated, history.trailing,
 * history.passphrase, cbor.*, version.unsupported
 */
export async function* openHistory(
  pieces: AsyncIterable<Bytes> | Iterable<Bytes>,
  passphrase: string,
): AsyncGenerator<HistoryPage> {
  const frames = readFrames(pieces);
  const first = await frames.next();
  if (first.done) throw truncated();
  const header = decodeWith(headerCodec, "history header", first.value, limits.header);
  const key = await deriveKey(passphrase, header);
  const stream = streamOf(key, header, first.value);
  try {
    let [index, ended] = [0, false];
    for await (const piece of frames) {
      if (ended) throw new ProtocolError("history.trailing", "there is more after the history's end");
      const page = await openPage(stream, index++, piece);
      ended = page.last;
      yield page;
    }
    if (!ended) throw truncated();
  } finally {
    key.destroy();
  }
}

/**
 * Whose history a file claims to be and when it was made; true once the file has opened, for every page authenticates
 * it.
 * @throws ProtocolError history.open, history.truncated, cbor.*, version.unsupported
 */
export function readHistoryOwner(file: Bytes): { readonly user: Bytes; readonly createdAt: number } {
  const length = frameLength(file);
  if (length === undefined || file.length < 8 + length) throw truncated();
  const header = decodeWith(headerCodec, "history header", file.slice(8, 8 + length), limits.header);
  return { user: header.user, createdAt: header.createdAt };
}

async function openPage(stream: StreamKey, index: number, piece: Bytes): Promise<HistoryPage> {
  const { sealed } = decodeWith(chunkCodec, "history chunk", piece, limits.historyPage + 64);
  const plaintext =
    (await openStreamChunk(stream, index, false, sealed)) ??
    (await openStreamChunk(stream, index, true, sealed));
  if (plaintext === undefined)
    throw new ProtocolError("history.open", "the history does not open: wrong passphrase, or altered", {
      nextStep: "Check the passphrase; if it is right, use another copy of the file.",
    });
  try {
    return decodeHistoryPage(plaintext);
  } finally {
    plaintext.fill(0);
  }
}

async function* readFrames(pieces: AsyncIterable<Bytes> | Iterable<Bytes>): AsyncGenerator<Bytes, undefined> {
  let rest: Bytes = new Uint8Array(0);
  for await (const piece of pieces) {
    rest = concatBytes(rest, piece);
    for (let length = frameLength(rest); length !== undefined; length = frameLength(rest)) {
      if (rest.length < 8 + length) break;
      yield rest.slice(8, 8 + length);
      rest = rest.slice(8 + length);
    }
  }
  if (rest.length > 0) throw truncated();
  return undefined;
}

/** The announced length of the frame at the beginning, when its 8 bytes are there. */
function frameLength(bytes: Bytes): number | undefined {
  if (bytes.length < 8) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
  if (length > BigInt(limits.historyPage + 128))
    throw new ProtocolError("history.open", "this is no exported history, or it was altered");
  return Number(length);
}

function truncated(): ProtocolError {
  return new ProtocolError("history.truncated", "the exported history is incomplete", {
    nextStep: "Use a complete copy of the file.",
  });
}

/** scrypt over the passphrase in Unicode NFKC, UTF-8. */
async function deriveKey(passphrase: string, header: HistoryHeader): Promise<SecretBytes> {
  const normal = passphrase.normalize("NFKC");
  if ([...normal].length < shortest)
    throw new ProtocolError("history.passphrase", "the passphrase is too short", {
      nextStep: "Take at least twelve characters; several words are best.",
    });
  const password = utf8(normal);
  const { costExponent, blockSize: r, parallelism: p } = header;
  const options = { N: 2 ** costExponent, r, p, dkLen: lengths.key, maxmem: 2 ** 29 };
  const key = await scryptAsync(password, header.salt, options);
  password.fill(0);
  return SecretBytes.own(key as Bytes);
}

/** Associated data: frame("vernam/1 history") ‖ frame(encoded header). */
function streamOf(key: SecretBytes, header: HistoryHeader, headerBytes: Uint8Array): StreamKey {
  const context = concatBytes(framedLabel(labels.history), frame(headerBytes));
  return { key: key.reveal(), noncePrefix: header.noncePrefix, context };
}
