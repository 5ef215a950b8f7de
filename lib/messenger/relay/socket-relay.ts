import { io, type Socket } from "socket.io-client";
import { cutApart } from "../../protocol/relay-batches.ts";
import {
  type ClientToRelayEvents,
  type HintKind,
  type RelayRefusal,
  type RelayToClientEvents,
  relayBytes,
} from "../../protocol/relay-events.ts";
import type { IdentitySource } from "../identity-source.ts";
import { MessengerError } from "../messenger-error.ts";
import { backoff, secureRandom } from "../outbox/backoff.ts";
import type { RelayListener, RelayPort, RelayQuestion, RelayReply, RelayRequest } from "./relay-port.ts";
import { RelayRefused, relayOffline } from "./relay-refused.ts";
import { SendBatch } from "./send-batch.ts";

const answerTimeout = 20_000;
const firstRetry = 500;
const longestRetry = 15_000;

/** The relay over Socket.IO. Every connection authenticates with a fresh token. */
export class SocketRelay implements RelayPort {
  readonly #origin: string;
  readonly #identity: IdentitySource;
  #socket: Socket<RelayToClientEvents, ClientToRelayEvents> | undefined;
  readonly #sends = new SendBatch((entries, bytes) => this.#ask("entries:send", { entries, bytes }));
  #refusals = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(origin: string, identity: IdentitySource) {
    this.#origin = origin;
    this.#identity = identity;
  }

  get connected(): boolean {
    return this.#socket?.connected ?? false;
  }

  open(device: string, listener: RelayListener): void {
    const socket: Socket<RelayToClientEvents, ClientToRelayEvents> = io(this.#origin, {
      path: "/socket.io",
      transports: ["websocket"],
      forceNew: true,
      reconnectionDelay: firstRetry,
      reconnectionDelayMax: longestRetry,
      auth: (give) => {
        this.#identity.token("relay").then(
          (token) => give({ device, token }),
          (error) => {
            if (error instanceof MessengerError && error.code === "identity.signed-out") this.#end(listener);
            else give({ device });
          },
        );
      },
    });
    this.#socket = socket;
    socket.on("connect", () => {
      this.#refusals = 0;
      listener.connected();
    });
    socket.on("disconnect", () => {
      listener.disconnected();
      if (!socket.active) this.#reconnectLater();
    });
    socket.on("connect_error", () => {
      // Refused by the relay's middleware (an expired token): Socket.IO does not try again by itself.
      if (!socket.active) this.#reconnectLater();
    });
    socket.on("entry", ({ conversation, seq, kind, bytes }) =>
      listener.entry({ conversation, seq, kind, bytes: relayBytes(bytes) }),
    );
    socket.on("entries", ({ conversation, entries, bytes }) => {
      // What does not fit together is left out: the next entry shows the gap, and it is read.
      const parts = cutApart(
        relayBytes(bytes),
        entries.map(({ length }) => length),
      );
      for (const [i, { seq, kind }] of entries.entries()) {
        const part = parts?.[i];
        if (part) listener.entry({ conversation, seq, kind, bytes: part });
      }
    });
    socket.on("receipt", ({ conversation, device: from, kind, bytes }) =>
      listener.receipt({ conversation, device: from, kind, bytes: relayBytes(bytes) }),
    );
    socket.on("hint", (hint) => listener.hint(hint));
    socket.on("conversation", ({ conversation }) => listener.conversation(conversation));
    socket.on("session:end", ({ reason }) => {
      if (reason === "roles-changed" || reason === "expired") return;
      this.#ended = true;
      listener.sessionEnd(reason);
    });
  }

  async ask<E extends RelayQuestion>(question: E, request: RelayRequest<E>): Promise<RelayReply<E>> {
    if (!this.connected) throw relayOffline();
    if (question === "entry:send")
      return (await this.#sends.add(request as RelayRequest<"entry:send">)) as RelayReply<E>;
    return await this.#ask(question, request);
  }

  hint(conversation: string, kind: HintKind): void {
    if (this.#socket?.connected) this.#socket.volatile.emit("hint", { conversation, kind });
  }

  close(): void {
    this.#ended = true;
    clearTimeout(this.#retry);
    this.#socket?.removeAllListeners();
    this.#socket?.disconnect();
    this.#socket = undefined;
  }

  /** @throws RelayRefused, MessengerError "relay.offline" */
  async #ask<Reply extends { readonly ok: true }>(question: string, request: object): Promise<Reply> {
    const socket = this.#socket;
    if (!socket?.connected) throw relayOffline();
    let answer: RelayRefusal | Reply;
    try {
      const asking = socket.timeout(answerTimeout) as unknown as {
        emitWithAck(event: string, body: object): Promise<RelayRefusal | Reply>;
      };
      answer = await asking.emitWithAck(question, request);
    } catch (cause) {
      throw relayOffline(cause);
    }
    if (!answer.ok) throw new RelayRefused(answer);
    return answer;
  }

  #reconnectLater(): void {
    if (this.#ended) return;
    clearTimeout(this.#retry);
    const delay = backoff(this.#refusals++, firstRetry, longestRetry, secureRandom);
    this.#retry = setTimeout(() => this.#socket?.connect(), delay);
  }

  #end(listener: RelayListener): void {
    this.#ended = true;
    this.#socket?.disconnect();
    listener.sessionEnd("signed-out");
  }
}
