import type {
  RelayListener,
  RelayPort,
  RelayQuestion,
  RelayReply,
  RelayRequest,
} from "../../../lib/messenger/relay/relay-port.ts";
import { RelayRefused, relayOffline } from "../../../lib/messenger/relay/relay-refused.ts";
import { parseDeviceCertificate } from "../../../lib/protocol/device-certificate.ts";
import { hash } from "../../../lib/protocol/hash.ts";
import { parseReceipt, receiptKinds } from "../../../lib/protocol/receipt.ts";
import type { EntryKind, HintKind, RelayRefusal } from "../../../lib/protocol/relay-events.ts";
import { parseRosterEvent } from "../../../lib/protocol/roster-event.ts";
import { type Bytes, copyBytes, equalBytes } from "../../../lib/shared/bytes.ts";
import { toHex } from "../../../lib/shared/hex.ts";

export interface StoredEntry {
  seq: number;
  kind: EntryKind;
  bytes: Bytes;
  clientId: string;
  sender: string;
}

interface Log {
  entries: StoredEntry[];
  byClientId: Map<string, StoredEntry>;
  rosterHead: string;
  members: Set<string>;
  /** Number of the event that removed a former member. */
  departed: Map<string, number>;
  receipts: Map<string, { device: string; kind: "delivered" | "read"; bytes: Bytes }>;
}

/** The relay in memory: same events, same answers, and hooks for a relay that misbehaves. */
export class FakeRelay {
  readonly logs = new Map<string, Log>();
  readonly users = new Map<string, { name: string; site: string }>();
  readonly certificates = new Map<string, Bytes>();
  readonly ports = new Set<FakeRelayPort>();
  /** Changes, drops (null) or delays what is pushed and read. */
  tamper: (entry: StoredEntry) => StoredEntry | null = (entry) => entry;
  /** Called before an entry's acknowledgement leaves; throwing loses the answer. */
  beforeAck: (entry: StoredEntry) => void = () => undefined;
  /** Takes no membership events. */
  refuseRosters = false;
  refuseEntry: ((bytes: Uint8Array) => RelayRefusal | undefined) | undefined;

  port(user: string): FakeRelayPort {
    return new FakeRelayPort(this, user);
  }

  log(conversation: string): Log {
    let log = this.logs.get(conversation);
    if (!log) {
      log = {
        entries: [],
        byClientId: new Map(),
        rosterHead: "",
        members: new Set(),
        departed: new Map(),
        receipts: new Map(),
      };
      this.logs.set(conversation, log);
    }
    return log;
  }

  /** The last number that this user may read. */
  lastFor(conversation: string, user: string): number {
    const { members, departed, entries } = this.log(conversation);
    if (members.has(user)) return entries.length;
    const last = departed.get(user);
    if (last === undefined) throw unknownConversation();
    return last;
  }

  requireMember(conversation: string, user: string): void {
    if (!this.log(conversation).members.has(user)) throw unknownConversation();
  }

  /** `untold` does not hear of its own entry: the answer says its number. */
  append(
    conversation: string,
    kind: EntryKind,
    bytes: Bytes,
    clientId: string,
    sender: string,
    untold?: FakeRelayPort,
  ): StoredEntry {
    const log = this.log(conversation);
    const entry = { seq: log.entries.length + 1, kind, bytes: copyBytes(bytes), clientId, sender };
    log.entries.push(entry);
    log.byClientId.set(clientId, entry);
    this.push(conversation, entry, untold);
    return entry;
  }

  push(conversation: string, entry: StoredEntry, untold?: FakeRelayPort): void {
    const shown = this.tamper(entry);
    if (!shown) return;
    for (const port of this.ports)
      if (port !== untold && this.log(conversation).members.has(port.user) && port.connected)
        port.deliver((listener) => listener.entry({ conversation, ...shown, bytes: copyBytes(shown.bytes) }));
  }
}

export class FakeRelayPort implements RelayPort {
  readonly user: string;
  readonly #relay: FakeRelay;
  #listener: RelayListener | undefined;
  connected = false;
  device = "";

  constructor(relay: FakeRelay, user: string) {
    this.#relay = relay;
    this.user = user;
  }

  open(device: string, listener: RelayListener): void {
    this.device = device;
    this.#listener = listener;
    this.#relay.ports.add(this);
    this.connect();
  }

  connect(): void {
    if (this.connected) return;
    this.connected = true;
    this.deliver((listener) => listener.connected());
  }

  disconnect(): void {
    if (!this.connected) return;
    this.connected = false;
    this.#listener?.disconnected();
  }

  deliver(tell: (listener: RelayListener) => void): void {
    queueMicrotask(() => {
      if (this.#listener && this.connected) tell(this.#listener);
    });
  }

  close(): void {
    this.connected = false;
    this.#relay.ports.delete(this);
    this.#listener = undefined;
  }

  hint(conversation: string, kind: HintKind): void {
    for (const port of this.#relay.ports)
      if (port.user !== this.user && this.#relay.log(conversation).members.has(port.user))
        port.deliver((listener) => listener.hint({ conversation, user: this.user, kind }));
  }

  async ask<E extends RelayQuestion>(question: E, request: RelayRequest<E>): Promise<RelayReply<E>> {
    if (!this.connected) throw relayOffline();
    await Promise.resolve();
    const answer = this.#answer(question, request as never);
    await Promise.resolve();
    if (!this.connected) throw relayOffline();
    return { ok: true, ...answer } as unknown as RelayReply<E>;
  }

  #answer(question: RelayQuestion, request: Record<string, never>): object {
    const relay = this.#relay;
    const { conversation } = request as unknown as { conversation: string };
    switch (question) {
      case "directory:publish": {
        const certificate = copyBytes((request as unknown as { certificate: Bytes }).certificate);
        const id = toHex(hash(certificate));
        relay.certificates.set(id, certificate);
        return { hash: id };
      }
      case "directory:user": {
        const { user } = request as unknown as { user: string };
        const person = relay.users.get(user);
        if (!person) throw new RelayRefused({ ok: false, code: "directory.unknown", message: "unknown" });
        const certificates = [...relay.certificates.values()].filter(
          (bytes) => toHex(parseDeviceCertificate(bytes).value.user) === user,
        );
        return { certificates, ...person };
      }
      case "directory:certificate": {
        const certificate = relay.certificates.get((request as unknown as { hash: string }).hash);
        if (!certificate)
          throw new RelayRefused({ ok: false, code: "directory.unknown", message: "unknown" });
        return { certificate };
      }
      case "directory:posts":
        return {
          posts: [...relay.users].map(([user, person]) => ({
            user,
            ...person,
            country: "",
            hasDevice: true,
          })),
        };
      case "conversation:list":
        return {
          conversations: [...relay.logs]
            .filter(([, log]) => log.members.has(this.user) || log.departed.has(this.user))
            .map(([id, log]) => ({
              conversation: id,
              head: relay.lastFor(id, this.user),
              rosterHead: log.rosterHead,
              members: (log.members.has(this.user) ? [...log.members] : []).map((user) => ({
                user,
                ...(relay.users.get(user) ?? { name: "", site: "" }),
              })),
            })),
        };
      case "directory:revocations":
        return {};
      case "roster:append":
        return this.#appendRoster(conversation, request as unknown as { previous: string; event: Bytes });
      case "entry:send":
        return this.#send(
          conversation,
          request as unknown as { clientId: string; kind: EntryKind; bytes: Bytes },
        );
      case "entry:read": {
        const { after, limit } = request as unknown as { after: number; limit: number };
        const last = relay.lastFor(conversation, this.user);
        const entries = relay
          .log(conversation)
          .entries.slice(after, Math.min(after + limit, last))
          .flatMap((entry) => relay.tamper(entry) ?? [])
          .map(({ seq, kind, bytes }) => ({ seq, kind, bytes: copyBytes(bytes) }));
        return { entries, head: last };
      }
      case "receipt:put": {
        const bytes = copyBytes((request as unknown as { receipt: Bytes }).receipt);
        const { value } = parseReceipt(bytes);
        relay.requireMember(conversation, this.user);
        const kind = value.kind === receiptKinds.read ? "read" : "delivered";
        const device = toHex(value.device);
        relay.log(conversation).receipts.set(`${device} ${kind}`, { device, kind, bytes });
        for (const port of relay.ports)
          if (relay.log(conversation).members.has(port.user))
            port.deliver((listener) =>
              listener.receipt({ conversation, device, kind, bytes: copyBytes(bytes) }),
            );
        return {};
      }
      case "receipt:list":
        relay.requireMember(conversation, this.user);
        return { receipts: [...relay.log(conversation).receipts.values()] };
      default:
        throw new RelayRefused({
          ok: false,
          code: "relay.malformed",
          message: `unknown ${question as string}`,
        });
    }
  }

  #appendRoster(conversation: string, { previous, event }: { previous: string; event: Bytes }): object {
    if (this.#relay.refuseRosters)
      throw new RelayRefused({ ok: false, code: "relay.unavailable", message: "not now" });
    const log = this.#relay.log(conversation);
    const id = toHex(hash(event));
    if (log.rosterHead === id) return { seq: log.entries.length };
    if (log.rosterHead !== previous) {
      throw new RelayRefused({
        ok: false,
        code: "roster.conflict",
        message: "not the head",
        head: log.rosterHead,
      });
    }
    const { change } = parseRosterEvent(event).value;
    if (change.kind !== "create") this.#relay.requireMember(conversation, this.user);
    const added = change.kind === "create" ? change.members : change.kind === "add" ? [change.member] : [];
    for (const { user } of added) log.members.add(toHex(user));
    log.rosterHead = id;
    const entry = this.#relay.append(conversation, "roster", event, id, this.user);
    if (change.kind === "remove") {
      // This event is the last that they are told.
      log.members.delete(toHex(change.user));
      log.departed.set(toHex(change.user), entry.seq);
    }
    for (const port of this.#relay.ports)
      if (added.some(({ user }) => toHex(user) === port.user))
        port.deliver((listener) => listener.conversation(conversation));
    return { seq: entry.seq };
  }

  #send(conversation: string, request: { clientId: string; kind: EntryKind; bytes: Bytes }): object {
    const { clientId, kind, bytes } = request;
    const log = this.#relay.log(conversation);
    const refusal = this.#relay.refuseEntry?.(bytes);
    if (refusal) throw new RelayRefused(refusal);
    this.#relay.requireMember(conversation, this.user);
    const known = log.byClientId.get(clientId);
    if (known && !equalBytes(known.bytes, bytes)) {
      throw new RelayRefused({ ok: false, code: "entry.conflict", message: "other bytes" });
    }
    const entry = known ?? this.#relay.append(conversation, kind, bytes, clientId, this.user, this);
    this.#relay.beforeAck(entry);
    return { seq: entry.seq };
  }
}

function unknownConversation(): RelayRefused {
  return new RelayRefused({ ok: false, code: "conversation.unknown", message: "no such conversation" });
}
