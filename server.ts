import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import next from "next";
import { takeConsole } from "./lib/relay/console-lines.ts";
import { ProgramFiles } from "./lib/relay/http/program-files.ts";
import { createWebServer, type PageHandler } from "./lib/relay/http/web-server.ts";
import { createLog, type Log } from "./lib/relay/log.ts";
import { describeStartFailure, onStopRequest, tellLauncher } from "./lib/relay/process.ts";
import { setRelayRuntime } from "./lib/relay/runtime.ts";
import { type RelayServices, startRelay } from "./lib/relay/start-relay.ts";
import { readWebConfig, type WebConfig } from "./lib/shared/config-web.ts";

/** The web process: database, relay and pages, in that order; stopped in the opposite one. */
async function main(): Promise<void> {
  const config = readWebConfig(process.env);
  const log = createLog(config.logLevel);
  takeConsole(log);
  // Many host names, one per post: next-auth takes the origin from the request, whose host web-server.ts has checked.
  process.env.AUTH_TRUST_HOST = "1";
  delete process.env.NEXTAUTH_URL;
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  const relay = await startRelay({ config, version, log });
  setRelayRuntime(relay.runtime);
  try {
    await serve(config, log, relay);
  } catch (error) {
    await relay.close();
    throw error;
  }
  log.info({ port: config.port, host: config.host }, "ready");
  tellLauncher({ type: "ready" });
}

async function serve(config: WebConfig, log: Log, relay: RelayServices): Promise<void> {
  const { development: dev, host: hostname, port } = config;
  let pages: PageHandler = async () => {
    throw new Error("the pages are not ready yet");
  };
  const server = createWebServer(config, log, () => pages, relay.attachments);
  const app = next({ dev, dir: ".", hostname, port, httpServer: server });
  onStopRequest(log, async () => {
    server.close();
    await relay.close();
    server.closeAllConnections();
    await app.close();
  });
  await app.prepare();
  const handle = app.getRequestHandler();
  // In development the programs change; there the pages answer for them.
  const programs = dev ? undefined : new ProgramFiles(".next/static");
  pages = async (request, response) => {
    if (!(await programs?.answer(request, response))) await handle(request, response);
  };
  await relay.attach(server);
  await listen(server, config);
}

function listen(server: Server, { port, host }: WebConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });
}

main().catch((error: unknown) => {
  const failure = describeStartFailure(error);
  process.stderr.write(`web: ${failure.message} (${failure.code})\n`);
  tellLauncher({ type: "failed", ...failure });
  // Lets the message to the launcher leave; nothing else may keep the process.
  setTimeout(() => process.exit(1), 100);
});
