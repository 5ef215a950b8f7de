import { createHash } from "node:crypto";

/** 8 bytes, big-endian. */
export function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** uint64(length) ‖ bytes, for each part; a text stands for its UTF-8 bytes. */
export function frame(...parts: (Uint8Array | string)[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part as string);
      return [uint64(bytes.length), bytes];
    }),
  );
}

/** L(name) of the document. */
export function label(name: string): Buffer {
  return frame(`vernam/1 ${name}`);
}

/** SHA-512 of the parts joined. */
export function hash(...parts: Uint8Array[]): Buffer {
  return createHash("sha512").update(Buffer.concat(parts)).digest();
}

/** Bytes of lower-case hex. */
export function hex(text: string): Buffer {
  return Buffer.from(text, "hex");
}
