import { onStopRequest, tellLauncher } from "./lib/gateway/process/launcher-channel.ts";
import { createProcessLog } from "./lib/gateway/process/process-log.ts";
import { describeStartFailure } from "./lib/gateway/process/start-failure.ts";
import { startKeyProcess } from "./lib/gateway/process/start-key-process.ts";
import { reportWarmUp } from "./lib/gateway/process/warm-up-progress.ts";
import { loadNamedNetwork } from "./lib/network/named-networks.ts";
import { readQkdnConfig } from "./lib/shared/config-qkdn.ts";

/** The key process: simulated links, key managers, site gateways, and the listener that devices reach. */
async function main(): Promise<void> {
  const config = readQkdnConfig(process.env);
  const log = createProcessLog(config.logLevel);
  const keyProcess = await startKeyProcess({
    config,
    topology: loadNamedNetwork(config.network),
    linkWorker: new URL("link-worker.js", import.meta.url),
    log,
    now: Date.now,
  });
  const tell = (text: string) => tellLauncher({ type: "progress", text });
  const endReport = reportWarmUp(() => keyProcess.world.views.overview(), tell);
  onStopRequest(async () => {
    endReport();
    await keyProcess.close();
  }, log.error);
  log.info(`listening on port ${config.port}`);
  tellLauncher({ type: "ready" });
}

main().catch((error: unknown) => {
  const failure = describeStartFailure(error);
  process.stderr.write(`qkdn: ${failure.message} (${failure.code})\n`);
  tellLauncher({ type: "failed", ...failure });
  // Lets the message to the launcher leave; nothing else may keep the process.
  setTimeout(() => process.exit(1), 100);
});
