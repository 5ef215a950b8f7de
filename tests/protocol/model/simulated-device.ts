import { destroyChain } from "../../../lib/protocol/chain.ts";
import {
  composeInEpoch,
  composeOtp,
  composeOtpHybrid,
  type Draft,
  keyBytesFor,
  type SendingEpoch,
  startSendingEpoch,
} from "../../../lib/protocol/composing.ts";
import { type ParsedEnvelope, parseEnvelope } from "../../../lib/protocol/envelope.ts";
import { openEpochStart } from "../../../lib/protocol/epoch-opening.ts";
import { type ParsedEpochStart, parseEpochStart } from "../../../lib/protocol/epoch-start.ts";
import { noteResent, openEnvelope } from "../../../lib/protocol/opening.ts";
import type { OpeningContext } from "../../../lib/protocol/opening-checks.ts";
import { payloadText } from "../../../lib/protocol/payload.ts";
import { MemoryReceiver, type ReceiverChange } from "../../../lib/protocol/receiver.ts";
import { decodeReceivingEpoch, encodeReceivingEpoch } from "../../../lib/protocol/receiving-epoch.ts";
import {
  checkResendRequest,
  parseResendRequest,
  resendReasons,
  resendsPerDevice,
  type SentMessage,
  signResendRequest,
} from "../../../lib/protocol/resend-request.ts";
import { applyRosterEvent, type Roster } from "../../../lib/protocol/roster.ts";
import type { EpochSuite, Suite } from "../../../lib/protocol/suites.ts";
import { VernamError } from "../../../lib/shared/errors.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { randomUuid, timeUuid } from "../../../lib/shared/uuid.ts";
import type { TestDevice } from "../world.ts";
import type { LogEntry, SimulatedNetwork } from "./simulated-network.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export interface SentText extends SentMessage {
  readonly text: string;
  readonly suite: Suite;
}

const none: Bytes = new Uint8Array(0);
const waits = ["roster.unknown-head", "record.missing", "key.missing", "epoch.unknown"];
const notForUs = [
  "roster.self-absent",
  "record.not-named",
  "sender.self",
  "sequence.replayed",
  "epoch.replayed",
];

const parsedEntries = new WeakMap<LogEntry, ParsedEnvelope | ParsedEpochStart>();

function parseOnce(entry: LogEntry): ParsedEnvelope | ParsedEpochStart {
  let parsed = parsedEntries.get(entry);
  if (parsed === undefined) {
    parsed = entry.kind === "epoch" ? parseEpochStart(entry.bytes) : parseEnvelope(entry.bytes);
    parsedEntries.set(entry, parsed);
  }
  return parsed;
}

/** A device as the engine will be: what is durable survives `restart`, sending chains do not. */
export class SimulatedDevice {
  roster: Roster | undefined;
  receiver = new MemoryReceiver();
  /** Texts read, by the hash of the original envelope. */
  readonly read = new Map<string, string[]>();
  readonly sent = new Map<string, SentText>();
  readonly refused: string[] = [];
  #pending: LogEntry[] = [];
  readonly #epochIds = new Map<string, Bytes>();
  readonly #asked = new Set<string>();
  readonly #asks = new Map<string, number>();
  readonly #sending = new Map<EpochSuite, SendingEpoch>();
  #cursor = 0;
  #sequence = 0;
  #previous: Bytes = none;
  #seen: Bytes = none;

  constructor(
    readonly facts: TestDevice,
    readonly network: SimulatedNetwork,
  ) {}

  get isMember(): boolean {
    return this.roster?.devices.has(toHex(this.facts.id)) ?? false;
  }

  /** Takes up to `count` entries from the log, tries what waits in any order. True when something changed. */
  async deliver(count: number): Promise<boolean> {
    const { log, chance } = this.network;
    const until = Math.min(log.length, this.#cursor + count);
    const fresh = until > this.#cursor;
    for (; this.#cursor < until; this.#cursor++) await this.#take(log[this.#cursor] as LogEntry);
    const trying = this.#pending;
    for (let i = trying.length - 1; i > 0; i--) {
      const j = chance.below(i + 1);
      [trying[i], trying[j]] = [trying[j] as LogEntry, trying[i] as LogEntry];
    }
    this.#pending = [];
    let opened = false;
    for (const entry of trying) {
      if ((this.#mayOpen(entry) || chance.chance(0.01)) && (await this.#try(entry))) opened = true;
      else this.#pending.push(entry);
    }
    return fresh || opened;
  }

  /** Whether what was missing may be here: each attempt costs signatures. */
  #mayOpen(entry: LogEntry): boolean {
    const { network, facts } = this;
    const has = (record: Bytes) => network.handed(facts.id, record) !== undefined;
    try {
      const parsed = parseOnce(entry);
      if ("value" in parsed) return has(parsed.value.drawRecordHash);
      const { fields, hash } = parsed;
      const { epochId, drawRecordHash, suite, resends } = fields;
      if (this.read.has(toHex(resends)) || this.sent.has(toHex(resends))) return true;
      if (this.#isLost(drawRecordHash, epochId)) return this.isMember && !this.#asked.has(toHex(hash));
      return suite === 1 ? has(drawRecordHash) : this.receiver.epoch(epochId) !== undefined;
    } catch {
      return true;
    }
  }

  #isLost(recordHash: Bytes, epochId: Bytes): boolean {
    const ofEpoch = this.network.epochRecords.get(toHex(epochId));
    return [recordHash, ofEpoch].some((one) => one && this.network.isLost(this.facts.id, one));
  }

  async #take(entry: LogEntry): Promise<void> {
    if (entry.kind === "roster")
      this.roster = await applyRosterEvent(this.roster, entry.bytes, (hash) =>
        this.network.certificates.get(hash),
      );
    else if (entry.kind === "resend") await this.#answer(entry.bytes);
    else this.#pending.push(entry);
  }

  /** False while something is missing. */
  async #try(entry: LogEntry): Promise<boolean> {
    try {
      if (entry.kind === "epoch") {
        const opened = await openEpochStart(entry.bytes, this.#context());
        this.#commit(opened.change);
        for (const secret of opened.consumed) secret.destroy();
      } else await this.#openEnvelope(entry.bytes);
      if (!entry.honest) throw new Error("a forged entry was accepted");
      return true;
    } catch (error) {
      if (!(error instanceof VernamError)) throw error;
      if (waits.includes(error.code)) return !entry.honest;
      if (!notForUs.includes(error.code)) {
        if (entry.honest)
          throw new Error(`an honest ${entry.kind} was refused: ${error.code}`, { cause: error });
        this.refused.push(error.code);
      }
      return true;
    }
  }

  async #openEnvelope(bytes: Bytes): Promise<void> {
    const { resends, drawRecordHash, epochId } = parseEnvelope(bytes).fields;
    const original = toHex(resends);
    if (resends.length > 0 && (this.read.has(original) || this.sent.has(original))) {
      this.#commit((await noteResent(bytes, this.#context())).change);
      return;
    }
    const opened = await openEnvelope(bytes, this.#context()).catch(async (error: unknown) => {
      await this.#askAgain(bytes, drawRecordHash, epochId);
      throw error;
    });
    this.#commit(opened.change);
    for (const secret of opened.consumed) secret.destroy();
    this.#seen = opened.envelopeHash;
    const name = resends.length > 0 ? original : toHex(opened.envelopeHash);
    this.read.set(name, [...(this.read.get(name) ?? []), payloadText(opened.payload)]);
  }

  /** When this device's key, or its epoch's, was lost. */
  async #askAgain(bytes: Bytes, recordHash: Bytes, epochId: Bytes): Promise<void> {
    const { hash, fields } = parseEnvelope(bytes);
    // What was sent again may be lost again: it is the original that is asked for.
    const envelope = fields.resends.length > 0 ? fields.resends : hash;
    if (!this.#isLost(recordHash, epochId) || !this.isMember || this.#asked.has(toHex(hash))) return;
    this.#asked.add(toHex(hash));
    const times = (this.#asks.get(toHex(envelope)) ?? 0) + 1;
    if (times > resendsPerDevice || this.read.has(toHex(envelope))) return;
    this.#asks.set(toHex(envelope), times);
    const { conversation, now } = this.network;
    const request = {
      conversation,
      device: this.facts.id,
      envelope,
      reason: resendReasons.keyLost,
      at: now,
    };
    const signed = await signResendRequest(request, this.facts.signer);
    this.network.log.push({ kind: "resend", bytes: signed, honest: true });
  }

  async #answer(bytes: Bytes): Promise<void> {
    const request = parseResendRequest(bytes);
    const original = this.sent.get(toHex(request.value.envelope));
    if (original === undefined || this.roster === undefined || !this.isMember) return;
    try {
      const { device } = await checkResendRequest(request, this.roster, original);
      await this.send(original.text, original.suite, { original: request.value.envelope, device });
    } catch (error) {
      if (!(error instanceof VernamError) || !error.code.startsWith("resend.")) throw error;
    }
  }

  /** Appends a message (and its epoch's start) to the log. Undefined when the gateway gives no key. */
  async send(
    text: string,
    suite: Suite,
    again?: { readonly original: Bytes; readonly device: Bytes },
  ): Promise<string | undefined> {
    const roster = this.roster as Roster;
    const draft: Draft = {
      messageId: timeUuid(this.network.now),
      sequence: this.#sequence + 1,
      parents: [this.#previous, this.#seen].filter((one) => one.length > 0),
      level: 0,
      sentAt: this.network.now,
      resends: again?.original ?? none,
      payload: { kind: 1, body: text },
    };
    const made = await this.#compose(draft, suite, roster, again?.device);
    if (made === undefined) return undefined;
    this.#sequence++;
    this.#previous = made.hash;
    this.#seen = none;
    const { parents, sequence } = draft;
    this.receiver.commit({ envelope: { hash: made.hash, parents, device: this.facts.id, sequence } });
    // A revoked device still has its open epochs: nobody may accept what it writes in them.
    const honest = !this.network.isRevoked(this.facts.id);
    this.network.log.push({ kind: "envelope", bytes: made.bytes, honest });
    const name = toHex(made.hash);
    if (again === undefined)
      this.sent.set(name, { text, suite, recipients: made.recipients, resentToDevice: 0, deleted: false });
    return name;
  }

  async #compose(draft: Draft, suite: Suite, roster: Roster, only: Bytes | undefined) {
    const { facts, network } = this;
    const { signer } = facts;
    if (suite === 1) {
      const drawn = await network.draw(facts, roster, 1, keyBytesFor(draft.payload, 1), only);
      if (drawn === undefined) return undefined;
      const made = await composeOtp(draft, drawn.record, drawn.key, signer);
      return { ...made, recipients: drawn.record.value.recipients };
    }
    const epoch = await this.#epoch(suite === 2 ? 2 : 3, roster, only);
    if (epoch === undefined) return undefined;
    if (suite !== 4) {
      const made = await composeInEpoch(draft, epoch, signer);
      if (only === undefined) this.#sending.set(suite, made.epoch);
      else destroyChain(made.epoch.chain);
      return { ...made, recipients: epoch.record.value.recipients };
    }
    const drawn = await network.draw(facts, roster, 4, keyBytesFor(draft.payload, 4), only);
    if (drawn === undefined) return undefined;
    const made = await composeOtpHybrid(draft, epoch, drawn.record, drawn.key, signer);
    if (only === undefined) this.#sending.set(3, made.epoch);
    else destroyChain(made.epoch.chain);
    return { ...made, recipients: drawn.record.value.recipients };
  }

  /** The open epoch of this membership, or a new one; one for a single device is used once. */
  async #epoch(suite: EpochSuite, roster: Roster, only?: Bytes): Promise<SendingEpoch | undefined> {
    const open = this.#sending.get(suite);
    if (open && this.network.revocations.nameOneOf(open.record.value.recipients)) {
      this.#forget(suite);
      return this.#epoch(suite, roster, only);
    }
    if (only === undefined && open && toHex(open.record.value.rosterHead) === toHex(roster.head)) return open;
    const drawn = await this.network.draw(this.facts, roster, suite, 32, only);
    if (drawn === undefined) return undefined;
    const { certificates, now } = this.network;
    const sealingKeyOf = (device: Bytes) => certificates.ofDevice(device).at(-1)?.value.sealingKey;
    const hybrid = suite === 3 ? { sealingKeyOf } : undefined;
    const id = randomUuid();
    const { signer } = this.facts;
    const started = await startSendingEpoch(id, drawn.record, drawn.key, roster, signer, now, hybrid);
    this.network.epochRecords.set(toHex(id), drawn.record.hash);
    this.network.log.push({ kind: "epoch", bytes: started.bytes, honest: true });
    if (only === undefined) this.#forget(suite);
    return started.epoch;
  }

  /** The process ends and begins again: chains to send with are gone, everything stored is read back. */
  restart(): void {
    this.rekey();
    const before = this.receiver;
    for (const id of this.#epochIds.values()) {
      const epoch = before.epoch(id);
      if (epoch) before.commit({ epoch: decodeReceivingEpoch(encodeReceivingEpoch(epoch)) });
    }
  }

  rekey(): void {
    this.#forget(2);
    this.#forget(3);
  }

  #forget(suite: EpochSuite): void {
    const epoch = this.#sending.get(suite);
    if (epoch) destroyChain(epoch.chain);
    this.#sending.delete(suite);
  }

  #commit(change: ReceiverChange): void {
    this.receiver.commit(change);
    if (change.epoch) this.#epochIds.set(toHex(change.epoch.epochId), change.epoch.epochId);
  }

  #context(): OpeningContext {
    if (this.roster === undefined) throw new Error("no membership yet");
    const { network, facts } = this;
    return {
      conversation: network.conversation,
      self: facts.id,
      now: network.now,
      certificates: network.certificates,
      roster: this.roster,
      handedKey: (hash) => network.handed(facts.id, hash),
      receiver: this.receiver,
      sealingSeeds: () => [facts.sealing.seed],
      revocations: network.revocations,
    };
  }
}
