import { createServer as createNetServer } from "node:net";
import { join } from "node:path";
import { readExternalKmes } from "../../keys/external/external-kmes.ts";
import type { KeyWorld } from "../../keys/key-world-types.ts";
import { saeIdOf } from "../../keys/kme/kme.ts";
import type { SimulatedLinkNetwork } from "../../keys/links/link-network-types.ts";
import { readLinkParameters } from "../../keys/links/link-parameters-file.ts";
import { topologyViewOf } from "../../keys/links/topology-view.ts";
import { openSimulatedWorld } from "../../keys/open-simulated-world.ts";
import { withoutSpace } from "../../keys/space/open-space.ts";
import type { SpaceNetwork } from "../../keys/space/space-network.ts";
import { emptySpaceView } from "../../keys/space/space-view.ts";
import type { Topology } from "../../network/topology.ts";
import type { QkdnConfig } from "../../shared/config-qkdn.ts";
import { Administration } from "../administration/administration.ts";
import { Gateways } from "../gateways.ts";
import { createAllowedOrigins } from "../http/allowed-origins.ts";
import { installChannelUpgrades } from "../http/channel-upgrades.ts";
import { createServer } from "../http/create-server.ts";
import { installGatewayRoutes } from "../http/gateway-routes.ts";
import { installHealthRoute } from "../http/health-route.ts";
import { installMetricsRoute } from "../http/metrics-route.ts";
import { CommandDesk } from "../operations/command-desk.ts";
import { installEventsRoute } from "../operations/events-route.ts";
import { OperationsFeed } from "../operations/operations-feed.ts";
import { installOperationsRoutes } from "../operations/operations-routes.ts";
import { StageDesk } from "../operations/stage-desk.ts";
import { recordInLedger } from "../record-in-ledger.ts";
import type { ProcessLog } from "./process-log.ts";

export interface KeyProcessOptions {
  readonly config: QkdnConfig;
  readonly topology: Topology;
  /** The bundled link worker, a file that plain Node can run. */
  readonly linkWorker: URL;
  readonly log: ProcessLog;
  readonly now: () => number;
}

export interface KeyProcess {
  readonly world: KeyWorld;
  readonly links: SimulatedLinkNetwork;
  /** Undefined for a network without satellites. */
  readonly space: SpaceNetwork | undefined;
  readonly gateways: Gateways;
  /** Clean: everything accepted is durable, and the folder is marked as left in order. */
  close(): Promise<void>;
}

/** Opens links, key managers, gateways and their listener, in that order; what was opened is closed on failure. */
export async function startKeyProcess(options: KeyProcessOptions): Promise<KeyProcess> {
  const { config, topology, log, now } = options;
  const opened: (() => Promise<void> | void)[] = [];
  const closeAll = async () => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  await checkPortFree(config);
  try {
    const { world, links, space } = await openKeys(options, opened);
    const gateways = await Gateways.open({
      dataFolder: config.dataFolder,
      network: topology.name,
      sites: topology.sites.filter((site) => world.endpointSites.includes(site.id)),
      origin: config.origin,
      demonstration: config.demonstration,
      approvesEach: (site) => config.approvalSites === "all" || config.approvalSites.includes(site),
      database: world.database,
      queue: world.commits,
      providerFor: (site) => world.gatewayProviderFor(site, config.keyProvider),
      saeOf: saeIdOf,
      record: recordInLedger(world.commits, world.ledger, now),
      onUse: ({ site, keyIds, bytes, ...use }) => {
        keyIds.forEach((keyId, index) => {
          // A pad of several keys is counted once.
          const noted = world.noteUse({ ...use, keyId, masterSite: site, bytes: index === 0 ? bytes : 0 });
          noted.catch(log.error);
        });
      },
      log: log.error,
      now,
    });
    opened.push(() => gateways.close());
    await listen(options, { world, links, space, gateways }, opened);
    return { world, links, space, gateways, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Before the database is made or opened, which takes seconds. @throws the system's error. */
function checkPortFree({ port, host }: Pick<QkdnConfig, "port" | "host">): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createNetServer();
    probe.once("error", reject);
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

async function openKeys(options: KeyProcessOptions, opened: (() => Promise<void> | void)[]) {
  const { config, topology, linkWorker, log, now } = options;
  const { world, links, space } = await openSimulatedWorld({
    dataFolder: join(config.dataFolder, "qkdn"),
    topology,
    linkWorker,
    linkWorkers: config.linkWorkers,
    external: readExternalKmes(config.externalKmes),
    log: log.error,
    poolTargetBytes: config.poolTargetBytes,
    orbitRate: config.orbitRate,
    firstStore: config.demonstration,
    ...(config.databaseUrl === undefined ? {} : { databaseUrl: config.databaseUrl }),
    listen: {
      host: config.host,
      names: config.allowedHosts,
      manners: { strict: config.kmeStrict, retryGraceMs: config.kmeRetryGraceMs },
    },
    now,
  });
  opened.push(() => world.close());
  // Before the key world: blocks under way still enter the ledger.
  opened.push(() => links.close());
  return { world, links, space };
}

async function listen(
  { config, topology, log, now }: KeyProcessOptions,
  { world, links, space, gateways }: Omit<KeyProcess, "close">,
  opened: (() => Promise<void> | void)[],
): Promise<void> {
  const origins = createAllowedOrigins(config.webPort, config.allowedHosts);
  const server = createServer({ origins, tls: config.tls, log: log.error });
  installHealthRoute(server, {
    database: world.database,
    overview: () => world.views.overview(),
    gateways: () => gateways.all().length,
    ledgerFailures: () => world.ledger.writeFailures,
    now,
  });
  world.metrics.watchDevices(links);
  installMetricsRoute(server, world.metrics);
  const administration = await Administration.open({
    database: world.database,
    queue: world.commits,
    policies: gateways.policies,
    overview: () => world.views.overview(),
    pair: (a, b) => world.views.pair(a, b),
    async generated(range) {
      const { generatedBytes } = await world.views.consumption({ ...range, by: "purpose" });
      return generatedBytes.reduce((total, bytes) => total + bytes, 0);
    },
    onAlarm: (listener) => links.on("alarm", listener),
    onRequest: (listener) => world.metrics.onRequest(listener),
    log: log.error,
    now,
  });
  opened.push(() => administration.close());
  installGatewayRoutes(server, gateways);
  const stage = new StageDesk({
    nodes: topology.keySites,
    links,
    space,
    demonstration: config.demonstration,
    now,
  });
  installOperationsRoutes(server, {
    gateways,
    views: world.views,
    links,
    space: () => space?.view() ?? emptySpaceView(now()),
    topology: topologyViewOf(
      topology,
      readLinkParameters(join(config.dataFolder, "qkdn"), withoutSpace(topology)),
    ),
    stage,
    administration,
    commands: new CommandDesk({
      gateways,
      administration,
      links,
      space,
      stage,
      demonstration: config.demonstration,
      commit: (work) => world.commits.run(work),
      ledger: (site, at, kind, detail) => void world.ledger.append(site, at, kind, detail),
      now,
    }),
  });
  const endStreams = installEventsRoute(server, gateways, createFeed(world, links));
  const upgrades = installChannelUpgrades(server.server, gateways, origins);
  opened.push(async () => {
    endStreams();
    upgrades.close();
    await server.close();
  });
  await server.listen({ port: config.port, host: config.host });
}

function createFeed(world: KeyProcess["world"], links: SimulatedLinkNetwork): OperationsFeed {
  return new OperationsFeed({
    overview: () => world.views.overview(),
    linkStatus: (link) => links.status(link),
    linkStatuses: () => links.statuses(),
    onLinkChange(listener) {
      const ends = [
        links.onChange(listener),
        links.on("block", ({ link }) => listener(link)),
        links.on("reserved", ({ link }) => listener(link)),
      ];
      return () => {
        for (const end of ends) end();
      };
    },
    onAlarm: (listener) => links.on("alarm", listener),
    onRelay: (listener) => world.onRelay(listener),
  });
}
