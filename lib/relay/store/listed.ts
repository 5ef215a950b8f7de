/** Bytes as one of many in an answer: base64, see RelayBinary. */
export function listed(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
