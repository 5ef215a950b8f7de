import { type ParsedEnvelope, parseEnvelope } from "../../protocol/envelope.ts";
import { type ParsedEpochStart, parseEpochStart } from "../../protocol/epoch-start.ts";
import type { EntryKind } from "../../protocol/relay-events.ts";
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

/** The envelope that this one sends again; undefined for all others. */
export function resentHash({ parsed }: KeyedEntry): Bytes | undefined {
  return "fields" in parsed && parsed.fields.resends.length > 0 ? parsed.fields.resends : undefined;
}

/** Undefined when the bytes are neither, and so name no key. */
export function readKeyed(kind: EntryKind, bytes: Bytes): KeyedEntry | undefined {
  if (kind !== "envelope" && kind !== "epoch") return undefined;
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
