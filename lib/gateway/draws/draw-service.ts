import { encodeDrawRecord } from "../../protocol/draw-record.ts";
import type { DrawRequest } from "../../protocol/draw-request.ts";
import { hash } from "../../protocol/hash.ts";
import { labels } from "../../protocol/labels.ts";
import { checkLevel } from "../../protocol/level-policy.ts";
import { signBody } from "../../protocol/signed.ts";
import type { Signer } from "../../protocol/signing.ts";
import { type Suite, suites } from "../../protocol/suites.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";
import type { PolicyBook } from "../administration/policy-book.ts";
import type { DeviceRegister } from "../enrolment/device-register.ts";
import type { DeviceRow } from "../enrolment/device-row.ts";
import { GatewayError } from "../gateway-error.ts";
import type { DrawRow, OutboxRow } from "../store/draw-writes.ts";
import type { GatewayWrites } from "../store/gateway-writes.ts";
import { type DrawUse, describeUse, localPad, recordLifeMs, recordOf } from "./describe-draw.ts";
import { wishesOfLevel } from "./draw-wishes.ts";
import type { DrawnPad } from "./drawn-pad.ts";
import { nextNoticeId, type Outbox } from "./outbox.ts";
import type { PadDrawer } from "./pad-drawer.ts";
import type { PairKeys } from "./pair-keys.ts";
import { sealToNamed } from "./record-keys.ts";
import type { RecordStore } from "./record-store.ts";
import type { SealingContexts } from "./sealing-contexts.ts";

export interface DrawServiceOptions {
  readonly site: string;
  readonly signer: Signer;
  readonly pads: PadDrawer;
  readonly pairKeys: PairKeys;
  readonly devices: DeviceRegister;
  readonly contexts: SealingContexts;
  readonly records: RecordStore;
  readonly writes: GatewayWrites;
  readonly outbox: Outbox;
  readonly policies: Pick<PolicyBook, "levels" | "admit">;
  readonly saeOf: (site: string) => string;
  readonly knowsSite: (site: string) => boolean;
  readonly onUse: (use: DrawUse) => void;
  /** Copies for devices of this site are committed. */
  readonly onCopies: (row: DrawRow) => void;
  readonly now: () => number;
}

/** The answer to a draw. Whoever gets it destroys `key` once it is sent, and voids the record when it cannot be. */
export interface DrawAnswer {
  readonly record: Bytes;
  readonly recordHash: Bytes;
  readonly key: SecretBytes;
}

/** Requests answered lately that are known without asking the database; an older one is found when it is committed. */
const mostRemembered = 4096;

/**
 * Draws keys for the devices of one site, as master. A request is answered once: its identifier is durable with the
 * record before the answer leaves, and asking again voids the key that got lost on the way.
 */
export class DrawService {
  readonly #options: DrawServiceOptions;
  readonly #running = new Set<string>();
  /** Hashes of the records that answered the latest requests; the database knows them all. */
  readonly #answered = new Map<string, Bytes>();

  constructor(options: DrawServiceOptions) {
    this.#options = options;
  }

  /**
   * @throws GatewayError draw.*, device.*; ProtocolError level.suite-too-weak; what the key manager reports
   *   (`key.unavailable` with its retry time).
   */
  async draw(device: DeviceRow, request: DrawRequest): Promise<DrawAnswer> {
    this.#check(device, request);
    const name = `${toHex(device.device)} ${toHex(request.requestId)}`;
    if (this.#running.has(name)) throw repeated();
    this.#running.add(name);
    try {
      const before = this.#answered.get(name);
      if (before !== undefined) await this.#refuseRepeat(device, before);
      const answer = await this.#drawOnce(device, request);
      this.#remember(name, answer.recordHash);
      return answer;
    } finally {
      this.#running.delete(name);
    }
  }

  /** Bits of key left now with each of these sites; one that cannot be asked has none. @throws GatewayError draw.unknown-site */
  async stock(sites: readonly string[]): Promise<readonly number[]> {
    const { site: own, pads, saeOf, knowsSite } = this.#options;
    if (!sites.every((site) => site !== own && knowsSite(site)))
      throw new GatewayError("draw.unknown-site", "There is no such other site in this network.");
    return await Promise.all(sites.map((site) => pads.stock(saeOf(site)).catch(() => 0)));
  }

  /** Nobody may use this record's key any more: copies go here and at every receiving site. */
  async void(device: DeviceRow, recordHash: Uint8Array): Promise<void> {
    const { site, records, writes, outbox, now } = this.#options;
    const drawn = await records.drawnBy(device.device, recordHash);
    if (drawn === undefined) throw new GatewayError("draw.unknown", "This device drew no such key.");
    if (drawn.voided) return;
    const notices = drawn.record.slaveSites.map<OutboxRow>((peer) => ({
      site,
      id: nextNoticeId(now()),
      peer,
      kind: "void",
      subject: recordHash,
      body: null,
      expiry: drawn.record.expiry,
    }));
    await Promise.all([
      writes.voidRecord({ site, recordHash, at: now(), expiry: drawn.record.expiry }),
      ...notices.map((notice) => writes.notice(notice)),
    ]);
    outbox.push(notices);
  }

  #check(device: DeviceRow, request: DrawRequest): void {
    if (device.state !== "certified") {
      throw new GatewayError("device.revoked", "This device was revoked by its site.", { status: 403 });
    }
    if (device.notAfter === undefined || device.notAfter < this.#options.now()) {
      throw new GatewayError("device.certificate-lapsed", "This device's certificate has lapsed.", {
        nextStep: "Renew the certificate over this channel, then draw.",
      });
    }
    checkLevel(strongestUse(request.suite), request.level, this.#options.policies.levels);
    if (request.count !== 1) {
      throw new GatewayError("draw.count", "This gateway draws one key per request.", {
        nextStep: "Send one request for each key.",
      });
    }
    const epoch = request.suite === suites.aes || request.suite === suites.hybrid;
    if (epoch && request.bytes !== 32) {
      throw new GatewayError("draw.size", "An epoch of suite AES or HYBRID takes a key of 32 bytes.");
    }
    const foreign = request.recipients.find((recipient) => !this.#options.knowsSite(recipient.site));
    if (foreign !== undefined) {
      throw new GatewayError("draw.unknown-site", "A recipient's site is not in the site list.");
    }
    if (request.recipients.some((recipient) => toHex(recipient.device) === toHex(device.device))) {
      throw new GatewayError("draw.self", "The drawing device is not one of its own recipients.");
    }
  }

  async #refuseRepeat(device: DeviceRow, before: Uint8Array | undefined): Promise<never> {
    if (before !== undefined) await this.void(device, before);
    throw repeated();
  }

  #remember(name: string, recordHash: Bytes): void {
    this.#answered.set(name, recordHash);
    const [oldest] = this.#answered.keys();
    if (this.#answered.size > mostRemembered && oldest !== undefined) this.#answered.delete(oldest);
  }

  async #drawOnce(device: DeviceRow, request: DrawRequest): Promise<DrawAnswer> {
    const sites = new Set(request.recipients.map((recipient) => recipient.site));
    sites.delete(this.#options.site);
    const slaveSites = [...sites].sort();
    const pad =
      slaveSites.length === 0 ? localPad(request.bytes) : await this.#remotePad(slaveSites, request);
    try {
      return await this.#bind(device, request, slaveSites, pad);
    } catch (error) {
      pad.key.destroy();
      throw error;
    }
  }

  /** Within the quotas: key and, first, the means to authenticate the record to each receiving gateway. */
  async #remotePad(slaveSites: readonly string[], { bytes, level }: DrawRequest): Promise<DrawnPad> {
    const { site, pads, pairKeys, policies, saeOf } = this.#options;
    await Promise.all(slaveSites.map((peer) => pairKeys.outgoing(peer)));
    const takeBack = policies.admit({ site, level, bytes });
    try {
      return await pads.draw(slaveSites.map(saeOf), bytes, wishesOfLevel(level, policies.levels));
    } catch (error) {
      takeBack();
      throw error;
    }
  }

  /** Signs the record, seals copies for this site's devices and commits, before anything leaves. */
  async #bind(
    device: DeviceRow,
    request: DrawRequest,
    slaveSites: readonly string[],
    pad: DrawnPad,
  ): Promise<DrawAnswer> {
    const { site, signer, devices, contexts, writes, outbox, now } = this.#options;
    const drawnAt = now();
    const body = encodeDrawRecord(recordOf(site, device, request, slaveSites, pad, drawnAt));
    const record = await signBody(labels.draw, body, signer);
    const recordHash = hash(record);
    const copies = await sealToNamed({
      recipients: request.recipients,
      recordHash,
      key: pad.key,
      devices,
      contexts,
      now: drawnAt,
    });
    const expiry = drawnAt + recordLifeMs;
    const notices = slaveSites.map<OutboxRow>((peer) => ({
      site,
      id: nextNoticeId(drawnAt),
      peer,
      kind: "record",
      subject: recordHash,
      body: record,
      expiry,
    }));
    const row: DrawRow = {
      site,
      masterSite: site,
      recordHash,
      record,
      keyIds: pad.keyIds,
      drawnAt,
      expiry,
      copies,
      device: device.device,
      request: request.requestId,
      notices,
    };
    const outcome = await writes.draw(row);
    if (outcome === "request-repeated") {
      const { records } = this.#options;
      return this.#refuseRepeat(device, await records.answered(device.device, request.requestId));
    }
    if (outcome === "key-repeated") {
      throw new GatewayError("draw.key-repeated", "The key manager supplied a key_ID that was used before.", {
        status: 500,
        nextStep: "Report this to the site's administrator: the key manager repeats keys.",
      });
    }
    contexts.markStored(copies);
    outbox.push(notices);
    if (copies.length > 0) this.#options.onCopies(row);
    // Local keys are no key manager's.
    if (slaveSites.length > 0) this.#options.onUse(describeUse(site, request, pad, drawnAt));
    return { record, recordHash, key: pad.key };
  }
}

/** A HYBRID epoch may serve OTP_HYBRID, whose pads are drawn and checked one by one. */
function strongestUse(suite: Suite): Suite {
  return suite === suites.hybrid ? suites.otpHybrid : suite;
}

function repeated(): GatewayError {
  return new GatewayError("draw.repeated", "This request was made before; the key it drew is void.", {
    status: 409,
    nextStep: "Draw again with a new request.",
  });
}
