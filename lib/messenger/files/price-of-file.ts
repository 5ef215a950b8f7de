import { type LevelPolicy, levelRule } from "../../protocol/level-policy.ts";
import { limits } from "../../protocol/limits.ts";
import { paddedLengthFor } from "../../protocol/padding.ts";
import { encodePayload, payloadKinds } from "../../protocol/payload.ts";
import { type Suite, usesPad } from "../../protocol/suites.ts";
import type { FileApi, FilePriceView } from "../api/files.ts";
import { MessengerError } from "../messenger-error.ts";
import { priceOf } from "../price.ts";

type About = NonNullable<Parameters<FileApi["filePrice"]>[3]>;

/** What a message says of a file by stream beside name, type and caption: number, key, hash, counts. */
const streamWords = 220;

/** The largest file of a level in a suite, in bytes; 0: none. @throws ProtocolError level.unknown */
function largestFile(policy: LevelPolicy, suite: Suite, level: number): number {
  const { padFileBytes, streamFileBytes } = levelRule(policy, level);
  return usesPad(suite) ? Math.min(padFileBytes, limits.inlineFile) : streamFileBytes;
}

/** Before a large file is encoded or sealed. @throws MessengerError "payload.file-too-large" */
export function checkSize(policy: LevelPolicy, suite: Suite, level: number, size: number): void {
  const largest = largestFile(policy, suite, level);
  if (size <= largest) return;
  throw new MessengerError(
    "payload.file-too-large",
    `the file is larger than the ${largest} bytes that this suite and classification take`,
    { nextStep: "Send a smaller file, or another way." },
  );
}

/**
 * What a file costs in end-to-end key: under a pad every byte of the message that holds it; by stream what any message
 * costs, whatever the file's size.
 */
export function priceOfFile(
  policy: LevelPolicy,
  size: number,
  suite: Suite,
  { name = "file", mediaType = "application/octet-stream", caption, level = 0 }: About,
  epochOpen: boolean,
): FilePriceView {
  const inline = usesPad(suite);
  const largest = largestFile(policy, suite, level);
  const refused = size > largest ? "payload.file-too-large" : null;
  const words = { name, mediaType, ...(caption === undefined || caption === "" ? {} : { caption }) };
  const body = { ...words, bytes: new Uint8Array(inline && refused === null ? size : 0) };
  const encoded = encodePayload({ kind: payloadKinds.inlineFile, body }).length;
  const padded = paddedLengthFor(inline ? encoded : encoded + streamWords);
  return { ...priceOf(padded, suite, epochOpen), inline, refused, largest };
}
