import type { Bytes } from "../shared/bytes.ts";
import { SecretBytes } from "../shared/secret-bytes.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { arrayOf, bytesOf, hashBytes, idBytes, structOf, uintOf, versionedOf } from "./cbor-codecs.ts";
import type { Chain } from "./chain.ts";
import { lengths, limits } from "./limits.ts";

/** What a receiver keeps of an opened epoch: the facts every envelope of it must repeat, and its chain. */
export interface ReceivingEpoch {
  readonly epochId: Bytes;
  readonly suite: number;
  readonly conversation: Bytes;
  readonly senderDevice: Bytes;
  readonly rosterHead: Bytes;
  readonly recordHash: Bytes;
  readonly drawnAt: number;
  readonly chain: Chain;
}

interface SkippedItem {
  readonly index: number;
  readonly key: Bytes;
  readonly at: number;
}

interface Stored extends Omit<ReceivingEpoch, "chain"> {
  readonly next: number;
  readonly chainKey: Bytes;
  readonly skipped: readonly SkippedItem[];
}

const skippedCodec = structOf<SkippedItem>({
  index: [1, uintOf(limits.epochMessages)],
  key: [2, bytesOf(lengths.key)],
  at: [3, uintOf()],
});

const codec = versionedOf<Stored>({
  epochId: [2, idBytes],
  suite: [3, uintOf(255)],
  conversation: [4, idBytes],
  senderDevice: [5, idBytes],
  rosterHead: [6, hashBytes],
  recordHash: [7, hashBytes],
  drawnAt: [8, uintOf()],
  next: [9, uintOf(limits.epochMessages)],
  chainKey: [10, bytesOf(lengths.key)],
  skipped: [11, arrayOf(skippedCodec, limits.skippedKeys)],
});

/** For the device's own encrypted store, never for the wire: holds message keys. The epoch stays usable. */
export function encodeReceivingEpoch({ chain, ...facts }: ReceivingEpoch): SecretBytes {
  const skipped = [...chain.skipped].map(([index, { key, at }]) => ({ index, key: key.reveal(), at }));
  const stored = { ...facts, next: chain.next, chainKey: chain.chainKey.reveal(), skipped };
  return SecretBytes.own(encodeWith(codec, "receiving epoch", stored, limits.envelope));
}

/** @throws ProtocolError cbor.*, version.unsupported */
export function decodeReceivingEpoch(bytes: SecretBytes): ReceivingEpoch {
  const { next, chainKey, skipped, ...facts } = decodeWith(
    codec,
    "receiving epoch",
    bytes.reveal(),
    limits.envelope,
  );
  const kept = new Map(skipped.map(({ index, key, at }) => [index, { key: SecretBytes.own(key), at }]));
  return { ...facts, chain: { next, chainKey: SecretBytes.own(chainKey), skipped: kept } };
}
