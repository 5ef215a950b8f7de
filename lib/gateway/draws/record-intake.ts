import type { ProvidedKey } from "../../keys/key-provider.ts";
import {
  checkRecordMac,
  type ParsedRecord,
  parseDrawRecord,
  verifyDrawRecord,
} from "../../protocol/draw-record.ts";
import { type KeyShare, openShare, shareTagKeyBytes } from "../../protocol/key-shares.ts";
import { limits } from "../../protocol/limits.ts";
import type { SiteList } from "../../protocol/site-list.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { VernamError } from "../../shared/errors.ts";
import { toHex } from "../../shared/hex.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import { formatUuid } from "../../shared/uuid.ts";
import type { DeviceRegister } from "../enrolment/device-register.ts";
import { GatewayError } from "../gateway-error.ts";
import type { RecordRow } from "../store/draw-writes.ts";
import type { GatewayWrites } from "../store/gateway-writes.ts";
import type { KeyCollector } from "./key-collector.ts";
import { voidMessage } from "./notice-messages.ts";
import { joinKeys } from "./pad-drawer.ts";
import { macMatches, type PairKeys } from "./pair-keys.ts";
import { keyIdsOfShare } from "./pairwise-draw.ts";
import type { NoticeReceiver, NoticeResult, PeerNotice } from "./peer-transport.ts";
import { sealToNamed } from "./record-keys.ts";
import type { RecordStore } from "./record-store.ts";
import type { SiteRevocations } from "./revocations.ts";
import type { SealingContexts } from "./sealing-contexts.ts";

export interface RecordIntakeOptions {
  readonly site: string;
  readonly siteList: () => SiteList;
  readonly pairKeys: PairKeys;
  readonly collector: KeyCollector;
  readonly devices: DeviceRegister;
  readonly contexts: SealingContexts;
  readonly records: RecordStore;
  readonly revocations: SiteRevocations;
  readonly writes: GatewayWrites;
  readonly saeOf: (site: string) => string;
  readonly onCopies: (row: RecordRow) => void;
  /** A notice that an honest gateway would not send. */
  readonly onRefused: (from: string, code: string) => void;
  readonly now: () => number;
}

type RecordNotice = Extract<PeerNotice, { kind: "record" }>;

/** Key managers synchronise late: a key that is not there yet may come within this time of its draw. */
const collectGraceMs = 30_000;
const accepted: NoticeResult = { outcome: "accepted" };

/**
 * Takes what other gateways hand over. A record is verified (signature, HMAC, master site, key_IDs unused), its key
 * collected at once, sealed to every device that the record names here, and committed together with the spent
 * register; then the clear key is gone.
 */
export class RecordIntake implements NoticeReceiver {
  readonly #options: RecordIntakeOptions;
  /** key_IDs and record hashes being taken in now: the database does not know them yet. */
  readonly #running = new Map<string, Promise<NoticeResult>>();

  /** Voids may come before their records: those seal nothing. */
  readonly #voided = new Set<string>();

  constructor(options: RecordIntakeOptions) {
    this.#options = options;
  }

  /** Remembers the voids of earlier starts. */
  async load(): Promise<void> {
    for (const recordHash of await this.#options.records.voided()) this.#voided.add(toHex(recordHash));
  }

  /** One result per notice. Records run side by side; a void waits for the records handed over before it. */
  async receive(from: string, notices: readonly PeerNotice[]): Promise<readonly NoticeResult[]> {
    const results: Promise<NoticeResult>[] = [];
    for (const notice of notices) {
      if (notice.kind !== "record") await Promise.all(results);
      results.push(this.#take(from, notice));
    }
    return Promise.all(results);
  }

  async #take(from: string, notice: PeerNotice): Promise<NoticeResult> {
    try {
      if (notice.kind === "void") return await this.#takeVoid(from, notice);
      if (notice.kind === "revocation") return await this.#takeRevocation(from, notice);
      return await this.#takeRecord(from, notice);
    } catch (error) {
      const code = error instanceof VernamError ? error.code : "gateway.internal";
      if (isPassing(error)) return { outcome: "retry", code };
      this.#options.onRefused(from, code);
      return { outcome: "refused", code };
    }
  }

  async #takeRecord(from: string, notice: RecordNotice): Promise<NoticeResult> {
    const key = await this.#macKey(from, notice.macKeyId);
    checkRecordMac(key, notice.record, notice.mac);
    const record = parseDrawRecord(notice.record);
    await this.#verify(from, record);
    const name = toHex(record.hash);
    const running = this.#running.get(name);
    if (running !== undefined) return running;
    const names = [name, ...record.value.keyIds.map((id) => `${from} ${toHex(id)}`)];
    if (names.some((other) => this.#running.has(other))) throw keyRepeated();
    const taken = this.#collectAndStore(from, record).finally(() => {
      for (const other of names) this.#running.delete(other);
    });
    for (const other of names) this.#running.set(other, taken);
    return taken;
  }

  async #verify(from: string, { value, signed, bytes, hash }: ParsedRecord): Promise<void> {
    const { site, devices, revocations, now } = this.#options;
    if (value.masterSite !== from) throw refusal("record.master-site", "the record is another site's");
    if (!value.slaveSites.includes(site))
      throw refusal("record.not-for-here", "the record names other sites");
    if (value.expiry <= now()) throw refusal("record.expired", "the record has expired");
    if (value.drawnAt > now() + limits.clockSkew)
      throw refusal("record.early", "the record is from the future");
    await verifyDrawRecord({ value, signed, bytes, hash }, this.#options.siteList());
    // A device of ours draws from us: whoever says that it drew elsewhere lies about it.
    if ((await devices.find(value.drawingDevice)) !== undefined)
      throw refusal("record.drawing-device", "the drawing device belongs to this site");
    if (revocations.isRevoked(from, value.drawingDevice))
      throw refusal("device.revoked", "the drawing device was revoked by its site");
  }

  async #collectAndStore(from: string, record: ParsedRecord): Promise<NoticeResult> {
    const { site, devices, contexts, writes, now } = this.#options;
    const { value } = record;
    const share = value.shares?.find((one) => one.site === site);
    const keyIds = share === undefined ? value.keyIds : keyIdsOfShare(value, share);
    const keys = await this.#collect(from, record, keyIds);
    if (keys === undefined) return accepted;
    const key = share === undefined ? joinKeys(keys, value.bytes) : unmask(share, keys, keyIds);
    try {
      const copies = this.#voided.has(toHex(record.hash))
        ? []
        : await sealToNamed({
            recipients: value.recipients,
            recordHash: record.hash,
            key,
            devices,
            contexts,
            now: now(),
          });
      const row: RecordRow = {
        site,
        masterSite: from,
        recordHash: record.hash,
        record: record.bytes,
        keyIds: value.keyIds,
        drawnAt: value.drawnAt,
        expiry: value.expiry,
        copies,
      };
      if ((await writes.intake(row)) === "key-repeated") throw keyRepeated();
      contexts.markStored(copies);
      if (copies.length > 0) this.#options.onCopies(row);
      return accepted;
    } finally {
      key.destroy();
    }
  }

  /**
   * The record's keys, or undefined when they were collected with this very record before. A key manager hands a key
   * out once, so only a key that it does not have needs a look at the register; the commit checks every one. What was
   * collected and never stored (a kill in between) is recovered where our own key manager kept it.
   */
  async #collect(
    from: string,
    { value, hash }: ParsedRecord,
    keyIds: readonly Bytes[],
  ): Promise<readonly ProvidedKey[] | undefined> {
    const { site, collector, records, saeOf, writes, now } = this.#options;
    try {
      return await collector.collect(saeOf(from), keyIds.map(formatUuid));
    } catch (error) {
      if (!(error instanceof VernamError) || error.code !== "key.not-found") throw error;
      if ((await records.known(hash)).received) return undefined;
      const spent = await Promise.all(keyIds.map((keyId) => records.spent(from, keyId)));
      if (spent.includes(true)) throw keyRepeated();
      const lost = await collector.recover(saeOf(from), keyIds.map(formatUuid));
      if (lost !== undefined) return lost;
      if (now() - value.drawnAt <= collectGraceMs)
        throw new GatewayError("notice.key-late", "The key has not reached this site yet.", { status: 503 });
      // The devices that ask for it learn that it will not come.
      await writes.voidRecord({ site, recordHash: hash, at: now(), expiry: value.expiry });
      throw error;
    }
  }

  async #takeVoid(from: string, notice: Extract<PeerNotice, { kind: "void" }>): Promise<NoticeResult> {
    const { site, writes, now } = this.#options;
    const key = await this.#macKey(from, notice.macKeyId);
    if (!macMatches(key, voidMessage(from, site, notice.recordHash), notice.mac))
      throw refusal("notice.mac", "a notice between gateways fails its authentication");
    this.#voided.add(toHex(notice.recordHash));
    await writes.voidRecord({ site, recordHash: notice.recordHash, at: now(), expiry: notice.expiry });
    return accepted;
  }

  async #takeRevocation(
    from: string,
    notice: Extract<PeerNotice, { kind: "revocation" }>,
  ): Promise<NoticeResult> {
    await this.#options.revocations.take(from, notice.list);
    return accepted;
  }

  async #macKey(from: string, keyId: Bytes): Promise<Uint8Array> {
    try {
      return await this.#options.pairKeys.incoming(from, keyId);
    } catch (error) {
      if (error instanceof VernamError && error.code === "key.not-found")
        throw new GatewayError(
          "notice.mac-key-lost",
          "The day key of this pair of gateways is unknown here.",
          {
            status: 503,
          },
        );
      throw error;
    }
  }
}

/** The record's key from this site's own. @throws ProtocolError record.share. */
function unmask(share: KeyShare, keys: readonly ProvidedKey[], keyIds: readonly Bytes[]): SecretBytes {
  const own = joinKeys(keys, share.masked.length + shareTagKeyBytes);
  return own.consume((pad) => SecretBytes.own(openShare(share, pad, keyIds)));
}

/** Errors that may be gone when the notice comes again: anything but a verdict on the notice itself. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof VernamError)) return true;
  return error.code === "key.unavailable" || (error instanceof GatewayError && error.status >= 500);
}

function refusal(code: string, message: string): GatewayError {
  return new GatewayError(code, message, { status: 403 });
}

function keyRepeated(): GatewayError {
  return refusal("record.key-repeated", "a key_ID of the record was used before");
}
