import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { io, type Socket } from "socket.io-client";
import { encodeDeviceCertificate } from "../../../lib/protocol/device-certificate.ts";
import { encodeReceipt } from "../../../lib/protocol/receipt.ts";
import type {
  ClientToRelayEvents,
  RelayAnswer,
  RelayToClientEvents,
} from "../../../lib/protocol/relay-events.ts";
import { encodeRosterEvent, type RosterChange } from "../../../lib/protocol/roster-event.ts";
import { encodeSigned } from "../../../lib/protocol/signed.ts";
import { createWebServer } from "../../../lib/relay/http/web-server.ts";
import { createLog } from "../../../lib/relay/log.ts";
import { type RelayServices, startRelay } from "../../../lib/relay/start-relay.ts";
import { copyBytes } from "../../../lib/shared/bytes.ts";
import { readWebConfig } from "../../../lib/shared/config-web.ts";
import { fromHex } from "../../../lib/shared/hex.ts";

export type Client = Socket<RelayToClientEvents, ClientToRelayEvents>;

/** A real relay: database, sockets, HTTP server; only the pages are missing. */
export class RelayWorld {
  readonly relay: RelayServices;
  readonly server: Server;
  readonly origin: string;
  readonly dataFolder: string;
  readonly #clients: Client[] = [];

  private constructor(relay: RelayServices, server: Server, dataFolder: string) {
    this.relay = relay;
    this.server = server;
    this.dataFolder = dataFolder;
    this.origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  }

  static async start(env: Record<string, string> = {}): Promise<RelayWorld> {
    const dataFolder = env.DATA_DIR ?? mkdtempSync(join(tmpdir(), "vernam-relay-"));
    const config = readWebConfig({
      NETWORK: "iberia-small",
      ...env,
      DATA_DIR: dataFolder,
    } as unknown as NodeJS.ProcessEnv);
    const log = createLog(env.LOG_LEVEL ?? "silent");
    const relay = await startRelay({ config, version: "test", log });
    const noPages = () => async (_request: unknown, response: ServerResponse) => {
      response.writeHead(404).end();
    };
    const server = createWebServer(config, log, noPages, relay.attachments);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await relay.attach(server);
    return new RelayWorld(relay, server, dataFolder);
  }

  async stop(options: { keepData?: boolean } = {}): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.relay.close();
    this.server.closeAllConnections();
    if (options.keepData !== true) rmSync(this.dataFolder, { recursive: true, force: true });
  }

  /** Signs a post in, as next-auth's callback does, and returns the session id. */
  async signIn(handle: string): Promise<{ user: string; site: string; session: string }> {
    const account = await this.relay.runtime.accounts.findPost(handle);
    if (account === null) throw new Error(`no post ${handle}`);
    const { session } = await this.relay.runtime.sessions.open(account.id, Date.now());
    return { user: account.id, site: account.site, session };
  }

  async relayToken(session: string): Promise<string> {
    const { sessions, tokens } = this.relay.runtime;
    const standing = await sessions.check(session, Date.now());
    if (standing === null) throw new Error("no such session");
    return (await tokens.issue(standing.account, "relay", standing, Date.now())).token;
  }

  /** A connected person with a published device. */
  async connect(handle: string): Promise<Person> {
    const who = await this.signIn(handle);
    const device = randomBytes(16).toString("hex");
    const client = this.socket({ device, token: await this.relayToken(who.session) });
    await connected(client);
    const person = new Person(client, who, device);
    await person.publish();
    return person;
  }

  socket(
    auth: Record<string, unknown>,
    options: { namespace?: string; headers?: Record<string, string> } = {},
  ) {
    const client: Client = io(`${this.origin}${options.namespace ?? ""}`, {
      auth,
      forceNew: true,
      reconnection: false,
      transports: ["websocket"],
      ...(options.headers === undefined ? {} : { extraHeaders: options.headers }),
    });
    this.#clients.push(client);
    return client;
  }
}

export function connected(client: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once("connect", resolve);
    client.once("connect_error", reject);
  });
}

/** The next event of this name. */
export function next<Name extends keyof RelayToClientEvents>(
  client: Client,
  name: Name,
): Promise<Parameters<RelayToClientEvents[Name]>[0]> {
  return new Promise((resolve) => client.once(name as never, resolve as never));
}

/** The entry with this number, whatever else is heard before it. */
export function entryHeard(
  client: Client,
  conversation: string,
  seq: number,
): Promise<{ kind: string; bytes: Uint8Array }> {
  return new Promise((resolve) => {
    client.on("entry", function listen(event) {
      if (event.conversation !== conversation || event.seq !== seq) return;
      client.off("entry", listen);
      resolve({ kind: event.kind, bytes: event.bytes as Uint8Array });
    });
  });
}

/** Emits anything under any name: what a hostile client may do. */
export function ask<T extends object = Record<string, unknown>>(
  client: Client,
  name: string,
  ...args: unknown[]
): Promise<RelayAnswer<T>> {
  return (
    client.timeout(20_000) as unknown as { emitWithAck(...all: unknown[]): Promise<RelayAnswer<T>> }
  ).emitWithAck(name, ...args);
}

export function accepted<T extends object>(answer: RelayAnswer<T>): { readonly ok: true } & T {
  if (!answer.ok) throw new Error(`refused: ${answer.code} ${answer.message}`);
  return answer;
}

export class Person {
  readonly client: Client;
  readonly user: string;
  readonly site: string;
  readonly session: string;
  readonly device: string;
  certificateHash = "";

  constructor(client: Client, who: { user: string; site: string; session: string }, device: string) {
    this.client = client;
    this.user = who.user;
    this.site = who.site;
    this.session = who.session;
    this.device = device;
  }

  async publish(): Promise<void> {
    const certificate = makeCertificate({ user: this.user, site: this.site, device: this.device });
    const answer = await ask<{ hash: string }>(this.client, "directory:publish", { certificate });
    this.certificateHash = accepted(answer).hash;
  }

  /** Creates a conversation with others and returns its id. */
  async createConversation(...others: Person[]): Promise<string> {
    const conversation = randomBytes(16).toString("hex");
    const event = makeCreate(conversation, this, others);
    accepted(await ask(this.client, "roster:append", { conversation, previous: "", event }));
    return conversation;
  }

  send(conversation: string, bytes: Uint8Array, clientId = randomBytes(16).toString("hex")) {
    return ask<{ seq: number }>(this.client, "entry:send", {
      conversation,
      clientId,
      kind: "envelope",
      bytes,
    });
  }

  read(conversation: string, after = 0, limit = 200) {
    return ask<{ entries: { seq: number; kind: string; bytes: string }[]; head: number }>(
      this.client,
      "entry:read",
      { conversation, after, limit },
    );
  }
}

const noise = (length: number) => copyBytes(randomBytes(length));

/** The relay does not verify signatures: devices do. */
export function makeCertificate(of: { user: string; site: string; device: string; notAfter?: number }) {
  const body = encodeDeviceCertificate({
    site: of.site,
    user: fromHex(of.user),
    device: fromHex(of.device),
    ed25519Key: noise(32),
    mlDsaKey: noise(1952),
    sealingKey: noise(1216),
    assurance: 0,
    roles: ["user"],
    name: "A post",
    notBefore: 0,
    notAfter: of.notAfter ?? Date.now() + 86_400_000,
  });
  return encodeSigned({ body, ed25519: noise(64), mlDsa: noise(3309) });
}

export function makeCreate(conversation: string, author: Person, others: readonly Person[]) {
  const members = [author, ...others].map((person) => ({
    user: fromHex(person.user),
    site: person.site,
    devices: [{ device: fromHex(person.device), certificateHash: fromHex(person.certificateHash) }],
    moderator: person === author,
  }));
  return makeRosterEvent(conversation, author, "", { kind: "create", members });
}

export function makeRosterEvent(
  conversation: string,
  author: Person,
  previous: string,
  change: RosterChange,
) {
  const body = encodeRosterEvent({
    conversation: fromHex(conversation),
    previous: fromHex(previous),
    author: fromHex(author.device),
    at: 1_000,
    change,
  });
  return encodeSigned({ body, ed25519: noise(64) });
}

export function makeReceipt(conversation: string, device: string, kind: 1 | 2, at: number) {
  const body = encodeReceipt({
    conversation: fromHex(conversation),
    device: fromHex(device),
    kind,
    frontier: [noise(64)],
    at,
  });
  return encodeSigned({ body, ed25519: noise(64) });
}
