import { createCipheriv, createDecipheriv, createHash, hkdfSync } from "node:crypto";
import { type Bytes, concatBytes, copyBytes, utf8 } from "../../shared/bytes.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";

/**
 * The frames of a device's log file. A file is segments, one per time it was opened; a segment is its opening
 * frame (32 random bytes of salt, so that every segment has a key of its own and no nonce ever repeats) and data
 * frames, one per flush. A frame is 12 bytes of head (length, counter, check) and AES-256-GCM of the payload with
 * the counter as nonce and the head as additional data.
 */
export const headLength = 12;
export const saltLength = 32;
const tagLength = 16;
const segmentFlag = 0x80000000;

export interface FrameHead {
  readonly segment: boolean;
  /** Bytes that follow the head. */
  readonly length: number;
  readonly counter: number;
  readonly bytes: Bytes;
}

export function frameHead(segment: boolean, length: number, counter: number): FrameHead {
  const bytes = new Uint8Array(headLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, segment ? (length | segmentFlag) >>> 0 : length);
  view.setUint32(4, counter);
  bytes.set(headCheck(bytes), 8);
  return { segment, length, counter, bytes };
}

/** Reads a head, or null when its check is wrong (never written whole, or altered). */
export function parseHead(bytes: Bytes): FrameHead | null {
  const check = headCheck(bytes);
  for (let i = 0; i < 4; i++) if (check[i] !== bytes[8 + i]) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, headLength);
  const first = view.getUint32(0);
  return {
    segment: first >= segmentFlag,
    length: first & 0x7fffffff,
    counter: view.getUint32(4),
    bytes: copyBytes(bytes.subarray(0, headLength)),
  };
}

function headCheck(bytes: Uint8Array): Uint8Array {
  return createHash("sha256")
    .update("vernam/1 store head")
    .update(bytes.subarray(0, 8))
    .digest()
    .subarray(0, 4);
}

/** The key of one segment of a file. Owned by the log; zeroed when the store closes. */
export function segmentKey(key: SecretBytes, salt: Uint8Array): Bytes {
  return new Uint8Array(hkdfSync("sha256", key.reveal(), salt, utf8("vernam/1 store segment"), 32));
}

/** The opening frame of segment `index` (from 0): salt, and a tag that proves the key. */
export function sealSegment(key: Bytes, salt: Bytes, index: number): Bytes {
  const head = frameHead(true, saltLength + tagLength, index);
  return concatBytes(
    head.bytes,
    salt,
    seal(key, concatBytes(head.bytes, salt), 0xffffffff, new Uint8Array(0)),
  );
}

export function opensSegment(key: Bytes, head: FrameHead, salt: Uint8Array, tag: Uint8Array): boolean {
  return open(key, concatBytes(head.bytes, salt), 0xffffffff, tag) !== null;
}

export function sealFrame(key: Bytes, counter: number, payload: Uint8Array): Bytes {
  const head = frameHead(false, payload.length + tagLength, counter);
  return concatBytes(head.bytes, seal(key, head.bytes, counter, payload));
}

/** The payload, or null when the frame does not verify under this key. */
export function openFrame(key: Bytes, head: FrameHead, body: Uint8Array): Bytes | null {
  return open(key, head.bytes, head.counter, body);
}

function nonceOf(counter: number): Bytes {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(8, counter);
  return nonce;
}

function seal(key: Bytes, head: Bytes, counter: number, payload: Uint8Array): Bytes {
  const cipher = createCipheriv("aes-256-gcm", key, nonceOf(counter));
  cipher.setAAD(head);
  return concatBytes(cipher.update(payload), cipher.final(), cipher.getAuthTag());
}

function open(key: Bytes, head: Bytes, counter: number, body: Uint8Array): Bytes | null {
  if (body.length < tagLength) return null;
  const decipher = createDecipheriv("aes-256-gcm", key, nonceOf(counter));
  decipher.setAAD(head);
  decipher.setAuthTag(body.subarray(body.length - tagLength));
  try {
    return concatBytes(decipher.update(body.subarray(0, body.length - tagLength)), decipher.final());
  } catch {
    return null;
  }
}
