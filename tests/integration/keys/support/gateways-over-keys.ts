import type { AddressInfo } from "node:net";
import { Gateways } from "../../../../lib/gateway/gateways.ts";
import { createAllowedOrigins } from "../../../../lib/gateway/http/allowed-origins.ts";
import { installChannelUpgrades } from "../../../../lib/gateway/http/channel-upgrades.ts";
import { createServer } from "../../../../lib/gateway/http/create-server.ts";
import { installGatewayRoutes } from "../../../../lib/gateway/http/gateway-routes.ts";
import { recordInLedger } from "../../../../lib/gateway/record-in-ledger.ts";
import { readExternalKmes } from "../../../../lib/keys/external/external-kmes.ts";
import { saeIdOf } from "../../../../lib/keys/kme/kme.ts";
import {
  newFolder,
  openTestWorld,
  removeFolder,
  smallTopology,
  type TestWorld,
} from "../../../keys/support/open-world.ts";
import type { DeviceWorld } from "../../gateway/support/test-device.ts";
import { createTokenIssuer, type TokenIssuer } from "../../gateway/support/token-issuer.ts";

/** The gateways of a whole small network over its own key managers, and over external ones where a file says so. */
export class GatewaysOverKeys implements DeviceWorld {
  readonly folder: string;
  readonly errors: unknown[] = [];
  readonly refused: string[] = [];
  keys!: TestWorld;
  gateways!: Gateways;
  port = 0;
  #issuer!: TokenIssuer;
  #stop: (() => Promise<void>) | undefined;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param externalKmes the file of external key managers; it need not exist. */
  static async start(externalKmes: string): Promise<GatewaysOverKeys> {
    const world = new GatewaysOverKeys(await newFolder());
    world.#issuer = await createTokenIssuer(world.folder, Date.now);
    await world.#open(externalKmes);
    return world;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  token(user: Uint8Array, site: string, roles?: readonly string[]): Promise<string> {
    return this.#issuer.token(user, site, roles);
  }

  async close(): Promise<void> {
    await this.#stop?.();
    removeFolder(this.folder);
  }

  async #open(externalKmes: string): Promise<void> {
    this.keys = await openTestWorld(this.folder, { external: readExternalKmes(externalKmes) });
    const { world } = this.keys;
    const record = recordInLedger(world.commits, world.ledger, Date.now);
    this.gateways = await Gateways.open({
      dataFolder: this.folder,
      network: "test",
      sites: smallTopology.sites.filter((site) => world.endpointSites.includes(site.id)),
      origin: "http://localhost:3001",
      demonstration: true,
      approvesEach: () => false,
      database: world.database,
      queue: world.commits,
      providerFor: (site) => world.gatewayProviderFor(site, "built-in"),
      saeOf: saeIdOf,
      record: async (site, event, detail) => {
        if (event === "notice.refused") this.refused.push(`${site} ${detail.code}`);
        await record(site, event, detail);
      },
      onUse: () => undefined,
      log: (error) => this.errors.push(error),
      now: Date.now,
    });
    const origins = createAllowedOrigins(3000, []);
    const server = createServer({ origins, tls: undefined, log: (error) => this.errors.push(error) });
    installGatewayRoutes(server, this.gateways);
    const upgrades = installChannelUpgrades(server.server, this.gateways, origins);
    await server.listen({ port: 0, host: "127.0.0.1" });
    this.port = (server.server.address() as AddressInfo).port;
    this.#stop = async () => {
      upgrades.close();
      await server.close();
      await this.gateways.close();
      await world.close();
    };
  }
}
