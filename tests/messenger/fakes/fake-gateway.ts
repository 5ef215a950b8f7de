import type { WebSocketLike } from "../../../lib/messenger/gateway/web-socket.ts";
import type { AccessSecret } from "../../../lib/protocol/access-secret.ts";
import { sealAccessSecret } from "../../../lib/protocol/access-secret.ts";
import { checkApproval, readApproval } from "../../../lib/protocol/approval.ts";
import { GatewayChannel } from "../../../lib/protocol/channel.ts";
import {
  type ChannelMessage,
  deviceStates,
  type ListedDevice,
} from "../../../lib/protocol/channel-messages.ts";
import { parseCommand, verifyCommand } from "../../../lib/protocol/command.ts";
import {
  parseDeviceCertificate,
  signDeviceCertificate,
  verifyDeviceCertificate,
} from "../../../lib/protocol/device-certificate.ts";
import { type DrawRecord, signDrawRecord } from "../../../lib/protocol/draw-record.ts";
import type { DrawRequest } from "../../../lib/protocol/draw-request.ts";
import { encodeEnrolAnswer, parseEnrolRequest, verifyEnrolRequest } from "../../../lib/protocol/enrolment.ts";
import { hash } from "../../../lib/protocol/hash.ts";
import { generateSealingKey, type SealingKeyPair } from "../../../lib/protocol/hpke.ts";
import { defaultLevelPolicy, type LevelPolicy, suitesFor } from "../../../lib/protocol/level-policy.ts";
import { ProtocolError } from "../../../lib/protocol/protocol-error.ts";
import { signRevocationList } from "../../../lib/protocol/revocation-list.ts";
import { deviceKeysHash } from "../../../lib/protocol/safety-number.ts";
import type { SealedCopy } from "../../../lib/protocol/sealed-copy.ts";
import { SealingContext } from "../../../lib/protocol/sealing-context.ts";
import { createMlDsaSigner, createSeedSigner, type DualSigner } from "../../../lib/protocol/signing.ts";
import {
  findSite,
  parseSiteList,
  type SiteEntry,
  type SiteList,
  signSiteList,
} from "../../../lib/protocol/site-list.ts";
import { type Bytes, concatBytes, copyBytes, equalBytes } from "../../../lib/shared/bytes.ts";
import { fromHex, toHex } from "../../../lib/shared/hex.ts";
import { SecretBytes } from "../../../lib/shared/secret-bytes.ts";
import { randomUuid } from "../../../lib/shared/uuid.ts";

export async function makeSigner(): Promise<DualSigner> {
  const seed = () => crypto.getRandomValues(new Uint8Array(32));
  return { ...(await createSeedSigner(seed())), ...(await createMlDsaSigner(seed())) };
}

interface Device {
  state: "pending" | "certified" | "revoked";
  assurance: 0 | 1;
  keysHash: Bytes;
  label: string;
  certificate: Bytes;
  sealingKey: Bytes;
  site: string;
  access: Map<number, AccessSecret>;
  current: number;
  context: SealingContext | undefined;
  copies: Map<string, { record: Bytes; copy: SealedCopy }>;
  sockets: Set<FakeSocket>;
}

interface Site {
  signer: DualSigner;
  sealing: SealingKeyPair;
}

export interface FakeUser {
  readonly id: string;
  readonly name: string;
  readonly site: string;
}

/** All sites' gateways in memory with one random source: real channel, real records, real sealed copies. */
export class FakeGateways {
  readonly sites = new Map<string, Site>();
  readonly devices = new Map<string, Device>();
  readonly challenges = new Set<string>();
  /** Every key ever drawn, by record hash: tests look for its bytes where they must not be. */
  readonly keys = new Map<string, Bytes>();
  /** Every draw record, with its hash. */
  readonly records: (readonly [hash: string, record: Bytes])[] = [];
  readonly requests = new Map<string, string>();
  readonly voided = new Set<string>();
  /** Throwing refuses a draw with that code. */
  beforeDraw: (request: DrawRequest) => { code: string; message: string; retryAfterMs?: number } | undefined =
    () => undefined;
  /** Runs after the key was drawn; true loses the answer. */
  loseDraw: (request: DrawRequest) => boolean = () => false;
  /** Holds back copies for receivers: "push" sends at once, "fetch" only when asked, "late" not at all yet. */
  copies: "push" | "fetch" | "late" = "push";
  policy = defaultLevelPolicy;
  /** Devices whose site loses the key of what is drawn for them. */
  lost: (device: string) => boolean = () => false;
  readonly #lostCopies = new Set<string>();
  /** Certifies further devices of a person at once, as if each had been approved. */
  approveFurther = false;
  #root: DualSigner | undefined;
  #list: Bytes | undefined;
  #parsedList: SiteList | undefined;

  static async create(names: readonly string[]): Promise<FakeGateways> {
    const gateways = new FakeGateways();
    const root = await makeSigner();
    gateways.#root = root;
    const entries = [];
    for (const site of names) {
      const signer = await makeSigner();
      const sealing = await generateSealingKey();
      gateways.sites.set(site, { signer, sealing });
      entries.push({
        site,
        name: site,
        country: "PT",
        ed25519Key: signer.ed25519PublicKey,
        mlDsaKey: signer.mlDsaPublicKey,
        gatewayKey: sealing.publicKey,
        gatewayUrl: "http://gateway.test",
      });
    }
    const list = { serial: 1, expiry: Date.now() + 1e10, network: "test", sites: entries };
    gateways.#list = await signSiteList(list, root);
    gateways.#parsedList = parseSiteList(gateways.#list).value;
    return gateways;
  }

  /** The HTTP face: challenge, enrolment, site list, root. Tokens are the user's id, name and site in clear. */
  readonly fetch = (async (input: string, init: RequestInit = {}): Promise<Response> => {
    const path = new URL(input).pathname.split("/").slice(1);
    if (path[0] === "site-list") return new Response(this.#list);
    if (path[0] === "network-root") {
      return new Response(concatBytes(this.#rootKey().ed25519PublicKey, this.#rootKey().mlDsaPublicKey));
    }
    if (path[1] === "challenge") return new Response(crypto.getRandomValues(new Uint8Array(32)));
    if (path[1] === "revocations")
      return new Response(
        this.lists.get(path[0] as string) ?? (await this.#revocationList(path[0] as string)),
      );
    if (path[1] === "commands") return await this.#command(init.body as Bytes);
    if (path[1] === "enrol") return await this.#enrol(path[0] as string, init.body as Bytes);
    return new Response("{}", { status: 404 });
  }) as unknown as typeof fetch;

  readonly openWebSocket = (url: string): WebSocketLike => {
    const site = new URL(url).pathname.split("/")[1] as string;
    return new FakeSocket(this, site);
  };

  online = true;

  disconnectAll(): void {
    this.online = false;
    for (const device of this.devices.values()) for (const socket of [...device.sockets]) socket.drop("");
  }

  async accept(site: string, socket: FakeSocket, challenge: Bytes) {
    const { sealing } = this.#site(site);
    let opened: Device | undefined;
    const channel = new GatewayChannel({
      site,
      gatewaySeed: sealing.seed,
      challenge,
      verifyCertificate: async (bytes) => {
        const certificate = parseDeviceCertificate(bytes);
        await verifyDeviceCertificate(certificate, this.#parsedList as SiteList);
        opened = this.devices.get(toHex(certificate.value.device));
        if (opened?.state === "revoked") throw new ProtocolError("device.revoked", "revoked");
        return certificate;
      },
      accessSecret: async (device, generation) =>
        this.devices.get(toHex(device))?.access.get(generation)?.secret,
    });
    return {
      channel,
      take: async (message: Bytes) => {
        const accepted = await channel.accept(message);
        const device = opened as Device;
        device.access.set(accepted.pending.generation, accepted.pending);
        device.current = accepted.generation;
        device.sockets.add(socket);
        for (const list of this.lists.values())
          setImmediate(() => socket.push({ type: "revocation-list", list }));
        return { answer: accepted.answer, id: toHex(accepted.certificate.value.device), device };
      },
    };
  }

  async answer(id: string, device: Device, message: ChannelMessage): Promise<ChannelMessage | "lost"> {
    switch (message.type) {
      case "draw":
        return await this.#draw(id, device, message.request);
      case "fetch": {
        const copy = this.copies === "late" ? undefined : device.copies.get(toHex(message.recordHash));
        if (
          this.voided.has(toHex(message.recordHash)) ||
          this.#lostCopies.has(`${id} ${toHex(message.recordHash)}`)
        )
          return refusal("copy.void", "void");
        return copy ? { type: "copy", ...copy } : refusal("copy.unknown", "not here", 30);
      }
      case "acknowledge":
        for (const recordHash of message.recordHashes) device.copies.delete(toHex(recordHash));
        return { type: "ok" };
      case "void":
        this.#void(toHex(message.recordHash));
        return { type: "ok" };
      case "list-waiting":
        return { type: "waiting", recordHashes: [...device.copies.keys()].map(fromHex) };
      case "stock":
        return { type: "stocked", bits: message.sites.map((site) => 1024 * site.length) };
      case "list-devices":
        return { type: "devices", byOfficer: false, devices: this.#devicesOf(device) };
      case "renew": {
        const { value } = parseDeviceCertificate(device.certificate);
        const renewed = { ...value, sealingKey: message.sealingKey, notAfter: value.notAfter + 1000 };
        device.certificate = await signDeviceCertificate(renewed, this.#site(device.site).signer);
        device.sealingKey = message.sealingKey;
        device.context = undefined;
        return { type: "renewed", certificate: device.certificate };
      }
      default:
        return refusal("channel.not-a-request", "no");
    }
  }

  /** Every device that is here is told these rules for levels. */
  pushPolicy(policy: LevelPolicy): void {
    this.policy = policy;
    for (const device of this.devices.values())
      for (const socket of device.sockets) socket.push({ type: "level-policy", policy });
  }

  /** Now copies that were held back go out. */
  release(): void {
    this.copies = "push";
    for (const device of this.devices.values())
      for (const copy of device.copies.values())
        for (const socket of device.sockets) socket.push({ type: "copy-push", ...copy });
  }

  async #draw(id: string, device: Device, request: DrawRequest): Promise<ChannelMessage | "lost"> {
    const name = `${id} ${toHex(request.requestId)}`;
    const before = this.requests.get(name);
    if (before !== undefined) {
      this.#void(before);
      return refusal("draw.repeated", "repeated");
    }
    // As a real gateway: a HYBRID epoch may serve OTP_HYBRID.
    if (!suitesFor(request.level, undefined, this.policy).includes(request.suite === 3 ? 4 : request.suite))
      return refusal("level.suite-too-weak", "too weak");
    const refused = this.beforeDraw(request);
    if (refused) return refusal(refused.code, refused.message, refused.retryAfterMs);
    const key = crypto.getRandomValues(new Uint8Array(request.bytes));
    const slaveSites = [...new Set(request.recipients.map(({ site }) => site))].filter(
      (site) => site !== device.site,
    );
    const local = slaveSites.length === 0;
    const record: DrawRecord = {
      keyIds: [randomUuid()],
      bytes: request.bytes,
      suite: request.suite,
      masterSite: device.site,
      slaveSites: slaveSites.sort(),
      drawingDevice: fromHex(id),
      conversation: request.conversation,
      rosterHead: request.rosterHead,
      recipients: request.recipients,
      drawnAt: Date.now(),
      expiry: Date.now() + 1e9,
      local,
      routes: local ? [] : slaveSites.map((site) => [device.site, site]),
      networkBits: local ? 0 : request.bytes * 8,
      epsilonExponent: 14,
    };
    const bytes = await signDrawRecord(record, this.#site(device.site).signer);
    const recordHash = hash(bytes);
    this.keys.set(toHex(recordHash), copyBytes(key));
    this.records.push([toHex(recordHash), bytes]);
    this.requests.set(name, toHex(recordHash));
    for (const { device: recipient } of request.recipients)
      await this.#seal(toHex(recipient), bytes, recordHash, key);
    if (this.loseDraw(request)) return "lost";
    return { type: "drawn", draws: [{ record: bytes, key }] };
  }

  async #seal(id: string, record: Bytes, recordHash: Bytes, key: Bytes): Promise<void> {
    const device = this.devices.get(id);
    if (device?.state !== "certified") return;
    if (this.lost(id)) {
      this.#lostCopies.add(`${id} ${toHex(recordHash)}`);
      return;
    }
    const access = device.access.get(device.current) as AccessSecret;
    if (
      !device.context ||
      device.context.generation !== device.current ||
      device.context.isSpent(Date.now())
    ) {
      device.context = await SealingContext.begin({
        site: device.site,
        device: fromHex(id),
        sealingKey: device.sealingKey,
        access,
        now: Date.now(),
      });
    }
    const copy = await device.context.seal(SecretBytes.copyOf(key), recordHash);
    device.copies.set(toHex(recordHash), { record, copy });
    if (this.copies === "push")
      for (const socket of device.sockets) socket.push({ type: "copy-push", record, copy });
  }

  #void(recordHash: string): void {
    this.voided.add(recordHash);
    for (const device of this.devices.values()) device.copies.delete(recordHash);
  }

  async #enrol(site: string, body: Bytes): Promise<Response> {
    const request = parseEnrolRequest(body);
    await verifyEnrolRequest(request);
    const [user, name] = request.value.identityToken.split("|") as [string, string];
    const id = toHex(request.value.device);
    const further = [...this.devices].some(
      ([other, { certificate }]) =>
        other !== id && toHex(parseDeviceCertificate(certificate).value.user) === user,
    );
    const known = this.devices.get(id);
    if (known?.state === "revoked") return Response.json({ code: "device.revoked" }, { status: 403 });
    const pending = known ? known.state === "pending" : further && !this.approveFurther;
    const assurance = known?.assurance ?? (further ? 1 : 0);
    const certificate = await signDeviceCertificate(
      {
        site,
        user: fromHex(user),
        device: request.value.device,
        ed25519Key: request.value.ed25519Key,
        mlDsaKey: request.value.mlDsaKey,
        sealingKey: request.value.sealingKey,
        assurance,
        roles: ["user"],
        name,
        notBefore: Date.now() - 1000,
        notAfter: Date.now() + 86_400_000,
      },
      this.#site(site).signer,
    );
    const secret = { generation: 0, secret: SecretBytes.random(32) };
    const entry = findSite(this.#parsedList as SiteList, site) as SiteEntry;
    this.devices.set(id, {
      state: pending ? "pending" : "certified",
      assurance,
      keysHash: deviceKeysHash(request.value, entry),
      label: request.value.name,
      certificate,
      sealingKey: request.value.sealingKey,
      site,
      access: new Map([[0, secret]]),
      current: 0,
      context: undefined,
      copies: new Map(),
      sockets: new Set(),
    });
    if (pending) return Response.json({ code: "device.approval-needed", retryAfterMs: 20 }, { status: 202 });
    const sealed = await sealAccessSecret(secret.secret, request.value.sealingKey, request.hash);
    return new Response(encodeEnrolAnswer({ certificate, siteList: this.#list as Bytes, ...sealed }));
  }

  /** Newest signed list by site. */
  readonly lists = new Map<string, Bytes>();

  /** What the site does when somebody who may says so; `silent`: nobody is told, the channel stays. */
  async revoke(id: string): Promise<void> {
    const device = this.devices.get(id) as Device;
    device.state = "revoked";
    const list = await this.#revocationList(device.site);
    this.lists.set(device.site, list);
    for (const other of this.devices.values())
      for (const socket of other.sockets) socket.push({ type: "revocation-list", list });
    for (const socket of [...device.sockets]) socket.drop("device.revoked");
  }

  async #revocationList(site: string): Promise<Bytes> {
    const revoked = [...this.devices].filter(([, one]) => one.site === site && one.state === "revoked");
    const devices = revoked.map(([id]) => ({ device: fromHex(id), revokedAt: Date.now() }));
    const list = { site, serial: devices.length, issuedAt: Date.now(), devices };
    return await signRevocationList(list, this.#site(site).signer);
  }

  async #command(bytes: Bytes): Promise<Response> {
    const command = parseCommand(bytes);
    const id = command.value.args["device"] as string;
    const by = [...this.devices.values()].find(({ certificate }) =>
      equalBytes(parseDeviceCertificate(certificate).hash, command.value.certificateHash),
    ) as Device;
    await verifyCommand(command, parseDeviceCertificate(by.certificate).value.ed25519Key, Date.now());
    const device = this.devices.get(id) as Device;
    if (command.value.kind === "device.revoke") await this.revoke(id);
    else {
      checkApproval(readApproval(command.value), { device: fromHex(id), keysHash: device.keysHash });
      Object.assign(device, { state: "certified", assurance: 1 });
    }
    return Response.json({ ok: true });
  }

  #devicesOf({ certificate }: Device): ListedDevice[] {
    const { user } = parseDeviceCertificate(certificate).value;
    return [...this.devices]
      .filter(([, one]) => equalBytes(parseDeviceCertificate(one.certificate).value.user, user))
      .map(([id, { state, assurance, keysHash, label }]) => ({
        device: fromHex(id),
        state: deviceStates[state],
        assurance,
        keysHash,
        label,
        enrolledAt: 1,
      }));
  }

  #site(site: string): Site {
    return this.sites.get(site) as Site;
  }

  #rootKey(): DualSigner {
    return this.#root as DualSigner;
  }
}

function refusal(code: string, message: string, retryAfterMs?: number): ChannelMessage {
  return { type: "error", code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** A WebSocket whose other end is the fake gateway; messages cross in order, one task each. */
export class FakeSocket implements WebSocketLike {
  binaryType = "";
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { reason: string }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  readonly #gateways: FakeGateways;
  #session: Awaited<ReturnType<FakeGateways["accept"]>> | undefined;
  #device: { id: string; device: Device } | undefined;
  #inbound: Promise<void> = Promise.resolve();
  #outbound: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(gateways: FakeGateways, site: string) {
    this.#gateways = gateways;
    const challenge = crypto.getRandomValues(new Uint8Array(32));
    this.#inbound = (async () => {
      await Promise.resolve();
      if (!gateways.online) return this.drop("");
      this.#session = await gateways.accept(site, this, challenge);
      this.#emit(challenge);
    })();
  }

  send(data: Bytes): void {
    const bytes = copyBytes(data);
    this.#inbound = this.#inbound
      .then(() => this.#receive(bytes))
      .catch((error) => this.drop(error.code ?? ""));
  }

  push(message: ChannelMessage): void {
    this.#reply(0, message);
  }

  close(): void {
    this.#closed = true;
    this.#device?.device.sockets.delete(this);
  }

  drop(reason: string): void {
    if (this.#closed) return;
    this.close();
    queueMicrotask(() => this.onclose?.({ reason }));
  }

  async #receive(bytes: Bytes): Promise<void> {
    if (this.#closed || !this.#session) return;
    if (!this.#device) {
      const accepted = await this.#session.take(bytes);
      this.#device = accepted;
      this.#emit(accepted.answer);
      return;
    }
    const frame = await this.#session.channel.open(bytes);
    const { id, device } = this.#device;
    const generations = [...device.access.keys()];
    device.current = Math.max(...generations);
    void this.#gateways.answer(id, device, frame.message).then((message) => {
      if (message === "lost") this.drop("");
      else this.#reply(frame.requestId, message);
    });
  }

  #reply(requestId: number, message: ChannelMessage): void {
    this.#outbound = this.#outbound.then(async () => {
      if (this.#closed || !this.#session) return;
      this.#emit(await this.#session.channel.seal({ requestId, message }));
    });
  }

  #emit(bytes: Bytes): void {
    const { buffer } = copyBytes(bytes);
    setImmediate(() => {
      if (!this.#closed) this.onmessage?.({ data: buffer });
    });
  }
}

export function fakeToken(user: FakeUser): string {
  return `${user.id}|${user.name}`;
}
