import { type ParsedEnvelope, parseEnvelope } from "../../protocol/envelope.ts";
import { type ParsedEpochStart, parseEpochStart } from "../../protocol/epoch-start.ts";
import type { Bytes } from "../../shared/bytes.ts";

/** A received envelope or epoch start: decoded once, nothing of it verified. */
export interface KeyedEntry {
  readonly parsed: ParsedEnvelope | ParsedEpochStart;
  /** What both say of themselves. */
  readonly header: {
    readonly suite: number;
    readonly senderDevice: Bytes;
    readonly rosterHead: Bytes;
    readonly epochId: Bytes;
  };
  readonly recordHash: Bytes;
  /** When it says it was made, ms UTC. */
  readonly at: number;
}

/** Undefined when the bytes are neither, and so name no key. */
export function readKeyed(kind: "envelope" | "epoch", bytes: Bytes): KeyedEntry | undefined {
  try {
    if (kind === "epoch") {
      const parsed = parseEpochStart(bytes);
      const { value } = parsed;
      return { parsed, header: value, recordHash: value.drawRecordHash, at: value.startedAt };
    }
    const parsed = parseEnvelope(bytes);
    const { fields } = parsed;
    return { parsed, header: fields, recordHash: fields.drawRecordHash, at: fields.sentAt };
  } catch {
    return undefined;
  }
}
