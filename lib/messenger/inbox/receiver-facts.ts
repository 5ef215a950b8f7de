import type { Header } from "../../protocol/header.ts";
import type { KnownEnvelope, ReceiverChange, ReceiverView } from "../../protocol/receiver.ts";
import {
  decodeReceivingEpoch,
  encodeReceivingEpoch,
  type ReceivingEpoch,
} from "../../protocol/receiving-epoch.ts";
import { usesPad } from "../../protocol/suites.ts";
import { type Bytes, copyBytes } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import { RecentMap } from "../engine/recent-map.ts";
import { hashRow, recordRow, senderRow } from "../engine/rows.ts";
import type { DeviceStore, StoreWrite } from "../store/device-store.ts";

const envelopesKept = 256;
const hashesKept = 1024;
const epochsKept = 16;

interface Placed extends KnownEnvelope {
  readonly ordinal: number;
}

/**
 * What one conversation's receiver has stored, as the opening checks read it: the store's rows, with the recent
 * ones in memory. `prepare` loads what the checks of one envelope will ask for; the view itself is synchronous.
 */
export class ReceiverFacts implements ReceiverView {
  readonly #store: DeviceStore;
  readonly #self: string;
  readonly #conversation: string;
  readonly #conversationBytes: Bytes;
  readonly #envelopes = new RecentMap<Placed>(envelopesKept);
  readonly #highest = new Map<string, number>();
  readonly #known = new RecentMap<true>(hashesKept);
  /** null: looked up, and not used. */
  readonly #used = new RecentMap<Bytes | null>(hashesKept);
  readonly #epochs = new RecentMap<ReceivingEpoch>(epochsKept);

  constructor(store: DeviceStore, self: string, conversation: string, conversationBytes: Bytes) {
    this.#store = store;
    this.#self = self;
    this.#conversation = conversation;
    this.#conversationBytes = conversationBytes;
  }

  async prepare(header: Header): Promise<void> {
    const device = toHex(header.senderDevice);
    const highest = await this.#highestOf(device);
    for (const sequence of [header.sequence - 1, header.sequence, header.sequence + 1])
      if (sequence >= 1 && sequence <= highest) await this.#loadEnvelope(device, sequence);
    if (header.sequence > highest + 1 && highest > 0) await this.#loadEnvelope(device, highest);
    for (const parent of header.parents) await this.#loadHash(toHex(parent));
    if (header.epochId.length > 0) await this.loadEpoch(header.epochId);
    if (usesPad(header.suite)) await this.loadUse(header.drawRecordHash);
  }

  async loadEpoch(epochId: Bytes): Promise<ReceivingEpoch | undefined> {
    const id = toHex(epochId);
    const known = this.#epochs.get(id);
    if (known) return known;
    const row = await this.#store.get("epochs", `${this.#conversation}/${id}`);
    if (!row) return undefined;
    const epoch = decodeReceivingEpoch(SecretBytes.copyOf(row));
    this.#keepEpoch(epoch);
    return epoch;
  }

  async loadUse(recordHash: Bytes): Promise<Bytes | undefined> {
    const key = toHex(recordHash);
    if (this.#used.get(key) === undefined) {
      const row = await this.#store.get("records", key);
      this.#used.set(key, row ? recordRow.decode(row).by : null);
    }
    return this.#used.get(key) ?? undefined;
  }

  /** Whether this envelope was opened, or bound here, before. */
  async knows(envelopeHash: Bytes): Promise<boolean> {
    return await this.#loadHash(toHex(envelopeHash));
  }

  /** The ordinal of the last envelope known of a device, 0 when there is none. Only after `prepare`. */
  lastOrdinal(device: Bytes): number {
    const highest = this.#highest.get(toHex(device)) ?? 0;
    return this.ordinalAt(device, highest) ?? 0;
  }

  /** The ordinal of a known envelope, for the message that follows a gap. */
  ordinalAt(device: Bytes, sequence: number): number | undefined {
    return this.#envelopes.get(`${toHex(device)}/${sequence}`)?.ordinal;
  }

  envelopeAt(device: Bytes, sequence: number): KnownEnvelope | undefined {
    return this.#envelopes.get(`${toHex(device)}/${sequence}`);
  }

  isKnown(envelopeHash: Bytes): boolean {
    return this.#known.get(toHex(envelopeHash)) ?? false;
  }

  usedBy(recordHash: Bytes): Bytes | undefined {
    return this.#used.get(toHex(recordHash)) ?? undefined;
  }

  epoch(epochId: Bytes): ReceivingEpoch | undefined {
    return this.#epochs.get(toHex(epochId));
  }

  /** Takes a change into memory and returns the rows that make it durable. */
  apply(change: ReceiverChange, ordinal: number, record: Bytes | undefined): StoreWrite[] {
    const writes: StoreWrite[] = [];
    if (change.envelope) {
      const { hash, parents, device, sequence } = change.envelope;
      const place = `${toHex(device)}/${sequence}`;
      const hex = toHex(hash);
      this.#envelopes.set(place, { hash, parents, ordinal });
      this.#known.set(hex, true);
      this.#highest.set(toHex(device), Math.max(sequence, this.#highest.get(toHex(device)) ?? 0));
      const key = `${this.#conversation}/${toHex(device)}/${sequence.toString(16).padStart(10, "0")}`;
      writes.push({ table: "senders", key, value: senderRow.encode({ hash, parents, ordinal }) });
      const own = toHex(device) === this.#self;
      const row = { conversation: this.#conversationBytes, ordinal, sequence, own };
      writes.push({ table: "hashes", key: hex, value: hashRow.encode(row) });
    }
    if (change.used && record) {
      const key = toHex(change.used.recordHash);
      this.#used.set(key, change.used.by);
      writes.push({ table: "records", key, value: recordRow.encode({ by: change.used.by, record }) });
    }
    if (change.epoch) {
      this.#keepEpoch(change.epoch);
      const secret = encodeReceivingEpoch(change.epoch);
      const key = `${this.#conversation}/${toHex(change.epoch.epochId)}`;
      writes.push({ table: "epochs", key, value: copyBytes(secret.reveal()) });
      secret.destroy();
    }
    return writes;
  }

  async #highestOf(device: string): Promise<number> {
    let highest = this.#highest.get(device);
    if (highest === undefined) {
      const prefix = `${this.#conversation}/${device}/`;
      const [last] = await this.#store.range("senders", { prefix, reverse: true, limit: 1 });
      highest = last ? Number.parseInt(last.key.slice(prefix.length), 16) : 0;
      this.#highest.set(device, highest);
    }
    return highest;
  }

  async #loadEnvelope(device: string, sequence: number): Promise<void> {
    const place = `${device}/${sequence}`;
    if (this.#envelopes.get(place) !== undefined) return;
    const key = `${this.#conversation}/${device}/${sequence.toString(16).padStart(10, "0")}`;
    const row = await this.#store.get("senders", key);
    if (row) this.#envelopes.set(place, senderRow.decode(row));
  }

  async #loadHash(hash: string): Promise<boolean> {
    if (this.#known.get(hash)) return true;
    const found = (await this.#store.get("hashes", hash)) !== undefined;
    if (found) this.#known.set(hash, true);
    return found;
  }

  #keepEpoch(epoch: ReceivingEpoch): void {
    this.#epochs.set(toHex(epoch.epochId), epoch);
  }
}
