import { parseEnvelope } from "../protocol/envelope.ts";
import { parseEpochStart } from "../protocol/epoch-start.ts";
import { relayBytes, type WiretapFrame } from "../protocol/relay-events.ts";
import { suites } from "../protocol/suites.ts";
import { toHex } from "../shared/hex.ts";

/** One frame as somebody who records the relay can take it apart: no key is needed for any of this. */
export interface WireFrame {
  readonly id: string;
  readonly at: number;
  readonly event: WiretapFrame["event"];
  readonly conversation: string;
  /** User id, hex. */
  readonly sender: string;
  readonly size: number;
  readonly bytes: Uint8Array;
  /** Of envelopes and epoch starts. */
  readonly suite: "OTP" | "AES" | null;
  readonly sequence: number | null;
  /** Hash that names the draw record, hex. */
  readonly drawRecord: string | null;
  readonly paddedBytes: number | null;
  /** Where the ciphertext lies in `bytes`: what is before and after it is metadata and signature. */
  readonly ciphertext: { readonly from: number; readonly to: number } | null;
}

/** Reads a frame of the wiretap; what cannot be read stays plain bytes. */
export function readWireFrame(frame: WiretapFrame, id: string): WireFrame {
  const bytes = relayBytes(frame.bytes);
  const plain: WireFrame = {
    id,
    at: frame.at,
    event: frame.event,
    conversation: frame.conversation,
    sender: frame.sender,
    size: frame.size,
    bytes,
    suite: null,
    sequence: null,
    drawRecord: null,
    paddedBytes: null,
    ciphertext: null,
  };
  try {
    if (frame.event === "envelope") return { ...plain, ...ofEnvelope(bytes) };
    if (frame.event === "epoch") {
      const { suite, drawRecordHash } = parseEpochStart(bytes).value;
      return { ...plain, suite: suiteName(suite), drawRecord: toHex(drawRecordHash) };
    }
  } catch {
    return plain;
  }
  return plain;
}

function ofEnvelope(bytes: Uint8Array): Partial<WireFrame> {
  const { fields, ciphertext } = parseEnvelope(bytes);
  const from = findBytes(bytes, ciphertext);
  return {
    suite: suiteName(fields.suite),
    sequence: fields.sequence,
    drawRecord: toHex(fields.drawRecordHash),
    paddedBytes: fields.paddedLength,
    ciphertext: from < 0 ? null : { from, to: from + ciphertext.length },
  };
}

function suiteName(suite: number): WireFrame["suite"] {
  if (suite === suites.otp) return "OTP";
  return suite === suites.aes ? "AES" : null;
}

function findBytes(bytes: Uint8Array, part: Uint8Array): number {
  outer: for (let start = 0; start + part.length <= bytes.length; start++) {
    for (let i = 0; i < part.length; i++) if (bytes[start + i] !== part[i]) continue outer;
    return start;
  }
  return -1;
}
