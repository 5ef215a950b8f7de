import type { Bytes } from "../../shared/bytes.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";
import { MessengerError } from "../messenger-error.ts";
import type { StoreWrite } from "../store/device-store.ts";
import {
  type FrameHead,
  headLength,
  openFrame,
  opensSegment,
  parseHead,
  saltLength,
  segmentKey,
} from "./log-frame.ts";
import { decodeWrites } from "./write-batch.ts";

export const magic = new TextEncoder().encode("vernam store v1\n");

export interface LogContent {
  /** Length of the file up to the last whole frame; what follows was never acknowledged. */
  readonly end: number;
  readonly segments: number;
}

/**
 * Replays a log file into `apply`. A tail that was being written when the process died is left out: it was never
 * acknowledged. Anything else that does not verify stops the reading, and the file is not touched.
 *
 * @throws MessengerError "store.wrong-key", "store.not-a-store" or "store.corrupt".
 */
export function readLog(file: Bytes, key: SecretBytes, apply: (write: StoreWrite) => void): LogContent {
  if (file.length === 0) return { end: 0, segments: 0 };
  if (file.length < magic.length) {
    if (isPrefixOfMagic(file)) return { end: 0, segments: 0 };
    throw notAStore();
  }
  for (let i = 0; i < magic.length; i++) if (file[i] !== magic[i]) throw notAStore();
  let offset = magic.length;
  let segments = 0;
  let counter = 0;
  let currentKey: Bytes | undefined;
  try {
    while (offset < file.length) {
      const frame = nextFrame(file, offset);
      if (frame === "torn") break;
      const { head, body, end } = frame;
      if (head.segment) {
        if (head.counter !== segments) throw corrupt(offset);
        const opened = openSegment(key, head, body);
        if (opened === null && segments > 0 && end === file.length && isTornBody(body)) break;
        if (opened === null) throw segments > 0 ? corrupt(offset) : wrongKey();
        currentKey?.fill(0);
        currentKey = opened;
        segments++;
        counter = 0;
      } else {
        if (currentKey === undefined || head.counter !== counter) throw corrupt(offset);
        const payload = openFrame(currentKey, head, body);
        if (payload === null) {
          if (end === file.length && isTornBody(body)) break;
          throw corrupt(offset);
        }
        for (const write of decodeWrites(payload)) apply(write);
        payload.fill(0);
        counter++;
      }
      offset = end;
    }
  } finally {
    currentKey?.fill(0);
  }
  return { end: offset, segments };
}

function nextFrame(file: Bytes, offset: number): { head: FrameHead; body: Bytes; end: number } | "torn" {
  if (file.length - offset < headLength) return "torn";
  const head = parseHead(file.subarray(offset, offset + headLength));
  if (head === null) {
    if (file.subarray(offset).every((byte) => byte === 0)) return "torn";
    throw corrupt(offset);
  }
  const end = offset + headLength + head.length;
  if (end > file.length) return "torn";
  return { head, body: file.subarray(offset + headLength, end), end };
}

function openSegment(key: SecretBytes, head: FrameHead, body: Bytes): Bytes | null {
  const salt = body.subarray(0, saltLength);
  const opened = segmentKey(key, salt);
  if (opensSegment(opened, head, salt, body.subarray(saltLength))) return opened;
  opened.fill(0);
  return null;
}

function wrongKey(): MessengerError {
  return new MessengerError("store.wrong-key", "this key does not open the device store", {
    nextStep: "Start with the key this store was made with. The store was not changed.",
  });
}

/** A disk that grew the file before it wrote the last page leaves zeros at its end. */
function isTornBody(body: Bytes): boolean {
  return body.subarray(Math.max(0, body.length - 16)).every((byte) => byte === 0);
}

function isPrefixOfMagic(file: Bytes): boolean {
  return file.every((byte, i) => byte === magic[i]);
}

function notAStore(): MessengerError {
  return new MessengerError("store.not-a-store", "the file is not a device store of this version", {
    nextStep: "Choose another folder for this device.",
  });
}

function corrupt(offset: number): MessengerError {
  return new MessengerError("store.corrupt", `the device store is damaged at byte ${offset}`, {
    nextStep:
      "Restore the file from a copy, or forget this device and enrol again. The file was not changed.",
  });
}
