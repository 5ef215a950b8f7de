import { createCipheriv, createDecipheriv } from "node:crypto";
import { type Bytes, concatBytes, copyBytes, utf8 } from "../../shared/bytes.ts";
import { segmentBytes } from "./authentication-reserve.ts";

/** add: one segment of key. burn: everything before the offset is used. drop: one segment is given up. */
export type ReserveRecordKind = "add" | "burn" | "drop";

export interface ReserveRecord {
  readonly kind: ReserveRecordKind;
  readonly link: string;
  readonly offset: number;
  /** Only with "add"; the reader zeroes it. */
  readonly key: Bytes;
}

const kinds: readonly ReserveRecordKind[] = ["add", "burn", "drop"];
const prefix = 4;
const nonceBytes = 12;
const tagBytes = 16;
const longestRecord = prefix + 2 + 255 + 8 + nonceBytes + segmentBytes + tagBytes;

/**
 * One record as it lies in the file: length (4) ‖ kind (1) ‖ link length (1) ‖ link ‖ offset (8) ‖ nonce (12) ‖
 * AES-256-GCM ciphertext and tag. Everything before the nonce is authenticated, so marks cannot be altered unseen.
 * @param nonce 12 fresh random bytes.
 */
export function sealRecord(wrapping: Uint8Array, nonce: Uint8Array, record: ReserveRecord): Bytes {
  const link = utf8(record.link);
  const header = new Uint8Array(prefix + 2 + link.length + 8);
  const view = new DataView(header.buffer);
  view.setUint32(0, header.length + nonceBytes + record.key.length + tagBytes);
  header[prefix] = kinds.indexOf(record.kind);
  header[prefix + 1] = link.length;
  header.set(link, prefix + 2);
  view.setBigUint64(prefix + 2 + link.length, BigInt(record.offset));
  const cipher = createCipheriv("aes-256-gcm", wrapping, nonce).setAAD(header);
  return concatBytes(header, nonce, cipher.update(record.key), cipher.final(), cipher.getAuthTag());
}

/**
 * Length in bytes of the record that begins at `at`, or undefined when the file ends before the record does.
 * @throws RangeError when no record is that long: then it is damage, not the cut of a crash.
 */
export function recordLength(file: Uint8Array, at: number): number | undefined {
  if (file.length - at < prefix) return undefined;
  const length = new DataView(file.buffer, file.byteOffset + at, prefix).getUint32(0);
  if (length > longestRecord) throw new RangeError("no record is that long");
  return length > file.length - at ? undefined : length;
}

/** Opens one whole record. @throws Error when it was altered or belongs to another installation. */
export function openRecord(wrapping: Uint8Array, sealed: Uint8Array): ReserveRecord {
  const linkLength = sealed[prefix + 1] ?? 0;
  const headerLength = prefix + 2 + linkLength + 8;
  const bodyAt = headerLength + nonceBytes;
  if (sealed.length < bodyAt + tagBytes) throw new RangeError("the record is too short");
  const decipher = createDecipheriv("aes-256-gcm", wrapping, sealed.subarray(headerLength, bodyAt));
  decipher.setAAD(sealed.subarray(0, headerLength)).setAuthTag(sealed.subarray(-tagBytes));
  const plain = decipher.update(sealed.subarray(bodyAt, -tagBytes));
  decipher.final();
  const kind = kinds[sealed[prefix] as number];
  if (kind === undefined) throw new RangeError("the record is of no known kind");
  const view = new DataView(sealed.buffer, sealed.byteOffset, sealed.length);
  const key = copyBytes(plain);
  plain.fill(0);
  return {
    kind,
    link: new TextDecoder().decode(sealed.subarray(prefix + 2, prefix + 2 + linkLength)),
    offset: Number(view.getBigUint64(prefix + 2 + linkLength)),
    key,
  };
}
