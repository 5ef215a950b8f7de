import { type Bytes, utf8 } from "../shared/bytes.ts";
import { equalSecret } from "../shared/equal-secret.ts";
import type { SecretBytes } from "../shared/secret-bytes.ts";
import { type AccessSecret, nextAccessSecret } from "./access-secret.ts";
import {
  answerInfo,
  type ChannelOpening,
  decodeChannelAnswer,
  decodeChannelOpening,
  encodeChannelAnswer,
  encodeChannelOpening,
  openingInfo,
  openingMessage,
} from "./channel-handshake.ts";
import type { ChannelFrame } from "./channel-messages.ts";
import { ChannelTransport } from "./channel-transport.ts";
import type { ParsedCertificate } from "./device-certificate.ts";
import {
  createHpkeRecipient,
  createHpkeSender,
  generateSealingKey,
  type HpkeSender,
  type SealingKeyPair,
} from "./hpke.ts";
import { type Label, labels } from "./labels.ts";
import { lengths } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import { type Signer, verifyEd25519 } from "./signing.ts";

export interface DeviceChannelOptions {
  readonly site: string;
  readonly device: Bytes;
  /** The gateway's X-Wing key, from the site list. */
  readonly gatewayKey: Bytes;
  /** The device's signed certificate. */
  readonly certificate: Bytes;
  readonly signer: Signer;
  readonly access: AccessSecret;
}

interface Begun {
  readonly ephemeral: SealingKeyPair;
  readonly sender: HpkeSender;
  readonly info: Bytes;
}

/**
 * The device's end. begin(challenge) → message 2; finish(answer) → the next access secret; then seal and open.
 * The new secret must be durable before the first `seal`: the gateway gives up the old one when that arrives.
 */
export class DeviceChannel {
  readonly #options: DeviceChannelOptions;
  #begun: Begun | undefined;
  #transport: ChannelTransport | undefined;

  constructor(options: DeviceChannelOptions) {
    this.#options = options;
  }

  /** @throws ProtocolError channel.state, cbor.length (a challenge that is not 32 bytes) */
  async begin(challenge: Bytes): Promise<Bytes> {
    if (this.#begun !== undefined) throw wrongState();
    if (challenge.length !== lengths.challenge)
      throw new ProtocolError("cbor.length", "a channel challenge is not 32 bytes");
    const { certificate, site, access, device, gatewayKey, signer } = this.#options;
    const ephemeral = await generateSealingKey();
    const head = { certificate, ephemeralKey: ephemeral.publicKey, generation: access.generation };
    const info = openingInfo(challenge, site, head);
    const sender = await createHpkeSender(gatewayKey, info, { id: device, key: access.secret });
    const sealedSignature = await sender.seal(await signer.sign(openingMessage(info)));
    const opening = encodeChannelOpening({ ...head, enc: sender.enc, sealedSignature });
    this.#begun = { ephemeral, sender, info: answerInfo(challenge, opening) };
    return opening;
  }

  /**
   * Checks the gateway's answer and returns the access secret of the next session.
   * @throws ProtocolError channel.state, channel.gateway (not from the gateway, or altered), cbor.*
   */
  async finish(answer: Bytes): Promise<AccessSecret> {
    const begun = this.#begun;
    if (begun === undefined || this.#transport !== undefined) throw wrongState();
    const { enc, sealedConfirmation } = decodeChannelAnswer(answer);
    const { access, device } = this.#options;
    const { ephemeral, sender, info } = begun;
    try {
      const psk = { id: device, key: access.secret };
      const recipient = await createHpkeRecipient(ephemeral.seed, enc, info, psk);
      const confirmation = await exported(sender, labels.channelConfirm);
      const matches = equalSecret(confirmation.reveal(), await recipient.open(sealedConfirmation));
      confirmation.destroy();
      if (!matches) throw notTheGateway();
      this.#transport = new ChannelTransport(sender, recipient);
      const [one, two] = [await exported(sender, labels.access), await exported(recipient, labels.access)];
      return nextAccessSecret(one, two, info, access.generation + 1);
    } catch (error) {
      throw error instanceof ProtocolError && error.code === "hpke.open" ? notTheGateway() : error;
    } finally {
      ephemeral.seed.destroy();
    }
  }

  seal(frame: ChannelFrame): Promise<Bytes> {
    return requireTransport(this.#transport).seal(frame);
  }

  open(bytes: Bytes): Promise<ChannelFrame> {
    return requireTransport(this.#transport).open(bytes);
  }

  close(): void {
    this.#transport?.close();
  }
}

export interface GatewayChannelOptions {
  readonly site: string;
  readonly gatewaySeed: SecretBytes;
  /** 32 fresh random bytes, message 1. */
  readonly challenge: Bytes;
  /** Parses a certificate and refuses it unless its site is ours, it verifies, is valid now and not revoked. */
  readonly verifyCertificate: (certificate: Bytes) => Promise<ParsedCertificate>;
  /** The device's current secret, or the pending one of its last session; undefined for other generations. */
  readonly accessSecret: (device: Bytes, generation: number) => Promise<SecretBytes | undefined>;
}

export interface AcceptedDevice {
  readonly certificate: ParsedCertificate;
  /** The generation the device used: when it was the pending one, it is now the current one. */
  readonly generation: number;
  /** Store durably as pending before `answer` leaves; it becomes current when the device's first frame opens. */
  readonly pending: AccessSecret;
  readonly answer: Bytes;
}

/** The gateway's end. accept(message 2) → what to store and message 3; then seal and open. */
export class GatewayChannel {
  readonly #options: GatewayChannelOptions;
  #accepted = false;
  #transport: ChannelTransport | undefined;

  constructor(options: GatewayChannelOptions) {
    this.#options = options;
  }

  /**
   * Nothing is acted on before this returns. One attempt per challenge.
   * @throws ProtocolError channel.state, channel.access-unknown, channel.device (wrong secret or gateway key, or
   * altered), channel.signature, cbor.*, and what `verifyCertificate` throws
   */
  async accept(message: Bytes): Promise<AcceptedDevice> {
    if (this.#accepted) throw wrongState();
    this.#accepted = true;
    const { site, challenge, gatewaySeed, accessSecret, verifyCertificate } = this.#options;
    const opening = decodeChannelOpening(message);
    const certificate = await verifyCertificate(opening.certificate);
    const { device, ed25519Key } = certificate.value;
    const secret = await accessSecret(device, opening.generation);
    if (secret === undefined)
      throw new ProtocolError("channel.access-unknown", "the device's access secret is not known here", {
        nextStep: "Enrol this device again.",
      });
    const psk = { id: device, key: secret };
    const info = openingInfo(challenge, site, opening);
    const recipient = await this.#openFirst(opening, info, psk, gatewaySeed, ed25519Key);
    const info2 = answerInfo(challenge, message);
    const sender = await createHpkeSender(opening.ephemeralKey, info2, psk);
    const confirmation = await exported(recipient, labels.channelConfirm);
    const sealedConfirmation = await sender.seal(confirmation.reveal());
    confirmation.destroy();
    this.#transport = new ChannelTransport(sender, recipient);
    const [one, two] = [await exported(recipient, labels.access), await exported(sender, labels.access)];
    const pending = nextAccessSecret(one, two, info2, opening.generation + 1);
    const answer = encodeChannelAnswer({ enc: sender.enc, sealedConfirmation });
    return { certificate, generation: opening.generation, pending, answer };
  }

  async #openFirst(
    opening: ChannelOpening,
    info: Bytes,
    psk: { id: Bytes; key: SecretBytes },
    seed: SecretBytes,
    ed25519Key: Bytes,
  ) {
    try {
      const recipient = await createHpkeRecipient(seed, opening.enc, info, psk);
      const signature = await recipient.open(opening.sealedSignature);
      if (await verifyEd25519(ed25519Key, openingMessage(info), signature)) return recipient;
    } catch {
      throw new ProtocolError("channel.device", "a channel opening does not open with this device's secret");
    }
    throw new ProtocolError("channel.signature", "a channel opening is not signed by the device it names");
  }

  seal(frame: ChannelFrame): Promise<Bytes> {
    return requireTransport(this.#transport).seal(frame);
  }

  open(bytes: Bytes): Promise<ChannelFrame> {
    return requireTransport(this.#transport).open(bytes);
  }

  close(): void {
    this.#transport?.close();
  }
}

function exported(
  context: { exportSecret(label: Bytes, length: number): Promise<SecretBytes> },
  label: Label,
): Promise<SecretBytes> {
  return context.exportSecret(utf8(label), 32);
}

function requireTransport(transport: ChannelTransport | undefined): ChannelTransport {
  if (transport === undefined) throw wrongState();
  return transport;
}

function wrongState(): ProtocolError {
  return new ProtocolError("channel.state", "a channel step out of its order");
}

function notTheGateway(): ProtocolError {
  return new ProtocolError("channel.gateway", "the answer does not come from this site's gateway", {
    nextStep: "Connect again; if it goes on, tell your site's officer.",
  });
}
