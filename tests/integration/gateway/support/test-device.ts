import { once } from "node:events";
import { WebSocket } from "ws";
import { decodeApprovedAnswer, readAccessCard } from "../../../../lib/protocol/access-card.ts";
import { type AccessSecret, openAccessSecret } from "../../../../lib/protocol/access-secret.ts";
import { DeviceChannel } from "../../../../lib/protocol/channel.ts";
import type { ChannelMessage } from "../../../../lib/protocol/channel-messages.ts";
import { parseDeviceCertificate } from "../../../../lib/protocol/device-certificate.ts";
import { createDeviceSigner, generateDeviceSigningKeys } from "../../../../lib/protocol/device-keys.ts";
import type { DrawRequest } from "../../../../lib/protocol/draw-request.ts";
import {
  decodeEnrolAnswer,
  type EnrolRequest,
  parseEnrolRequest,
  signEnrolRequest,
} from "../../../../lib/protocol/enrolment.ts";
import { hash } from "../../../../lib/protocol/hash.ts";
import { generateSealingKey, type SealingKeyPair } from "../../../../lib/protocol/hpke.ts";
import type { LevelPolicy } from "../../../../lib/protocol/level-policy.ts";
import { sortRecipients } from "../../../../lib/protocol/recipients.ts";
import { deviceKeysHash } from "../../../../lib/protocol/safety-number.ts";
import type { SealedCopy } from "../../../../lib/protocol/sealed-copy.ts";
import { CopyOpener } from "../../../../lib/protocol/sealing-context.ts";
import type { DualSigner } from "../../../../lib/protocol/signing.ts";
import { findSite, parseSiteList, type SiteList } from "../../../../lib/protocol/site-list.ts";
import type { Bytes } from "../../../../lib/shared/bytes.ts";
import { SecretBytes } from "../../../../lib/shared/secret-bytes.ts";
import { randomUuid } from "../../../../lib/shared/uuid.ts";

/** What a device needs of the outside: where the gateways are, and the web process's tokens. */
export interface DeviceWorld {
  readonly origin: string;
  token(user: Uint8Array, site: string, roles?: readonly string[]): Promise<string>;
}

/** A device in Node that does what a messenger's device does towards its gateway, step by step. */
export class TestDevice {
  readonly id = randomUuid();
  readonly pushed: Extract<ChannelMessage, { type: "copy-push" }>[] = [];
  readonly lists: Bytes[] = [];
  readonly policies: LevelPolicy[] = [];
  readonly frames: Buffer[] = [];
  certificate!: Bytes;
  siteList!: SiteList;
  secrets: AccessSecret[] = [];
  lastOpening!: Bytes;
  socket: WebSocket | undefined;
  closeReason = "";
  closeCode = 0;
  #channel: DeviceChannel | undefined;
  #requests = new Map<number, (message: ChannelMessage) => void>();
  #nextRequest = 1;
  #waiters: (() => void)[] = [];

  private constructor(
    readonly world: DeviceWorld,
    readonly site: string,
    readonly user: Bytes,
    readonly signer: DualSigner,
    public sealing: SealingKeyPair,
  ) {}

  static async create(world: DeviceWorld, site: string, user: Bytes = randomUuid()): Promise<TestDevice> {
    const signer = await createDeviceSigner(await generateDeviceSigningKeys("seeds"));
    return new TestDevice(world, site, user, signer, await generateSealingKey());
  }

  /** Created, enrolled and connected. */
  static async ready(world: DeviceWorld, site: string, user?: Bytes): Promise<TestDevice> {
    const device = await TestDevice.create(world, site, user);
    const answer = await device.enrol();
    if (answer.status !== 200)
      throw new Error(`enrolment answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    await device.connect();
    return device;
  }

  async enrolBytes(change: Partial<EnrolRequest> = {}, roles?: readonly string[]): Promise<Bytes> {
    const challenge = await fetch(`${this.world.origin}/${this.site}/challenge`);
    return signEnrolRequest(
      {
        identityToken: await this.world.token(this.user, this.site, roles),
        device: this.id,
        ed25519Key: this.signer.ed25519PublicKey,
        mlDsaKey: this.signer.mlDsaPublicKey,
        sealingKey: this.sealing.publicKey,
        challenge: new Uint8Array(await challenge.arrayBuffer()),
        name: "test",
        ...change,
      },
      this.signer,
    );
  }

  async enrol(
    roles?: readonly string[],
    bytes?: Bytes,
  ): Promise<{ status: number; body: { code?: string } }> {
    const request = bytes ?? (await this.enrolBytes({}, roles));
    const answer = await fetch(`${this.world.origin}/${this.site}/enrol`, {
      method: "POST",
      headers: { "content-type": "application/cbor" },
      body: request,
    });
    if (answer.status !== 200)
      return { status: answer.status, body: (await answer.json()) as { code?: string } };
    if (answer.headers.get("content-type") === "application/vnd.vernam.approved+cbor") {
      const approved = decodeApprovedAnswer(new Uint8Array(await answer.arrayBuffer()));
      this.certificate = approved.certificate;
      this.siteList = parseSiteList(approved.siteList).value;
      return { status: 200, body: { code: "handed" } };
    }
    const enrolled = decodeEnrolAnswer(new Uint8Array(await answer.arrayBuffer()));
    this.certificate = enrolled.certificate;
    this.siteList = parseSiteList(enrolled.siteList).value;
    this.secrets = [await openAccessSecret(enrolled, this.sealing.seed, parseEnrolRequest(request).hash)];
    return { status: 200, body: {} };
  }

  /** Takes the access secret from a card that was carried to this device. */
  takeCard(text: string): void {
    this.secrets = [readAccessCard(text, { site: this.site, device: this.id, keysHash: this.keysHash })];
  }

  get certificateHash(): Bytes {
    return parseDeviceCertificate(this.certificate).hash;
  }

  newChannel(): DeviceChannel {
    return new DeviceChannel({
      site: this.site,
      device: this.id,
      gatewayKey: findSite(this.siteList, this.site)!.gatewayKey,
      certificate: this.certificate,
      signer: this.signer,
      access: this.secrets[0] ?? { generation: 0, secret: SecretBytes.random(32) },
    });
  }

  /** Opens the WebSocket and waits for the gateway's challenge. */
  async dial(): Promise<{ socket: WebSocket; challenge: Bytes }> {
    const socket = new WebSocket(`${this.world.origin.replace("http", "ws")}/${this.site}/channel`);
    const [data] = (await once(socket, "message")) as [Buffer];
    return { socket, challenge: new Uint8Array(data) };
  }

  async connect(): Promise<void> {
    const { socket, challenge } = await this.dial();
    this.socket = socket;
    const channel = this.newChannel();
    this.#channel = channel;
    this.lastOpening = await channel.begin(challenge);
    const closed = once(socket, "close") as Promise<[number, Buffer]>;
    const answered = once(socket, "message") as Promise<[Buffer]>;
    answered.catch(() => undefined);
    // The gateway may push as soon as it has answered.
    const pushed: Buffer[] = [];
    const early = (data: Buffer) => void pushed.push(data);
    socket.once("message", () => socket.on("message", early));
    socket.send(this.lastOpening);
    const first = await Promise.race([answered, closed]);
    if (typeof first[0] === "number") throw new Error(`closed: ${first[1]?.toString()}`);
    closed.then(([code, reason]) => {
      this.closeCode = code;
      this.closeReason = reason.toString();
    });
    let received: Promise<unknown> = Promise.resolve();
    const take = (data: Buffer) => {
      this.frames.push(data);
      received = received.then(() => this.#receive(new Uint8Array(data))).catch(() => socket.close());
    };
    const next = await channel.finish(new Uint8Array(first[0] as unknown as Buffer));
    this.secrets.unshift(next);
    socket.off("message", early);
    for (const data of pushed) take(data);
    socket.on("message", take);
  }

  async #receive(bytes: Bytes): Promise<void> {
    const frame = await this.#channel!.open(bytes);
    if (frame.message.type === "copy-push") this.pushed.push(frame.message);
    if (frame.message.type === "revocation-list") this.lists.push(frame.message.list);
    if (frame.message.type === "level-policy") this.policies.push(frame.message.policy);
    const waiting = this.#requests.get(frame.requestId);
    this.#requests.delete(frame.requestId);
    waiting?.(frame.message);
    for (const waiter of this.#waiters.splice(0)) waiter();
  }

  async disconnect(): Promise<void> {
    const { socket } = this;
    if (socket === undefined || socket.readyState === socket.CLOSED) return;
    socket.close();
    await once(socket, "close");
  }

  async closed(): Promise<void> {
    if (this.socket!.readyState !== this.socket!.CLOSED) await once(this.socket!, "close");
  }

  async ask(message: ChannelMessage): Promise<ChannelMessage> {
    const requestId = this.#nextRequest++;
    const answer = new Promise<ChannelMessage>((resolve) => this.#requests.set(requestId, resolve));
    this.socket!.send(await this.#channel!.seal({ requestId, message }));
    return answer;
  }

  sealFrame(message: ChannelMessage): Promise<Bytes> {
    return this.#channel!.seal({ requestId: this.#nextRequest++, message });
  }

  request(to: readonly TestDevice[], change: Partial<DrawRequest> = {}): DrawRequest {
    return {
      requestId: randomUuid(),
      suite: 1,
      bytes: 96,
      conversation: new Uint8Array(16).fill(7),
      rosterHead: new Uint8Array(64).fill(9),
      recipients: sortRecipients(to.map(({ id, site }) => ({ device: id, site }))),
      count: 1,
      level: 0,
      ...change,
    };
  }

  async draw(to: readonly TestDevice[], change: Partial<DrawRequest> = {}) {
    const answer = await this.ask({ type: "draw", request: this.request(to, change) });
    if (answer.type !== "drawn") throw new Error(`draw answered ${JSON.stringify(answer)}`);
    const { record, key } = answer.draws[0]!;
    return { record, key, recordHash: hash(record) };
  }

  /** Resolves with the first copy pushed for this record. */
  async pushedCopy(recordHash: Bytes): Promise<{ record: Bytes; copy: SealedCopy }> {
    for (;;) {
      const found = this.pushed.find((push) => Buffer.from(hash(push.record)).equals(recordHash));
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  /** Resolves with the first revocation list pushed that is the one wanted. */
  async pushedList(wanted: (list: Bytes) => boolean): Promise<Bytes> {
    for (;;) {
      const found = this.lists.find(wanted);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  get keysHash(): Bytes {
    const { ed25519PublicKey: ed25519Key, mlDsaPublicKey: mlDsaKey } = this.signer;
    const device = { ed25519Key, mlDsaKey, sealingKey: this.sealing.publicKey };
    return deviceKeysHash(device, findSite(this.siteList, this.site)!);
  }

  async openCopy(copy: SealedCopy, recordHash: Bytes): Promise<Bytes> {
    const opener = new CopyOpener({
      site: this.site,
      device: this.id,
      sealingSeeds: () => [this.sealing.seed],
      accessSecret: (generation) => this.secrets.find((secret) => secret.generation === generation)?.secret,
    });
    return (await opener.open(copy, recordHash)).reveal();
  }

  /** Fetches until the copy is there. @throws with the code of any other answer. */
  async fetchKey(recordHash: Bytes): Promise<Bytes> {
    for (;;) {
      const answer = await this.ask({ type: "fetch", recordHash });
      if (answer.type === "copy") return this.openCopy(answer.copy, recordHash);
      if (answer.type !== "error" || answer.code !== "copy.unknown")
        throw new Error(answer.type === "error" ? answer.code : answer.type);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
