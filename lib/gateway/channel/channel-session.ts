import { randomBytes } from "node:crypto";
import type { WebSocket } from "ws";
import { type AcceptedDevice, GatewayChannel } from "../../protocol/channel.ts";
import type { ChannelFrame, ChannelMessage } from "../../protocol/channel-messages.ts";
import type { ParsedCertificate } from "../../protocol/device-certificate.ts";
import { lengths } from "../../protocol/limits.ts";
import { type Bytes, copyBytes } from "../../shared/bytes.ts";
import { VernamError } from "../../shared/errors.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";
import type { AccessSecrets } from "../enrolment/access-secrets.ts";
import { GatewayError } from "../gateway-error.ts";
import { errorBody } from "../http/http-errors.ts";
import { fitText } from "./fit-text.ts";

/** Close codes of the WebSocket; the reason is the error's code. */
export const closeCodes = {
  refused: 4400,
  revoked: 4403,
  superseded: 4409,
  stopping: 1001,
  failed: 1011,
} as const;

/** The answer to a request; `whenLost` runs when the answer could not be handed to the network. */
export interface RequestAnswer {
  readonly message: ChannelMessage;
  readonly whenSent?: () => void;
  readonly whenLost?: () => void;
}

export interface ChannelSessionOptions {
  readonly socket: WebSocket;
  readonly site: string;
  readonly gatewaySeed: SecretBytes;
  readonly secrets: AccessSecrets;
  readonly verifyCertificate: (certificate: Bytes) => Promise<ParsedCertificate>;
  /** The device has proved itself: from now on it gets what is pushed. */
  readonly onOpen: (session: ChannelSession) => void;
  readonly onClose: (session: ChannelSession) => void;
  readonly answer: (device: Bytes, message: ChannelMessage) => Promise<RequestAnswer>;
  readonly log: (error: unknown) => void;
}

const handshakeMs = 15_000;
const mostRequestsRunning = 256;
const mostUnsentBytes = 16 * 1024 * 1024;

/**
 * One device's connection. Nothing of it is acted on before its opening verified against a challenge of this
 * connection, so that an opening recorded earlier opens nothing, in this start or a later one.
 */
export class ChannelSession {
  readonly #options: ChannelSessionOptions;
  readonly #channel: GatewayChannel;
  #accepted: AcceptedDevice | undefined;
  #confirmed = false;
  #running = 0;
  #receiving: Promise<void> = Promise.resolve();
  readonly #timer: NodeJS.Timeout;

  constructor(options: ChannelSessionOptions) {
    this.#options = options;
    const challenge = copyBytes(randomBytes(lengths.challenge));
    this.#channel = new GatewayChannel({
      site: options.site,
      gatewaySeed: options.gatewaySeed,
      challenge,
      verifyCertificate: options.verifyCertificate,
      accessSecret: (device, generation) => options.secrets.find(device, generation),
    });
    const { socket } = options;
    this.#timer = setTimeout(() => this.close("channel.slow"), handshakeMs);
    socket.binaryType = "nodebuffer";
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      // Frames are taken strictly one after another: their order is part of what is authenticated.
      this.#receiving = this.#receiving.then(() => this.#receive(data, isBinary)).catch((e) => this.#fail(e));
    });
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      clearTimeout(this.#timer);
      this.#channel.close();
      options.onClose(this);
    });
    socket.send(challenge);
  }

  /** @throws Error before the opening was accepted. */
  get device(): Bytes {
    if (this.#accepted === undefined) throw new Error("the channel is not open yet");
    return this.#accepted.certificate.value.device;
  }

  get isAccepted(): boolean {
    return this.#accepted !== undefined;
  }

  get isOpen(): boolean {
    return this.#accepted !== undefined && this.#options.socket.readyState === this.#options.socket.OPEN;
  }

  /** Sends what the device did not ask for; lost without harm when the connection is going down. */
  push(message: ChannelMessage): void {
    if (!this.isOpen) return;
    this.#send({ requestId: 0, message }).catch(() => undefined);
  }

  close(reason: string, code: number = closeCodes.refused): void {
    this.#channel.close();
    this.#options.socket.close(code, reason.slice(0, 120));
  }

  async #receive(data: Buffer, isBinary: boolean): Promise<void> {
    if (this.#options.socket.readyState !== this.#options.socket.OPEN) return;
    if (!isBinary) throw new GatewayError("channel.text", "The channel carries binary frames only.");
    const bytes = copyBytes(data);
    if (this.#accepted === undefined) return this.#accept(bytes);
    const frame = await this.#channel.open(bytes);
    if (!this.#confirmed) {
      await this.#options.secrets.confirm(this.device, this.#accepted.pending.generation);
      this.#confirmed = true;
    }
    void this.#answer(frame);
  }

  async #accept(opening: Bytes): Promise<void> {
    const { secrets, socket, onOpen } = this.#options;
    const accepted = await this.#channel.accept(opening);
    const { device } = accepted.certificate.value;
    await secrets.confirm(device, accepted.generation);
    await secrets.propose(device, accepted.pending);
    clearTimeout(this.#timer);
    this.#accepted = accepted;
    socket.send(accepted.answer);
    onOpen(this);
  }

  async #answer({ requestId, message }: ChannelFrame): Promise<void> {
    if (this.#running >= mostRequestsRunning) {
      const busy = new GatewayError("channel.busy", "Too many requests at once.", { retryAfterMs: 500 });
      return this.#send({ requestId, message: errorMessage(busy) }).catch(() => undefined);
    }
    this.#running++;
    let answer: RequestAnswer;
    try {
      answer = await this.#options.answer(this.device, message);
    } catch (error) {
      answer = { message: this.#errorAnswer(error) };
    } finally {
      this.#running--;
    }
    try {
      await this.#send({ requestId, message: answer.message });
      answer.whenSent?.();
    } catch {
      answer.whenLost?.();
    }
  }

  #errorAnswer(error: unknown): ChannelMessage {
    if (error instanceof VernamError) return errorMessage(error);
    this.#options.log(error);
    return errorMessage(
      new GatewayError("gateway.internal", "The gateway could not do this.", { nextStep: "Try again." }),
    );
  }

  async #send(frame: ChannelFrame): Promise<void> {
    const { socket } = this.#options;
    const sealed = await this.#channel.seal(frame);
    if (socket.readyState !== socket.OPEN) throw new Error("the connection is closed");
    if (socket.bufferedAmount > mostUnsentBytes) {
      socket.terminate();
      throw new Error("the device does not read what it asks for");
    }
    await new Promise<void>((resolve, reject) => {
      socket.send(sealed, (error) => (error == null ? resolve() : reject(error)));
    });
  }

  #fail(error: unknown): void {
    if (error instanceof VernamError) this.close(error.code);
    else {
      this.#options.log(error);
      this.close("gateway.internal", closeCodes.failed);
    }
  }
}

/** As many bytes as lib/protocol/channel-messages.ts lets the texts of an error have. */
const mostTextBytes = 512;

function errorMessage(error: VernamError): ChannelMessage {
  const { code, message, nextStep, retryAfterMs } = errorBody(error);
  return {
    type: "error",
    code: code.slice(0, 64),
    message: fitText(message, mostTextBytes),
    ...(nextStep === undefined ? {} : { nextStep: fitText(nextStep, mostTextBytes) }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs: Math.ceil(retryAfterMs) }),
  };
}
