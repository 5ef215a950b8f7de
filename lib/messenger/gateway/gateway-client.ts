import { DeviceChannel } from "../../protocol/channel.ts";
import type { ChannelMessage, Drawn } from "../../protocol/channel-messages.ts";
import type { DrawRequest } from "../../protocol/draw-request.ts";
import { hash } from "../../protocol/hash.ts";
import { CopyOpener } from "../../protocol/sealing-context.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";
import type { DeviceIdentity } from "../engine/device-identity.ts";
import { MessengerError } from "../messenger-error.ts";
import { backoff, secureRandom } from "../outbox/backoff.ts";
import type { AccessSecrets } from "./access-secrets.ts";
import {
  type GatewayListener,
  type GatewayPort,
  GatewayRefused,
  gatewayOffline,
  type OpenedCopy,
  type OwnDevices,
  type PushedCopy,
} from "./gateway-port.ts";
import { channelUrl, messageBytes, type OpenWebSocket, type WebSocketLike } from "./web-socket.ts";

const firstRetry = 300;
const longestRetry = 15_000;
const answerTimeout = 30_000;
const closingMoment = 500;
const acknowledgeAfter = 15;
const acknowledgeAtOnce = 256;

export interface GatewayClientOptions {
  readonly origin: string;
  readonly identity: DeviceIdentity;
  readonly certificate: () => Bytes;
  readonly gatewayKey: () => Bytes;
  readonly access: AccessSecrets;
  readonly sealingSeeds: () => readonly SecretBytes[];
  readonly openWebSocket: OpenWebSocket;
}

interface OpenQuestion {
  readonly resolve: (answer: ChannelMessage) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

interface Session {
  readonly socket: WebSocketLike;
  readonly channel: DeviceChannel;
  readonly questions: Map<number, OpenQuestion>;
  step: "challenge" | "answer" | "open" | "closed";
  next: number;
}

/** The device channel over a WebSocket: reconnects with backoff, matches answers to questions. */
export class GatewayClient implements GatewayPort {
  readonly #options: GatewayClientOptions;
  readonly #opener: CopyOpener;
  #listener: GatewayListener | undefined;
  #session: Session | undefined;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #acknowledgements: Bytes[] = [];
  #acknowledging: ReturnType<typeof setTimeout> | undefined;
  #voids: Bytes[] = [];
  /** Acknowledgements and voids without an answer yet. */
  readonly #telling = new Set<Promise<void>>();

  constructor(options: GatewayClientOptions) {
    this.#options = options;
    this.#opener = new CopyOpener({
      site: options.identity.site,
      device: options.identity.deviceBytes,
      sealingSeeds: options.sealingSeeds,
      accessSecret: (generation) => options.access.get(generation),
    });
  }

  get connected(): boolean {
    return this.#session?.step === "open";
  }

  open(listener: GatewayListener): void {
    this.#listener = listener;
    this.#connect();
  }

  async draw(request: DrawRequest): Promise<Drawn> {
    const answer = await this.#ask({ type: "draw", request });
    const drawn = answer.type === "drawn" ? answer.draws[0] : undefined;
    if (!drawn) throw wrongAnswer();
    return drawn;
  }

  async fetch(recordHash: Bytes): Promise<PushedCopy> {
    const answer = await this.#ask({ type: "fetch", recordHash });
    if (answer.type !== "copy") throw wrongAnswer();
    return answer;
  }

  async unseal({ record, copy }: PushedCopy): Promise<OpenedCopy> {
    return { record, key: await this.#opener.open(copy, hash(record)) };
  }

  acknowledge(recordHash: Bytes): void {
    this.#acknowledgements.push(recordHash);
    if (this.#acknowledgements.length >= acknowledgeAtOnce) this.#flushAcknowledgements();
    else this.#acknowledging ??= setTimeout(() => this.#flushAcknowledgements(), acknowledgeAfter);
  }

  void(recordHash: Bytes): void {
    this.#voids.push(recordHash);
    this.#flushVoids();
  }

  async listWaiting(): Promise<readonly Bytes[]> {
    const answer = await this.#ask({ type: "list-waiting" });
    if (answer.type !== "waiting") throw wrongAnswer();
    return answer.recordHashes;
  }

  async stock(sites: readonly string[]): Promise<readonly number[]> {
    const answer = await this.#ask({ type: "stock", sites });
    if (answer.type !== "stocked" || answer.bits.length !== sites.length) throw wrongAnswer();
    return answer.bits;
  }

  async listDevices(): Promise<OwnDevices> {
    const answer = await this.#ask({ type: "list-devices" });
    if (answer.type !== "devices") throw wrongAnswer();
    return answer;
  }

  async renew(sealingKey: Bytes, proof: Bytes): Promise<Bytes> {
    const answer = await this.#ask({ type: "renew", sealingKey, proof });
    if (answer.type !== "renewed") throw wrongAnswer();
    return answer.certificate;
  }

  /** Keys that were destroyed unused are told to the gateway first, as far as it answers at once. */
  async close(): Promise<void> {
    this.#flushAcknowledgements();
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#acknowledging);
    await this.#settled();
    const session = this.#session;
    if (session) this.#end(session);
  }

  /** Resolves when nothing that was told is unanswered, or after a moment. */
  async #settled(): Promise<void> {
    if (!this.connected || this.#telling.size === 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const moment = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, closingMoment);
    });
    await Promise.race([Promise.allSettled(this.#telling), moment]);
    clearTimeout(timer);
  }

  /** Tells the gateway something whose answer says nothing; `again` when there was none. */
  #tell(message: ChannelMessage, again: (error: unknown) => void): void {
    const told = this.#ask(message)
      .then(() => undefined, again)
      .finally(() => this.#telling.delete(told));
    this.#telling.add(told);
  }

  #connect(): void {
    if (this.#closed) return;
    const { origin, identity, certificate, gatewayKey, access } = this.#options;
    let socket: WebSocketLike;
    try {
      socket = this.#options.openWebSocket(channelUrl(origin, identity.site));
    } catch {
      this.#reconnectLater();
      return;
    }
    socket.binaryType = "arraybuffer";
    const channel = new DeviceChannel({
      site: identity.site,
      device: identity.deviceBytes,
      gatewayKey: gatewayKey(),
      certificate: certificate(),
      signer: identity.signer,
      access: access.newest,
    });
    const session: Session = { socket, channel, questions: new Map(), step: "challenge", next: 1 };
    this.#session = session;
    let turn: Promise<void> = Promise.resolve();
    socket.onmessage = ({ data }) => {
      if (session.step === "open") void this.#frame(session, data);
      else
        turn = turn.then(() =>
          session.step === "open" ? this.#frame(session, data) : this.#handshake(session, data),
        );
    };
    socket.onerror = () => undefined;
    socket.onclose = ({ reason }) => {
      this.#lost(session);
      if (/^[a-z]+\.[a-z-]+$/.test(reason)) this.#listener?.refused(reason);
    };
  }

  async #handshake(session: Session, data: unknown): Promise<void> {
    try {
      if (session.step === "challenge") {
        session.step = "answer";
        session.socket.send(await session.channel.begin(messageBytes(data)));
        return;
      }
      if (session.step !== "answer") return;
      const next = await session.channel.finish(messageBytes(data));
      await this.#options.access.add(next);
      if (this.#isClosed(session)) return;
      session.step = "open";
      this.#failures = 0;
      this.#flushVoids();
      this.#flushAcknowledgements();
      this.#listener?.connected();
    } catch {
      this.#lost(session);
    }
  }

  async #frame(session: Session, data: unknown): Promise<void> {
    try {
      const { requestId, message } = await session.channel.open(messageBytes(data));
      if (message.type === "copy-push") this.#listener?.copy(message);
      else if (message.type === "revocation-list") this.#listener?.revoked(message.list);
      else if (message.type === "level-policy") this.#listener?.policy(message.policy);
      else this.#settle(session, requestId, message);
    } catch {
      this.#lost(session);
    }
  }

  #settle(session: Session, requestId: number, message: ChannelMessage): void {
    const question = session.questions.get(requestId);
    if (!question) {
      if (message.type === "drawn") for (const { key } of message.draws) key.fill(0);
      return;
    }
    session.questions.delete(requestId);
    clearTimeout(question.timer);
    if (message.type !== "error") question.resolve(message);
    else
      question.reject(
        new GatewayRefused(message.code, message.message, message.nextStep, message.retryAfterMs),
      );
  }

  #ask(message: ChannelMessage): Promise<ChannelMessage> {
    const session = this.#session;
    if (session?.step !== "open") return Promise.reject(gatewayOffline());
    return new Promise((resolve, reject) => {
      const requestId = session.next++;
      const timer = setTimeout(() => {
        session.questions.delete(requestId);
        reject(gatewayOffline());
      }, answerTimeout);
      session.questions.set(requestId, { resolve, reject, timer });
      session.channel.seal({ requestId, message }).then(
        (bytes) => session.socket.send(bytes),
        () => this.#lost(session),
      );
    });
  }

  #flushAcknowledgements(): void {
    clearTimeout(this.#acknowledging);
    this.#acknowledging = undefined;
    if (!this.connected || this.#acknowledgements.length === 0) return;
    const recordHashes = this.#acknowledgements.splice(0, 1024);
    this.#tell({ type: "acknowledge", recordHashes }, () => this.#acknowledgements.push(...recordHashes));
    if (this.#acknowledgements.length > 0) this.#flushAcknowledgements();
  }

  #flushVoids(): void {
    if (!this.connected) return;
    for (const recordHash of this.#voids.splice(0)) {
      this.#tell({ type: "void", recordHash }, (error) => {
        if (!(error instanceof GatewayRefused)) this.#voids.push(recordHash);
      });
    }
  }

  #lost(session: Session): void {
    if (session.step === "closed") return;
    const wasOpen = session.step === "open";
    this.#end(session);
    if (this.#session !== session) return;
    this.#session = undefined;
    if (wasOpen) this.#listener?.disconnected();
    this.#reconnectLater();
  }

  #end(session: Session): void {
    session.step = "closed";
    session.channel.close();
    session.socket.onclose = null;
    session.socket.close();
    for (const { reject, timer } of session.questions.values()) {
      clearTimeout(timer);
      reject(gatewayOffline());
    }
    session.questions.clear();
  }

  #isClosed(session: Session): boolean {
    return session.step === "closed";
  }

  #reconnectLater(): void {
    if (this.#closed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(
      () => this.#connect(),
      backoff(this.#failures++, firstRetry, longestRetry, secureRandom),
    );
  }
}

function wrongAnswer(): MessengerError {
  return new MessengerError("gateway.wrong-answer", "the gateway answered something else than was asked");
}
