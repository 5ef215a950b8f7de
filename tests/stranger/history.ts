import { scryptSync } from "node:crypto";
import { frame, hex, label } from "./framing.ts";
import { demand } from "./refused.ts";
import {
  bool,
  bytes,
  decode,
  integer,
  list,
  oneOf,
  record,
  uint,
  type ValueOf,
  versioned,
} from "./shapes.ts";
import { openChunk, type StreamKey } from "./stream.ts";
import { hash, id, level } from "./structures.ts";

const header = versioned({
  kdf: oneOf(1),
  salt: bytes(32),
  log2N: integer(14, 18),
  r: oneOf(8),
  p: oneOf(1),
  noncePrefix: bytes(7),
  user: id,
  createdAt: uint,
});

const page = versioned({
  items: list(
    record({
      conversation: id,
      envelopeHash: hash,
      senderUser: id,
      senderDevice: id,
      sequence: integer(1, Number.MAX_SAFE_INTEGER),
      sentAt: uint,
      suite: uint,
      level,
      rosterHead: hash,
      drawRecordHash: hash,
      payload: bytes(),
    }),
    0,
    1024,
  ),
  rosterEvents: list(bytes(1, 131_072), 0, 1024),
  last: bool,
});

const chunk = record({ sealed: bytes() });

/**
 * Opens a whole exported history.
 * @throws Refused history.passphrase, history.open, history.truncated, history.trailing
 */
export function openHistory(file: Uint8Array, passphrase: string): ValueOf<typeof page>[] {
  const [encodedHeader, ...encodedChunks] = framesOf(file);
  demand(encodedHeader !== undefined, "history.truncated");
  const { salt, log2N, r, p, noncePrefix } = decode(header, encodedHeader);
  const normal = passphrase.normalize("NFKC");
  demand([...normal].length >= 12, "history.passphrase");
  const key = scryptSync(normal, hex(salt), 32, {
    N: 2 ** log2N,
    r,
    p,
    maxmem: 2 ** (log2N + 11),
  });
  const associatedData = Buffer.concat([label("history"), frame(encodedHeader)]);
  const stream = { key, noncePrefix: hex(noncePrefix), associatedData };
  const pages: ValueOf<typeof page>[] = [];
  for (const [index, encoded] of encodedChunks.entries()) {
    demand(pages.at(-1)?.last !== true, "history.trailing");
    pages.push(decode(page, openPage(stream, index, hex(decode(chunk, encoded).sealed))));
  }
  demand(pages.at(-1)?.last === true, "history.truncated");
  return pages;
}

/** Opens a page that is not the last, or is. */
function openPage(stream: StreamKey, index: number, sealed: Uint8Array): Buffer {
  try {
    return openChunk(stream, index, false, sealed, "history.open");
  } catch {
    return openChunk(stream, index, true, sealed, "history.open");
  }
}

function framesOf(file: Uint8Array): Buffer[] {
  const frames: Buffer[] = [];
  let rest = Buffer.from(file);
  while (rest.length > 0) {
    demand(rest.length >= 8, "history.truncated");
    const length = rest.readBigUInt64BE();
    demand(length <= BigInt(rest.length - 8), "history.truncated");
    frames.push(rest.subarray(8, 8 + Number(length)));
    rest = rest.subarray(8 + Number(length));
  }
  return frames;
}
