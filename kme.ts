import { join } from "node:path";
import { onStopRequest } from "./lib/gateway/process/launcher-channel.ts";
import { createProcessLog } from "./lib/gateway/process/process-log.ts";
import { describeStartFailure } from "./lib/gateway/process/start-failure.ts";
import { reportWarmUp } from "./lib/gateway/process/warm-up-progress.ts";
import { describeNetwork } from "./lib/keys/cli/describe-network.ts";
import { openSimulatedWorld } from "./lib/keys/open-simulated-world.ts";
import { loadNamedNetwork } from "./lib/network/named-networks.ts";
import { readKmeConfig } from "./lib/shared/config-kme.ts";

/** Only the quantum network and its key managers, for clients from outside: no gateways, no pages. */
async function main(): Promise<void> {
  const config = readKmeConfig(process.env);
  const log = createProcessLog(config.logLevel);
  const topology = loadNamedNetwork(config.network);
  const { world, links } = await openSimulatedWorld({
    dataFolder: join(config.dataFolder, "qkdn"),
    topology,
    linkWorker: new URL("link-worker.js", import.meta.url),
    linkWorkers: config.linkWorkers,
    poolTargetBytes: config.poolTargetBytes,
    ...(config.databaseUrl === undefined ? {} : { databaseUrl: config.databaseUrl }),
    listen: {
      host: config.host,
      names: config.allowedHosts,
      manners: { strict: config.kmeStrict, retryGraceMs: config.kmeRetryGraceMs },
      ...(config.firstPort === undefined ? {} : { firstPort: config.firstPort }),
    },
    now: Date.now,
    log: log.error,
  });
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  const endReport = reportWarmUp(() => world.views.overview(), say);
  onStopRequest(async () => {
    endReport();
    await links.close();
    await world.close();
    say("stopped");
  }, log.error);
  const { addressOf, pki, endpointSites } = world;
  const description = describeNetwork({ name: topology.name, sites: endpointSites, addressOf, pki });
  process.stdout.write(`${description}\n`);
}

main().catch((error: unknown) => {
  const { message, code } = describeStartFailure(error);
  process.stderr.write(`kme: ${message} (${code})\n`);
  process.exit(1);
});
