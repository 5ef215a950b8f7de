import type { Server as HttpServer } from "node:http";
import { createAdapter } from "@socket.io/redis-streams-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";
import type { WiretapFrame } from "../../protocol/relay-events.ts";
import type { WebConfig } from "../../shared/config-web.ts";
import { CommitQueue } from "../../shared/database/commit-queue.ts";
import type { Database } from "../../shared/database/database.ts";
import { fromHex } from "../../shared/hex.ts";
import { isAllowedHost } from "../http/hosts.ts";
import { isSameOrigin } from "../http/same-origin.ts";
import { relayLimits } from "../limits.ts";
import type { Log } from "../log.ts";
import { RelayError } from "../relay-error.ts";
import { readAudience } from "../store/audience.ts";
import { putReceipts } from "../store/receipts.ts";
import { requireMember } from "../store/standing.ts";
import { AgentSockets, requireAgent } from "./agent-sockets.ts";
import { answering } from "./answer.ts";
import { EntryQueue } from "./entry-queue.ts";
import { FanOut } from "./fan-out.ts";
import { createHandlers, type HandlerServices } from "./handlers.ts";
import { type HandshakeServices, identifySocket } from "./handshake.ts";
import { Presence } from "./presence.ts";
import { RateLimit } from "./rate.ts";
import { type RequestName, type RequestOf, readRequest } from "./requests.ts";
import { fetchSiteList, RevokedDevices } from "./revoked-devices.ts";
import { SignOffs } from "./sign-offs.ts";
import { type RelayServer, type RelaySocket, sessionRoom, userRoom } from "./socket-types.ts";

export interface RelaySocketsOptions extends HandshakeServices {
  readonly server: HttpServer;
  readonly config: Pick<WebConfig, "allowedHosts" | "demonstration" | "redisUrl" | "development">;
  readonly database: Database;
  /** Where the gateways publish the site list. */
  readonly gatewayOrigin: string;
  readonly log: Log;
  /** Users (hex) of the agents of this start. */
  readonly agents: ReadonlySet<string>;
}

export interface RelaySockets {
  readonly agents: AgentSockets;
  readonly signOffs: SignOffs;
  /** Answers what is waiting, then disconnects everybody. */
  close(): Promise<void>;
}

const sweepMs = 15_000;
const steady = (): number => performance.now();

/** Attaches the relay to the HTTP server, once. */
export async function openRelaySockets(options: RelaySocketsOptions): Promise<RelaySockets> {
  const { server, config, database, log } = options;
  const redis = await connectRedis(config.redisUrl, log);
  const secure = options.secureCookies;
  const io: RelayServer = new Server(server, {
    serveClient: false,
    maxHttpBufferSize: relayLimits.frame,
    perMessageDeflate: false,
    destroyUpgrade: !config.development,
    connectTimeout: 10_000,
    allowRequest: (request, decide) => {
      const welcome = isAllowedHost(request.headers.host, config) && isSameOrigin(request.headers, secure);
      decide(welcome ? null : "this host or origin is not served", welcome);
    },
    ...(redis === undefined ? {} : { adapter: createAdapter(redis) }),
  });
  const wiretap = io.of("/wiretap");
  // A frame is encoded whether or not anybody watches; with Redis the watchers may be at another process.
  const watched = () => redis !== undefined || wiretap.sockets.size > 0;
  const fanOut = new FanOut(io, (frame) => watched() && emitWiretap(wiretap, frame), Date.now);
  const queue = new EntryQueue(database, (entries) => fanOut.entriesCommitted(entries));
  const commits = new CommitQueue(database);
  const putReceipt = commits.kind(putReceipts);
  const signOffs = new SignOffs(io, database);
  const revoked = new RevokedDevices(io, () => fetchSiteList(options.gatewayOrigin, Date.now));
  const presence = new Presence(io);
  const agents = new AgentSockets(io, log);
  for (const space of [io.of("/"), wiretap, io.of("/agents")]) {
    space.use((socket, next) => {
      identifySocket(socket.handshake, options, Date.now())
        .then((data) => {
          const { account, session } = data.standing;
          refuseUnfit(space.name, account.roles, data.speaker.device, config.demonstration);
          if (space.name === "/agents") requireAgent(account, session, options.agents);
          if (revoked.has(account.site, data.speaker.device))
            throw new RelayError("relay.signed-out", "This device was revoked by its site.");
          Object.assign(socket.data, data);
          next();
        })
        .catch((error: unknown) => next(connectError(error, log)));
    });
    space.on("connection", (socket) => welcome(socket as RelaySocket, signOffs));
  }
  io.on("connection", (socket) =>
    serve(socket, { database, queue, putReceipt, fanOut, revoked, presence, now: Date.now }, log),
  );
  const sweeping = setInterval(() => {
    signOffs.sweep().catch((error: unknown) => log.error({ err: error }, "the session sweep failed"));
  }, sweepMs);
  return {
    agents,
    signOffs,
    close: async () => {
      clearInterval(sweeping);
      io.disconnectSockets(true);
      await queue.drain();
      await commits.close();
      await io.close();
      if (redis !== undefined) redis.destroy();
    },
  };
}

type WiretapNamespace = ReturnType<RelayServer["of"]>;

function emitWiretap(wiretap: WiretapNamespace, frame: WiretapFrame): void {
  // The typed maps are those of "/"; this namespace has its own (WiretapEvents).
  (wiretap as unknown as { emit(event: "frame", frame: WiretapFrame): void }).emit("frame", frame);
}

function refuseUnfit(
  namespace: string,
  roles: readonly string[],
  device: string,
  demonstration: boolean,
): void {
  if (namespace === "/wiretap" && !(demonstration && roles.includes("presenter"))) {
    throw new RelayError("relay.signed-out", "Only a presenter of the demonstration may watch the wire.");
  }
  if (namespace === "/" && device === "") {
    throw new RelayError("relay.malformed", "The handshake names no device.");
  }
}

/** What a refused client sees: `error.message` is the code. */
function connectError(error: unknown, log: Log): Error {
  const known = error instanceof RelayError;
  if (!known) log.error({ err: error }, "a handshake failed");
  const refused: Error & { data?: object } = new Error(known ? error.code : "relay.unavailable");
  refused.data = { code: refused.message, message: known ? error.message : "The relay cannot answer now." };
  return refused;
}

function welcome(socket: RelaySocket, signOffs: SignOffs): void {
  const { speaker, standing } = socket.data;
  const room = userRoom(speaker.user);
  const there = socket.nsp.adapter.rooms.get(room)?.size ?? 0;
  if (there >= relayLimits.socketsPerUser) {
    socket.disconnect(true);
    return;
  }
  socket.join(speaker.session === null ? room : [room, sessionRoom(speaker.session)]);
  const expiry = setTimeout(() => {
    socket.emit("session:end", { reason: "expired" });
    socket.disconnect(true);
  }, standing.expiresAt - Date.now());
  socket.on("disconnect", () => clearTimeout(expiry));
  // A sign-out between the handshake and joining the rooms would have missed this socket.
  signOffs.check(socket).catch(() => socket.disconnect(true));
}

function serve(socket: RelaySocket, services: HandlerServices, log: Log): void {
  const { speaker } = socket.data;
  const sends = new RateLimit(relayLimits.sends, steady());
  const others = new RateLimit(relayLimits.requests, steady());
  const onSignedOut = (): void => {
    socket.emit("session:end", { reason: "signed-out" });
    socket.disconnect(true);
  };
  const handlers = createHandlers(speaker, socket.id, services);
  const listen = <Name extends Exclude<RequestName, "hint">>(name: Name): void => {
    const rate = name === "entry:send" || name === "entries:send" ? sends : others;
    const handle = handlers[name];
    const listener = answering<Name>({
      name,
      rate,
      cost: costOf(name),
      log,
      clock: steady,
      handle,
      onSignedOut,
    });
    // Socket.IO's types promise well-formed arguments; the wire does not.
    (socket as unknown as { on(event: string, listener: (...args: unknown[]) => void): void }).on(
      name,
      (...args) => void listener(...args),
    );
  };
  for (const name of Object.keys(handlers) as Exclude<RequestName, "hint">[]) listen(name);
  listenToHints(socket, services);
}

/** Each entry takes a turn of its own, however they come. */
function costOf<Name extends RequestName>(name: Name): ((request: RequestOf<Name>) => number) | undefined {
  if (name !== "entries:send") return undefined;
  return (request) => (request as RequestOf<"entries:send">).entries.length;
}

function listenToHints(socket: RelaySocket, { database, fanOut }: HandlerServices): void {
  const { speaker } = socket.data;
  const rate = new RateLimit(relayLimits.hints, steady());
  socket.on("hint", (value: unknown) => {
    const reading = readRequest("hint", value);
    if ("refused" in reading || !rate.take(steady()).ok) return;
    const { conversation } = reading.request;
    const id = fromHex(conversation);
    requireMember(database, speaker, id)
      .then(() => readAudience(database, id))
      .then((audience) => fanOut.hinted(conversation, speaker.user, audience))
      .catch(() => undefined);
  });
}

/** Connects when a URL is given. @throws when Redis does not answer: a half-connected cluster would lose events. */
async function connectRedis(url: string | undefined, log: Log) {
  if (url === undefined) return undefined;
  const client = createClient({ url, socket: { connectTimeout: 5_000 } });
  client.on("error", (error: Error) => log.error({ err: error }, "redis"));
  await client.connect();
  return client;
}
