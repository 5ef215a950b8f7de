import { limits } from "../../protocol/limits.ts";
import { type Recipient, sortRecipients } from "../../protocol/recipients.ts";
import type { Revocations } from "../../protocol/revocation-list.ts";
import type { Roster, RosterDeviceState } from "../../protocol/roster.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import { ReceiverFacts } from "../inbox/receiver-facts.ts";
import type { DeviceStore, StoreWrite } from "../store/device-store.ts";
import { RecentMap } from "./recent-map.ts";
import { type ProgressRow, progressRow, type ReceiptRow } from "./rows.ts";
import { SerialQueue } from "./serial-queue.ts";

const ownKept = 4096;

/** Messages of a restored history have their places before the first one that came here. */
const firstOrdinal = 2 ** 32;

const emptyProgress: ProgressRow = {
  cursor: 0,
  nextOrdinal: firstOrdinal,
  ownSequence: 0,
  ownPrevious: new Uint8Array(0),
  frontier: [],
  readOrdinal: 0,
  unread: 0,
  lastText: "",
  lastAt: 0,
  dueDelivered: false,
  dueRead: false,
};

/** One conversation in memory: membership, progress and what others received. Rows are written by its users. */
export class Conversation {
  readonly id: string;
  readonly idBytes: Bytes;
  roster: Roster | undefined;
  progress: ProgressRow = emptyProgress;
  /** The title that a message gave after the conversation was made, and when. */
  renamed: { readonly title: string; readonly at: number } | undefined;
  /** Per other device: how far it got with this device's messages. */
  readonly receipts = new Map<string, ReceiptRow>();
  /** Sequence numbers of this device's latest envelopes, by hash. */
  readonly ownSequences = new RecentMap<number>(ownKept);

  /** Stored envelopes, epochs and used records, for the opening checks. */
  readonly facts: ReceiverFacts;
  /** Entries of this conversation are settled one after another. */
  readonly queue = new SerialQueue();

  constructor(id: string, store: DeviceStore, self: string) {
    this.id = id;
    this.idBytes = fromHex(id);
    this.facts = new ReceiverFacts(store, self, id, this.idBytes);
  }

  progressWrite(): StoreWrite {
    return { table: "progress", key: this.id, value: progressRow.encode(this.progress) };
  }

  takeOrdinal(): number {
    const ordinal = this.progress.nextOrdinal;
    this.progress = { ...this.progress, nextOrdinal: ordinal + 1 };
    return ordinal;
  }

  /** All devices on the roster but `self` and revoked ones, as a draw names them. */
  recipients(self: string, revocations: Revocations): readonly Recipient[] {
    const devices = [...(this.roster?.devices.values() ?? [])].filter(
      ({ device, site }) => toHex(device) !== self && revocations.revokedAt(site, device) === undefined,
    );
    return sortRecipients(devices.map(({ device, site }) => ({ device, site })));
  }

  /** Whether anybody else could open a message now. */
  hasListener(selfUser: string): boolean {
    return [...(this.roster?.devices.values() ?? [])].some(({ user }) => toHex(user) !== selfUser);
  }

  /** Where this device's present membership begins: what others wrote before is not missing. 0: from the first. */
  historyBegins = 0;

  get title(): string | undefined {
    return this.renamed?.title ?? this.roster?.title;
  }

  /** Whether this person is a member, or was one. */
  wasMember(user: string): boolean {
    for (let at = this.roster; at; at = at.before) if (at.members.has(user)) return true;
    return false;
  }

  device(device: string): RosterDeviceState | undefined {
    return this.roster?.devices.get(device);
  }

  /** Whose device this is, or was: a member that was removed is on an earlier roster. */
  holder(device: Bytes): Bytes | undefined {
    const id = toHex(device);
    for (let at = this.roster; at; at = at.before) {
      const user = at.devices.get(id)?.user;
      if (user) return user;
    }
    return undefined;
  }

  /** Hashes that the next own envelope names as parents: its own previous one always. */
  parents(): readonly Bytes[] {
    const { ownPrevious, frontier } = this.progress;
    const others = frontier.filter((hash) => !equalBytes(hash, ownPrevious));
    const own = ownPrevious.length > 0 ? [ownPrevious] : [];
    return [...own, ...others.slice(-(limits.parents - own.length))];
  }

  /** The frontier after an envelope with these parents became known. */
  frontierAfter(hash: Bytes, parents: readonly Bytes[]): readonly Bytes[] {
    const named = new Set(parents.map(toHex));
    const left = this.progress.frontier.filter((known) => !named.has(toHex(known)));
    return [...left, hash].slice(-limits.frontier);
  }
}
