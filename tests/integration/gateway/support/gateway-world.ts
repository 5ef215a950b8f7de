import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Administration } from "../../../../lib/gateway/administration/administration.ts";
import { Gateways } from "../../../../lib/gateway/gateways.ts";
import { createAllowedOrigins } from "../../../../lib/gateway/http/allowed-origins.ts";
import { installChannelUpgrades } from "../../../../lib/gateway/http/channel-upgrades.ts";
import { createServer } from "../../../../lib/gateway/http/create-server.ts";
import { installGatewayRoutes } from "../../../../lib/gateway/http/gateway-routes.ts";
import type { AlarmView, OverviewView } from "../../../../lib/keys/api-types.ts";
import { CommitQueue } from "../../../../lib/shared/database/commit-queue.ts";
import type { Database } from "../../../../lib/shared/database/database.ts";
import { migrate } from "../../../../lib/shared/database/migrate.ts";
import { openPglite } from "../../../../lib/shared/database/open-pglite.ts";
import { FakeKeyNetwork } from "./fake-key-network.ts";
import { createTokenIssuer, type TokenIssuer } from "./token-issuer.ts";

export const lisbon = "pt-lis-mne";
export const madrid = "es-mad-maec";
export const secondMadrid = "es-mad-cni";
const sites = [
  { id: lisbon, name: "Foreign Ministry, Lisbon", country: "PT" },
  { id: madrid, name: "Foreign Ministry, Madrid", country: "ES" },
  { id: secondMadrid, name: "Cryptology Centre, Madrid", country: "ES" },
];

const quietOverview: OverviewView = {
  network: "test",
  startedAt: 0,
  warmUp: { done: true, linksWithKey: 1, links: 2, fillRatio: 1 },
  linksByCondition: { starting: 0, generating: 1, standby: 0, alarm: 1, down: 0, quarantined: 0 },
  alarms: 1,
  availableBytes: 0,
  generatedBytes: 0,
  consumedBytes: 0,
  keysSupplied: 0,
  pairsWithKey: 3,
  pairsWaiting: [{ a: lisbon, b: madrid, reason: "no route" }],
};

/** Gateways of three sites over a fake key network and a real PGlite, reachable over real HTTP and WebSockets. */
export class GatewayWorld {
  readonly folder: string;
  readonly keys: FakeKeyNetwork;
  readonly events: { site: string; event: string; detail: Readonly<Record<string, string>> }[] = [];
  readonly errors: unknown[] = [];
  clock = 0;
  /** Sites whose officer approves each device; counts at the next start. */
  readonly approving = new Set<string>();
  webPort = 3000;
  port = 0;
  database!: Database;
  queue!: CommitQueue;
  gateways!: Gateways;
  administration!: Administration;
  /** What the links report; tests raise alarms here. */
  readonly alarms = new Set<(alarm: AlarmView) => void>();
  #issuer!: TokenIssuer;
  #stop: (() => Promise<void>) | undefined;

  private constructor(folder: string, keys: FakeKeyNetwork) {
    this.folder = folder;
    this.keys = keys;
  }

  static async start(): Promise<GatewayWorld> {
    const folder = mkdtempSync(join(tmpdir(), "vernam-gateway-"));
    const world = new GatewayWorld(folder, new FakeKeyNetwork());
    world.#issuer = await createTokenIssuer(folder, world.now);
    await world.open();
    return world;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  now = (): number => Date.now() + this.clock;

  async open(): Promise<void> {
    this.database = await openPglite(join(this.folder, "qkdn", "db"));
    await migrate(this.database, join(import.meta.dirname, "../../../../prisma/keys/migrations"));
    this.queue = new CommitQueue(this.database);
    this.gateways = await Gateways.open({
      dataFolder: this.folder,
      network: "test",
      sites,
      origin: "http://localhost:3001",
      demonstration: true,
      approvesEach: (site) => this.approving.has(site),
      database: this.database,
      queue: this.queue,
      providerFor: (site) => this.keys.providerFor(site),
      saeOf: (site) => `sae-${site}`,
      record: async (site, event, detail) => void this.events.push({ site, event, detail }),
      onUse: () => undefined,
      log: (error) => this.errors.push(error),
      now: this.now,
    });
    this.administration = await Administration.open({
      database: this.database,
      queue: this.queue,
      policies: this.gateways.policies,
      overview: () => quietOverview,
      generated: async () => 0,
      pair: () => ({ availableBytes: 1 }),
      onAlarm: (listener) => {
        this.alarms.add(listener);
        return () => this.alarms.delete(listener);
      },
      onRequest: () => () => undefined,
      log: (error) => this.errors.push(error),
      now: this.now,
    });
    const origins = createAllowedOrigins(this.webPort, []);
    const server = createServer({ origins, tls: undefined, log: (error) => this.errors.push(error) });
    installGatewayRoutes(server, this.gateways);
    const upgrades = installChannelUpgrades(server.server, this.gateways, origins);
    await server.listen({ port: 0, host: "127.0.0.1" });
    this.port = (server.server.address() as AddressInfo).port;
    this.#stop = async () => {
      upgrades.close();
      await server.close();
      await this.administration.close();
      await this.gateways.close();
      await this.queue.close();
      await this.database.close();
    };
  }

  /** Stops everything and opens it again on the same folder. */
  async restart(): Promise<void> {
    await this.#stop?.();
    await this.open();
  }

  async close(): Promise<void> {
    await this.#stop?.();
    rmSync(this.folder, { recursive: true, force: true });
  }

  token(user: Uint8Array, site: string, roles?: readonly string[], audience?: string): Promise<string> {
    return this.#issuer.token(user, site, roles, audience);
  }
}
