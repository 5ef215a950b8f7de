import type {
  IncomingEntry,
  RelayListener,
  RelayPort,
  RelayQuestion,
  RelayReply,
  RelayRequest,
} from "../../../../lib/messenger/relay/relay-port.ts";
import type { SocketRelay } from "../../../../lib/messenger/relay/socket-relay.ts";
import { relayBytes } from "../../../../lib/protocol/relay-events.ts";
import { type Bytes, equalBytes } from "../../../../lib/shared/bytes.ts";

export type Shown = Omit<IncomingEntry, "conversation" | "seq">;

/**
 * The relay as an attacker, seen from one device: a real connection to the real relay, and between the two whoever
 * runs it, who alters, hides, repeats and invents entries. What the device is shown is numbered without gaps.
 */
export class FalseRelay implements RelayPort {
  /** What the device is shown in place of each true entry, once. */
  tamper: (conversation: string, entry: Shown) => readonly Shown[] = (_, entry) => [entry];
  /** What the directory says of a user. */
  certificates: (user: string, certificates: readonly Bytes[]) => readonly Bytes[] = (_, all) => all;
  /** The certificates that the device published, in order. */
  readonly published: Bytes[] = [];
  readonly #inner: SocketRelay;
  readonly #logs: Map<string, { taken: number; readonly shown: Shown[] }>;
  #listener: RelayListener | undefined;
  #taking: Promise<void> = Promise.resolve();

  /** `before`: the one that the device was connected through last, whose story must go on. */
  constructor(inner: SocketRelay, before?: FalseRelay) {
    this.#inner = inner;
    this.#logs = before === undefined ? new Map() : before.#logs;
  }

  get connected(): boolean {
    return this.#inner.connected;
  }

  open(device: string, listener: RelayListener): void {
    this.#listener = listener;
    this.#inner.open(device, {
      connected: () => listener.connected(),
      disconnected: () => listener.disconnected(),
      // Its true number means nothing here.
      entry: ({ conversation }) => void this.#take(conversation).catch(() => undefined),
      receipt: (receipt) => listener.receipt(receipt),
      hint: (hint) => listener.hint(hint),
      conversation: (conversation) => listener.conversation(conversation),
      sessionEnd: (reason) => listener.sessionEnd(reason),
    });
  }

  /** Shows the device an entry that the true relay never had. */
  inject(conversation: string, entry: Shown): void {
    const { shown } = this.#log(conversation);
    this.#listener?.entry({ ...entry, conversation, seq: shown.push(entry) });
  }

  /** What the device was shown so far. */
  shown(conversation: string): readonly Shown[] {
    return this.#log(conversation).shown;
  }

  async ask<E extends RelayQuestion>(question: E, request: RelayRequest<E>): Promise<RelayReply<E>> {
    if (question === "entry:read") return (await this.#read(request as RelayRequest<"entry:read">)) as never;
    const reply = await this.#inner.ask(question, request);
    if (question === "entry:send")
      return (await this.#carried(request as RelayRequest<"entry:send">, reply as never)) as never;
    if (question === "directory:publish")
      this.published.push(relayBytes((request as RelayRequest<"directory:publish">).certificate));
    if (question !== "directory:user") return reply;
    const { user } = request as RelayRequest<"directory:user">;
    const answer = reply as unknown as RelayReply<"directory:user">;
    return { ...answer, certificates: this.certificates(user, answer.certificates.map(relayBytes)) } as never;
  }

  /** The device's own entry, under the number that it has in what the device is shown. */
  async #carried({ conversation, bytes }: RelayRequest<"entry:send">, reply: RelayReply<"entry:send">) {
    await this.#take(conversation);
    const at = this.#log(conversation).shown.findIndex((entry) => equalBytes(entry.bytes, bytes));
    return at < 0 ? reply : { ...reply, seq: at + 1 };
  }

  async #read({ conversation, after, limit }: RelayRequest<"entry:read">) {
    await this.#take(conversation);
    const { shown } = this.#log(conversation);
    const entries = shown.slice(after, after + limit).map((entry, i) => ({ ...entry, seq: after + i + 1 }));
    return { ok: true, entries, head: shown.length };
  }

  /** Takes over what is new at the true relay, one taking after another, and pushes what is made of it. */
  #take(conversation: string): Promise<void> {
    const taking = this.#taking.then(async () => {
      const log = this.#log(conversation);
      for (;;) {
        const request = { conversation, after: log.taken, limit: 200 };
        const { entries } = await this.#inner.ask("entry:read", request);
        for (const { seq, kind, bytes } of entries) {
          log.taken = seq;
          for (const entry of this.tamper(conversation, { kind, bytes: relayBytes(bytes) }))
            this.inject(conversation, entry);
        }
        if (entries.length === 0) return;
      }
    });
    this.#taking = taking.catch(() => undefined);
    return taking;
  }

  #log(conversation: string) {
    const log = this.#logs.get(conversation) ?? { taken: 0, shown: [] };
    this.#logs.set(conversation, log);
    return log;
  }

  hint(conversation: string, kind: "typing"): void {
    this.#inner.hint(conversation, kind);
  }

  close(): void {
    this.#inner.close();
  }
}
