import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Gateways } from "../../../lib/gateway/gateways.ts";
import { createAllowedOrigins } from "../../../lib/gateway/http/allowed-origins.ts";
import { installChannelUpgrades } from "../../../lib/gateway/http/channel-upgrades.ts";
import { createServer } from "../../../lib/gateway/http/create-server.ts";
import { installGatewayRoutes } from "../../../lib/gateway/http/gateway-routes.ts";
import { CommitQueue } from "../../../lib/shared/database/commit-queue.ts";
import { migrate } from "../../../lib/shared/database/migrate.ts";
import { openPglite } from "../../../lib/shared/database/open-pglite.ts";
import { FakeKeyNetwork } from "../gateway/support/fake-key-network.ts";
import { createTokenIssuer, type TokenIssuer } from "../gateway/support/token-issuer.ts";

/** Real gateways of two posts' sites on one port that stays the same over a restart; only the photons are missing. */
export class GatewayServers {
  readonly #folder = mkdtempSync(join(tmpdir(), "vernam-messenger-gateways-"));
  readonly #keys = new FakeKeyNetwork();
  readonly #sites: readonly string[];
  readonly #now: () => number;
  #tokens: TokenIssuer | undefined;
  #port = 0;
  #stop: () => Promise<void> = async () => undefined;

  constructor(sites: readonly string[], now: () => number = Date.now) {
    this.#sites = sites;
    this.#now = now;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async open(): Promise<void> {
    this.#tokens ??= await createTokenIssuer(this.#folder, this.#now);
    const database = await openPglite(join(this.#folder, "qkdn", "db"));
    await migrate(database, join(import.meta.dirname, "../../../prisma/keys/migrations"));
    const queue = new CommitQueue(database);
    const log = () => undefined;
    const gateways = await Gateways.open({
      dataFolder: this.#folder,
      network: "test",
      sites: this.#sites.map((id) => ({ id, name: id, country: id.slice(0, 2).toUpperCase() })),
      origin: "http://localhost:3001",
      demonstration: true,
      approvesEach: () => false,
      database,
      queue,
      providerFor: (site) => this.#keys.providerFor(site),
      saeOf: (site) => `sae-${site}`,
      record: async () => undefined,
      onUse: log,
      log,
      now: this.#now,
    });
    const origins = createAllowedOrigins(3000, []);
    const server = createServer({ origins, tls: undefined, log });
    installGatewayRoutes(server, gateways);
    const upgrades = installChannelUpgrades(server.server, gateways, origins);
    await server.listen({ port: this.#port, host: "127.0.0.1" });
    this.#port = (server.server.address() as AddressInfo).port;
    this.#stop = async () => {
      upgrades.close();
      await server.close();
      await gateways.close();
      await queue.close();
      await database.close();
    };
  }

  async token(user: Uint8Array, site: string, audience: string): Promise<string> {
    if (!this.#tokens) throw new Error("the gateways are not open");
    return await this.#tokens.token(user, site, ["user"], audience);
  }

  async restart(): Promise<void> {
    await this.#stop();
    await this.open();
  }

  async close(): Promise<void> {
    await this.#stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
