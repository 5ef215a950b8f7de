import { existsSync } from "node:fs";
import type { Server as HttpServer } from "node:http";
import { join } from "node:path";
import { PrismaClient } from "../../prisma/relay/client/client.ts";
import type { WebConfig } from "../shared/config-web.ts";
import type { Database } from "../shared/database/database.ts";
import { lockFolder } from "../shared/database/folder-lock.ts";
import { migrate } from "../shared/database/migrate.ts";
import { openPglite } from "../shared/database/open-pglite.ts";
import { openPostgres } from "../shared/database/open-postgres.ts";
import { toHex } from "../shared/hex.ts";
import { Accounts } from "./accounts/accounts.ts";
import { carryRoles } from "./accounts/carry-roles.ts";
import { Lockout } from "./accounts/lockout.ts";
import { Sessions } from "./accounts/sessions.ts";
import { listAgentPosts } from "./agent-posts.ts";
import { AttachmentServer } from "./attachments/attachment-server.ts";
import { AttachmentStore } from "./attachments/attachment-store.ts";
import { keepSwept } from "./attachments/keep-swept.ts";
import { readSessionId } from "./auth/session-cookie.ts";
import { readHealth } from "./health.ts";
import { gatewayOriginFor } from "./http/hosts.ts";
import type { Log } from "./log.ts";
import { listEndpointSites, listPosts } from "./posts.ts";
import type { RelayRuntime } from "./runtime.ts";
import type { AgentAnswer, AgentDesk } from "./socket/agent-sockets.ts";
import { identifyBearer } from "./socket/handshake.ts";
import { openRelaySockets, type RelaySockets } from "./socket/relay-sockets.ts";
import { openIdentityKey } from "./tokens/identity-key.ts";
import { IdentityTokens } from "./tokens/identity-tokens.ts";
import { openSessionSecret } from "./tokens/session-secret.ts";

export interface RelayStore {
  readonly database: Database;
  readonly prisma: PrismaClient;
  close(): Promise<void>;
}

/** Where the reviewed SQL is, from the folder the program was started in. */
const migrationsFolder = join("prisma", "relay", "migrations");

/**
 * Opens the relay's database, PGlite under the data folder or PostgreSQL by URL, and brings it up to date.
 * @throws DatabaseError; Error when started outside the project's folder.
 */
export async function openRelayStore(
  config: Pick<WebConfig, "dataFolder" | "databaseUrl">,
): Promise<RelayStore> {
  if (!existsSync(migrationsFolder)) {
    throw new Error(`${migrationsFolder} is not here: start from the project's folder`);
  }
  const folder = join(config.dataFolder, "web");
  // PGlite is one process's alone; PostgreSQL is shared by as many as there are.
  const lock = config.databaseUrl === undefined ? lockFolder(folder, "web") : undefined;
  let database: Database | undefined;
  try {
    database =
      config.databaseUrl === undefined
        ? await openPglite(join(folder, "db"))
        : await openPostgres(config.databaseUrl);
    await migrate(database, migrationsFolder);
  } catch (error) {
    await database?.close();
    lock?.release();
    throw error;
  }
  return withPrisma(database, () => lock?.release());
}

function withPrisma(database: Database, release: () => void): RelayStore {
  const prisma = new PrismaClient({ adapter: database.prismaAdapter() });
  return {
    database,
    prisma,
    close: async () => {
      await prisma.$disconnect();
      await database.close();
      release();
    },
  };
}

export interface RelayServices {
  readonly runtime: RelayRuntime;
  /** The sealed files, for the web server to ask before the pages. */
  readonly attachments: AttachmentServer;
  /** Attaches the relay's sockets to the server; after it, sign-outs reach them. */
  attach(server: HttpServer): Promise<void>;
  /** Sockets first, then the database. */
  close(): Promise<void>;
}

export interface RelayServicesOptions {
  readonly config: WebConfig;
  readonly version: string;
  readonly log: Log;
}

/** Everything the web process is, except the pages. */
export async function startRelay(options: RelayServicesOptions): Promise<RelayServices> {
  const { config, version, log } = options;
  const store = await openRelayStore(config);
  try {
    return await assemble(store, { config, version, log });
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function assemble(store: RelayStore, options: RelayServicesOptions): Promise<RelayServices> {
  const { config, version, log } = options;
  const { database, prisma } = store;
  const accounts = new Accounts(prisma, new Lockout(database));
  const sessions = new Sessions(prisma);
  const tokens = new IdentityTokens(await openIdentityKey(config.dataFolder));
  const sessionSecret = config.sessionSecret ?? openSessionSecret(config.dataFolder);
  const posts = config.demonstration ? listPosts(config.network) : [];
  const sites = listEndpointSites(config.network);
  if (config.demonstration) await accounts.seedPosts(posts);
  else await sessions.endDemonstration();
  const agentPosts = config.agentSecret === undefined ? [] : listAgentPosts(config.network);
  await accounts.seedAgents(agentPosts);
  let sockets: RelaySockets | undefined;
  const notYet: AgentAnswer = { ok: false, code: "agent.away", message: "The relay is starting." };
  const agents: AgentDesk = {
    posts: agentPosts,
    isConnected: (user) => sockets?.agents.isConnected(user) ?? false,
    command: async (user, name, input) => (await sockets?.agents.command(user, name, input)) ?? notYet,
    state: async (user) => (await sockets?.agents.state(user)) ?? notYet,
  };

  const setRoles: RelayRuntime["setRoles"] = async (user, roles) => {
    await accounts.setRoles(user, roles);
    sockets?.signOffs.endUser(user, "roles-changed");
  };
  const runtime: RelayRuntime = {
    config,
    version,
    sessionSecret,
    accounts,
    sessions,
    tokens,
    posts,
    sites,
    agents,
    log,
    health: () =>
      readHealth({
        database,
        agents,
        gatewayOrigin: gatewayOriginFor(undefined, config),
        version,
      }),
    readSessionCookie: async (value) => {
      const session = await readSessionId(value, sessionSecret);
      return session === null ? null : sessions.check(session, Date.now());
    },
    signOut: async (session) => {
      await sessions.end(session);
      sockets?.signOffs.endSession(session, "signed-out");
    },
    setDisabled: async (user, disabled) => {
      await accounts.setDisabled(user, disabled);
      sockets?.signOffs.endUser(user, "disabled");
    },
    setRoles,
    carryRoles: (signed) => carryRoles(signed, gatewayOriginFor(undefined, config), setRoles),
  };
  const secureCookies = config.tls !== undefined;
  const handshake = { sessions, tokens, sessionSecret, secureCookies };
  const files = new AttachmentStore(database);
  const sweeping = keepSwept(files, log);
  return {
    runtime,
    attachments: new AttachmentServer({
      store: files,
      identify: (authorization) => identifyBearer(authorization, handshake, Date.now()),
      log,
      clock: () => performance.now(),
    }),
    attach: async (server) => {
      sockets = await openRelaySockets({
        ...handshake,
        server,
        config,
        database,
        gatewayOrigin: gatewayOriginFor(undefined, config),
        log,
        agents: new Set(agentPosts.map(({ user }) => toHex(user))),
      });
    },
    close: async () => {
      await sweeping.stop();
      await sockets?.close();
      await store.close();
    },
  };
}
