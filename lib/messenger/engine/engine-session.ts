import { type Command, signCommand } from "../../protocol/command.ts";
import type { ParsedCertificate } from "../../protocol/device-certificate.ts";
import type { LevelPolicy } from "../../protocol/level-policy.ts";
import { type PresenceState, relayBytes } from "../../protocol/relay-events.ts";
import type { SiteList } from "../../protocol/site-list.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { randomUuid } from "../../shared/uuid.ts";
import { ChangeWriter } from "../content/change-writer.ts";
import { ContentDesk } from "../content/content-desk.ts";
import { ThreadReader } from "../content/thread-reader.ts";
import { DeviceDesk } from "../devices/device-desk.ts";
import type { RevocationKeeper } from "../devices/revocation-keeper.ts";
import type { OpenedMessage, RefusedEntry } from "../engine-options.ts";
import type { AttachmentPort } from "../files/attachment-port.ts";
import { FileDesk } from "../files/file-desk.ts";
import type { AccessSecrets } from "../gateway/access-secrets.ts";
import type { GatewayPort } from "../gateway/gateway-port.ts";
import { GroupDesk } from "../groups/group-desk.ts";
import { TimelineLedger } from "../groups/timeline-ledger.ts";
import { HistoryDesk } from "../history/history-desk.ts";
import { CopyDesk } from "../inbox/copy-desk.ts";
import { Inbox } from "../inbox/inbox.ts";
import { LostMessages } from "../inbox/lost-messages.ts";
import { ReceiptDesk } from "../inbox/receipt-desk.ts";
import type { MessengerEvents } from "../messenger-api.ts";
import { Outgoing } from "../outbox/outgoing.ts";
import { ResendDesk } from "../outbox/resend-desk.ts";
import { SendDesk } from "../outbox/send-desk.ts";
import type { IncomingReceipt, RelayPort } from "../relay/relay-port.ts";
import type { DeviceStore } from "../store/device-store.ts";
import type { CertificateKeeper } from "./certificate-keeper.ts";
import type { Conversation } from "./conversation.ts";
import { ConversationBook } from "./conversation-book.ts";
import type { DeviceIdentity } from "./device-identity.ts";
import { Directory } from "./directory.ts";
import type { EngineParts } from "./engine-parts.ts";
import { PolicyKeeper } from "./policy-keeper.ts";
import { SerialQueue } from "./serial-queue.ts";

export interface SessionOptions {
  readonly store: DeviceStore;
  readonly self: DeviceIdentity;
  readonly relay: RelayPort;
  readonly attachments: AttachmentPort;
  readonly gateway: GatewayPort;
  readonly access: AccessSecrets;
  readonly keeper: CertificateKeeper;
  readonly siteList: SiteList;
  readonly revocations: RevocationKeeper;
  readonly now: () => number;
  readonly announce: (event: MessengerEvents) => void;
  readonly opened: (message: OpenedMessage) => void;
  readonly refused: (entry: RefusedEntry) => void;
  readonly fail: (error: unknown) => void;
  readonly signedOut: () => void;
  readonly gatewayRefused: (code: string) => void;
  /** Carries a signed command to the key world. */
  readonly carry: (command: Bytes) => Promise<void>;
  /** This device's own site says, signed, that it is revoked. */
  readonly revoked: () => void;
}

const conversationsAtOnce = 16;
const commandLifetime = 60_000;

/** An enrolled device at work: wires the connections to outbox, inbox and receipts. */
export class EngineSession {
  readonly parts: EngineParts;
  readonly book: ConversationBook;
  readonly outgoing: Outgoing;
  readonly sending: SendDesk;
  readonly groups: GroupDesk;
  readonly devices: DeviceDesk;
  readonly timeline: TimelineLedger;
  readonly content: ContentDesk;
  readonly thread: ThreadReader;
  readonly changes: ChangeWriter;
  readonly history: HistoryDesk;
  readonly files: FileDesk;
  readonly lost: LostMessages;
  readonly #options: SessionOptions;
  readonly #policy: PolicyKeeper;
  readonly #copies: CopyDesk;
  readonly #receipts: ReceiptDesk;
  readonly #inbox: Inbox;
  #presence: PresenceState = "hidden";
  #stopped = false;

  constructor(options: SessionOptions) {
    const { store, self, relay, gateway, now, announce, opened, refused, fail } = options;
    this.#options = options;
    const directory = new Directory(store, relay, options.siteList);
    const siteList = () => options.siteList;
    const policy = new PolicyKeeper(store, now);
    this.#policy = policy;
    this.parts = {
      store,
      self,
      relay,
      gateway,
      directory,
      siteList,
      sealingSeeds: () => options.keeper.seeds,
      revocations: () => options.revocations.current,
      levelPolicy: () => policy.current,
      readingPolicy: () => policy.reading,
      bindLock: new SerialQueue(),
      now,
      announce,
      opened,
      refused,
      fail,
    };
    this.book = new ConversationBook(this.parts, () => options.keeper.certificate);
    this.content = new ContentDesk({
      parts: this.parts,
      conversations: () => this.book.all,
      open: (conversation) => this.outgoing.open(conversation),
      timerSet: (conversation, setting) => this.timeline.setting(conversation, setting),
      dropped: (message) => void this.files.dropped(message).catch(fail),
    });
    this.thread = new ThreadReader(this.parts, this.content, (message) => this.files.stateOf(message));
    this.outgoing = new Outgoing(this.parts, {
      carried: (conversation, seq) => this.#inbox.carried(conversation, seq),
      bound: ({ conversation, ordinal, at, body }, hash) =>
        this.content.bound({ conversation, ordinal, at, ...body }, hash),
      preview: (row, ordinal) => this.content.preview(row, ordinal),
    });
    this.sending = new SendDesk(this.parts, this.outgoing);
    this.timeline = new TimelineLedger(this.parts);
    this.devices = new DeviceDesk({
      parts: this.parts,
      sign: (kind, args) => this.signCommand(kind, args),
      carry: options.carry,
    });
    const { attachments } = options;
    this.files = new FileDesk({ ...this.parts, attachments }, this.outgoing, this.sending);
    this.groups = new GroupDesk({
      parts: this.parts,
      book: this.book,
      refresh: (conversation) => this.refresh(conversation),
      sending: this.sending,
      timeline: this.timeline,
    });
    this.#copies = new CopyDesk(store, gateway, now);
    this.#receipts = new ReceiptDesk(this.parts);
    this.changes = new ChangeWriter({
      store,
      desk: this.content,
      user: self.userBytes,
      conversation: (id) => this.book.get(id),
      suiteFor: (conversation) => this.sending.ordinarySuite(conversation),
    });
    this.history = new HistoryDesk({ parts: this.parts, book: this.book, content: this.content });
    this.lost = new LostMessages(this.parts);
    const resends = new ResendDesk(this.parts, this.outgoing, this.content.changes);
    this.#inbox = new Inbox(this.parts, this.#copies, this.#receipts, this.content, this.lost, {
      asked: (conversation, request) => resends.answer(conversation, request),
      answered: (conversation) => this.outgoing.pump(conversation),
      ownEntry: (conversation, hash, seq) => this.outgoing.acknowledged(conversation, hash, seq),
      rosterChanged: (conversation) => this.#rosterChanged(conversation),
      told: (conversation, before, event) => this.timeline.membership(conversation, before, event),
      effects: (conversation, opened) => this.timeline.titled(conversation, opened),
    });
  }

  get certificate(): ParsedCertificate {
    return this.#options.keeper.certificate;
  }

  get online(): boolean {
    return this.parts.relay.connected && this.parts.gateway.connected;
  }

  /** A command to the key world, signed by this device. */
  async signCommand(kind: string, args: Command["args"]): Promise<Bytes> {
    const { now, self } = this.parts;
    const expiry = now() + commandLifetime;
    const certificateHash = this.certificate.hash;
    return await signCommand({ nonce: randomUuid(), expiry, kind, args, certificateHash }, self.signer);
  }

  /** Loads everything from the store, then connects. */
  async open(): Promise<void> {
    const { directory, relay, gateway, self, now } = this.parts;
    await this.#options.revocations.load();
    await this.#policy.load();
    await directory.load(now());
    await directory.add(this.#options.keeper.certificate.bytes);
    await this.book.load();
    for (const conversation of this.book.all.values()) {
      await this.#receipts.load(conversation);
      await this.lost.load(conversation);
      await this.#inbox.load(conversation);
      await this.timeline.load(conversation);
    }
    await this.files.load();
    await this.content.load();
    await this.outgoing.load(this.book.all);
    gateway.open({
      connected: () => void this.#gatewayConnected(),
      disconnected: () => this.#stateChanged(),
      copy: (pushed) => void this.#copies.push(pushed),
      revoked: (list) => void this.#takeRevocations(list).catch(() => undefined),
      policy: (policy) => this.#takePolicy(policy),
      refused: (code) => this.#options.gatewayRefused(code),
    });
    relay.open(self.device, {
      connected: () => void this.#relayConnected().catch(() => undefined),
      disconnected: () => this.#stateChanged(),
      entry: (entry) =>
        this.#withConversation(entry.conversation, (known) => this.#inbox.entry(known, entry)),
      receipt: (receipt) => void this.#receipt(receipt),
      hint: ({ conversation, user }) => this.parts.announce({ type: "typing", conversation, user }),
      conversation: (id) => this.#withConversation(id, (known) => void this.#inbox.catchUp(known)),
      sessionEnd: () => this.#options.signedOut(),
    });
  }

  /** Resolves when this conversation's entries up to the relay's head are settled here. */
  async refresh(conversation: Conversation): Promise<void> {
    await this.#inbox.catchUp(conversation);
  }

  /** Told to the relay now and at every connection. */
  setPresence(state: PresenceState): void {
    this.#presence = state;
    this.#tellPresence();
  }

  #tellPresence(): void {
    if (this.parts.relay.connected)
      this.parts.relay.ask("presence:set", { state: this.#presence }).catch(() => undefined);
  }

  async markRead(conversation: Conversation): Promise<void> {
    const { progress } = conversation;
    if (progress.unread === 0) return;
    conversation.progress = { ...progress, unread: 0, readOrdinal: progress.nextOrdinal - 1, dueRead: true };
    this.#receipts.read(conversation);
    await this.parts.store.commit([conversation.progressWrite(), ...this.content.read(conversation)]);
    this.#receipts.due(conversation);
    this.parts.announce({ type: "conversations", conversation: conversation.id });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.outgoing.stop();
    this.#inbox.stop();
    this.content.stop();
    this.#receipts.stop();
    this.#copies.stop();
    this.parts.relay.close();
    await this.parts.gateway.close();
    await this.files.stop();
    await this.parts.bindLock.idle();
    for (const conversation of this.book.all.values()) await conversation.queue.idle();
    this.#options.keeper.stop();
    this.#options.access.destroy();
  }

  #stateChanged(): void {
    this.parts.announce({ type: "state" });
  }

  async #gatewayConnected(): Promise<void> {
    this.#stateChanged();
    this.outgoing.gatewayConnected();
    this.#options.keeper.keep(this.parts.gateway, ({ bytes }) => this.#publish(bytes));
    try {
      const { nothingWaits } = await this.#copies.connected();
      await this.#options.access.forgetOld(nothingWaits);
      if (nothingWaits) await this.#options.keeper.nothingWaits();
    } catch {
      // Asked again with the next connection.
    }
  }

  #publish(certificate: Uint8Array): void {
    this.parts.relay.ask("directory:publish", { certificate }).catch(() => undefined);
  }

  async #relayConnected(): Promise<void> {
    const { relay } = this.parts;
    this.#stateChanged();
    this.outgoing.relayConnected();
    if (this.#presence !== "hidden") this.#tellPresence();
    this.files.online();
    await relay
      .ask("directory:publish", { certificate: this.#options.keeper.certificate.bytes })
      .catch(() => undefined);
    for (const list of this.#options.revocations.current.lists) this.#tellRelay(list);
    const { conversations } = await relay.ask("conversation:list", {});
    const waiting = [...conversations];
    const work = async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        this.book.remember(next);
        await this.#synchronise(this.book.ensure(next.conversation));
      }
    };
    await Promise.all(Array.from({ length: conversationsAtOnce }, work));
    this.parts.announce({ type: "conversations" });
  }

  async #synchronise(conversation: Conversation): Promise<void> {
    await this.#inbox.catchUp(conversation);
    if (this.#stopped || !conversation.roster) return;
    void this.#inbox.retryParked(conversation);
    // To a former member the relay gives the log up to their removal, and nothing else.
    if (!conversation.roster.members.has(this.parts.self.user)) return;
    await this.book.joinDevices(conversation);
    await this.book.dropRevoked(conversation);
    const { receipts } = await this.parts.relay.ask("receipt:list", { conversation: conversation.id });
    for (const { device, kind, bytes } of receipts)
      await this.#receipt({ conversation: conversation.id, device, kind, bytes: relayBytes(bytes) });
    this.#receipts.due(conversation);
    this.outgoing.pump(conversation);
  }

  async #receipt(receipt: IncomingReceipt): Promise<void> {
    const conversation = this.book.all.get(receipt.conversation);
    if (!conversation?.roster || receipt.device === this.parts.self.device) return;
    const changed = await this.#receipts.receive(conversation, receipt).catch(() => false);
    if (changed) this.parts.announce({ type: "messages", conversation: conversation.id });
  }

  /** Nothing goes to a revoked device any more: open epochs and drawn keys that name it are void, membership follows. */
  async #takeRevocations(list: Bytes): Promise<void> {
    const { revocations, revoked } = this.#options;
    if (!(await revocations.take(list)) || this.#stopped) return;
    this.#tellRelay(list);
    const { self } = this.parts;
    if (revocations.current.revokedAt(self.site, self.deviceBytes) !== undefined) return revoked();
    for (const conversation of this.book.all.values()) {
      const devices = [...(conversation.roster?.devices.values() ?? [])];
      if (!revocations.current.nameOneOf(devices)) continue;
      this.outgoing.rosterChanged(conversation);
      await this.book.dropRevoked(conversation);
    }
    this.parts.announce({ type: "contacts" });
  }

  /** New rules: what was written under the old ones and has no key yet is refused where it breaks them, and says so. */
  #takePolicy(policy: LevelPolicy): void {
    const write = this.#policy.take(policy);
    if (!write || this.#stopped) return;
    this.parts.store.commitLazily([write]);
    for (const conversation of this.book.all.values()) this.outgoing.policyChanged(conversation);
    this.parts.announce({ type: "conversations" });
  }

  /** The relay ends the sockets of devices on it. */
  #tellRelay(list: Uint8Array): void {
    this.parts.relay.ask("directory:revocations", { list }).catch(() => undefined);
  }

  #rosterChanged(conversation: Conversation): void {
    this.outgoing.rosterChanged(conversation);
    void this.book.dropRevoked(conversation).catch(this.parts.fail);
    const member = conversation.roster?.members.get(this.parts.self.user);
    const present = conversation.roster?.devices.has(this.parts.self.device) ?? false;
    // Taken out by somebody, it does not come back by itself while it may have been revoked: the next connection tells.
    const takenOut = conversation.roster?.before?.devices.has(this.parts.self.device) ?? false;
    if (member && !present && !takenOut) void this.book.joinDevices(conversation).catch(this.parts.fail);
  }

  #withConversation(id: string, use: (conversation: Conversation) => void): void {
    if (this.#stopped || !/^[0-9a-f]{32}$/.test(id)) return;
    use(this.book.ensure(id));
  }
}
