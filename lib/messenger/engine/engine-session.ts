import type { ParsedCertificate } from "../../protocol/device-certificate.ts";
import { defaultLevelPolicy } from "../../protocol/level-policy.ts";
import { relayBytes } from "../../protocol/relay-events.ts";
import type { SiteList } from "../../protocol/site-list.ts";
import type { OpenedMessage } from "../engine-options.ts";
import type { AttachmentPort } from "../files/attachment-port.ts";
import { FileDesk } from "../files/file-desk.ts";
import type { AccessSecrets } from "../gateway/access-secrets.ts";
import type { GatewayPort } from "../gateway/gateway-port.ts";
import { GroupDesk } from "../groups/group-desk.ts";
import { TimelineLedger } from "../groups/timeline-ledger.ts";
import { CopyDesk } from "../inbox/copy-desk.ts";
import { Inbox } from "../inbox/inbox.ts";
import { ReceiptDesk } from "../inbox/receipt-desk.ts";
import type { MessengerEvents } from "../messenger-api.ts";
import { Outgoing } from "../outbox/outgoing.ts";
import { SendDesk } from "../outbox/send-desk.ts";
import type { IncomingReceipt, RelayPort } from "../relay/relay-port.ts";
import type { DeviceStore } from "../store/device-store.ts";
import type { CertificateKeeper } from "./certificate-keeper.ts";
import type { Conversation } from "./conversation.ts";
import { ConversationBook } from "./conversation-book.ts";
import type { DeviceIdentity } from "./device-identity.ts";
import { Directory } from "./directory.ts";
import type { EngineParts } from "./engine-parts.ts";
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
  readonly now: () => number;
  readonly announce: (event: MessengerEvents) => void;
  readonly opened: (message: OpenedMessage) => void;
  readonly fail: (error: unknown) => void;
  readonly signedOut: () => void;
  readonly gatewayRefused: (code: string) => void;
}

const conversationsAtOnce = 16;

/** An enrolled device at work: wires the connections to outbox, inbox and receipts. */
export class EngineSession {
  readonly parts: EngineParts;
  readonly book: ConversationBook;
  readonly outgoing: Outgoing;
  readonly sending: SendDesk;
  readonly groups: GroupDesk;
  readonly timeline: TimelineLedger;
  readonly files: FileDesk;
  readonly #options: SessionOptions;
  readonly #copies: CopyDesk;
  readonly #receipts: ReceiptDesk;
  readonly #inbox: Inbox;
  #stopped = false;

  constructor(options: SessionOptions) {
    const { store, self, relay, gateway, now, announce, opened, fail } = options;
    this.#options = options;
    const directory = new Directory(store, relay, options.siteList);
    const siteList = () => options.siteList;
    this.parts = {
      store,
      self,
      relay,
      gateway,
      directory,
      siteList,
      sealingSeeds: () => options.keeper.seeds,
      levelPolicy: () => defaultLevelPolicy,
      bindLock: new SerialQueue(),
      now,
      announce,
      opened,
      fail,
    };
    this.book = new ConversationBook(this.parts, () => options.keeper.certificate);
    this.outgoing = new Outgoing(this.parts, (conversation, seq) => this.#inbox.carried(conversation, seq));
    this.sending = new SendDesk(this.parts, this.outgoing);
    this.timeline = new TimelineLedger(this.parts);
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
    this.#inbox = new Inbox(this.parts, this.#copies, this.#receipts, {
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

  /** Loads everything from the store, then connects. */
  async open(): Promise<void> {
    const { directory, relay, gateway, self, now } = this.parts;
    await directory.load(now());
    await directory.add(this.#options.keeper.certificate.bytes);
    await this.book.load();
    for (const conversation of this.book.all.values()) {
      await this.#receipts.load(conversation);
      await this.#inbox.load(conversation);
      await this.timeline.load(conversation);
    }
    await this.files.load();
    await this.outgoing.load(this.book.all);
    gateway.open({
      connected: () => void this.#gatewayConnected(),
      disconnected: () => this.#stateChanged(),
      copy: (pushed) => void this.#copies.push(pushed),
      revoked: () => undefined,
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

  async markRead(conversation: Conversation): Promise<void> {
    const { progress } = conversation;
    if (progress.unread === 0) return;
    conversation.progress = { ...progress, unread: 0, readOrdinal: progress.nextOrdinal - 1, dueRead: true };
    this.#receipts.read(conversation);
    await this.parts.store.commit([conversation.progressWrite()]);
    this.#receipts.due(conversation);
    this.parts.announce({ type: "conversations", conversation: conversation.id });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.outgoing.stop();
    this.#inbox.stop();
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
    this.files.online();
    await relay
      .ask("directory:publish", { certificate: this.#options.keeper.certificate.bytes })
      .catch(() => undefined);
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
    await this.book.joinDevices(conversation);
    const { receipts } = await this.parts.relay.ask("receipt:list", { conversation: conversation.id });
    for (const { device, kind, bytes } of receipts)
      await this.#receipt({ conversation: conversation.id, device, kind, bytes: relayBytes(bytes) });
    void this.#inbox.retryParked(conversation);
    this.#receipts.due(conversation);
    this.outgoing.pump(conversation);
  }

  async #receipt(receipt: IncomingReceipt): Promise<void> {
    const conversation = this.book.all.get(receipt.conversation);
    if (!conversation?.roster || receipt.device === this.parts.self.device) return;
    const changed = await this.#receipts.receive(conversation, receipt).catch(() => false);
    if (changed) this.parts.announce({ type: "messages", conversation: conversation.id });
  }

  #rosterChanged(conversation: Conversation): void {
    this.outgoing.rosterChanged(conversation);
    const member = conversation.roster?.members.get(this.parts.self.user);
    const present = conversation.roster?.devices.has(this.parts.self.device) ?? false;
    if (member && !present) void this.book.joinDevices(conversation).catch(this.parts.fail);
  }

  #withConversation(id: string, use: (conversation: Conversation) => void): void {
    if (this.#stopped || !/^[0-9a-f]{32}$/.test(id)) return;
    use(this.book.ensure(id));
  }
}
