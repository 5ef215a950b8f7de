import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { announcement } from "./lib/launcher/announce.ts";
import { Child, type ChildEvents } from "./lib/launcher/child.ts";
import { childEnvironment, type Zone } from "./lib/launcher/child-environment.ts";
import { requireFreePorts } from "./lib/launcher/free-ports.ts";
import { makeLanCertificate } from "./lib/launcher/lan-certificate.ts";
import { type LauncherOptions, readOptions } from "./lib/launcher/options.ts";
import { listPosts } from "./lib/launcher/posts.ts";

const program = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Starts the processes of one deployment as siblings and keeps each running until it is told to stop. */
function launch(options: LauncherOptions): void {
  const waiting = new Set<Zone>(["qkdn", "web"]);
  // Made anew at each start and kept nowhere: with it the agents sign in at the web process.
  const agentSecret = options.agents ? randomBytes(32).toString("base64url") : undefined;
  const children: Child[] = [];
  let stopping = false;

  const stop = async (status: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await Promise.all(children.map((child) => child.stop()));
    process.exit(status);
  };

  const events = (zone: Zone): ChildEvents => ({
    onReady: (first) => {
      waiting.delete(zone);
      if (!first) say(`${zone}: running again`);
      else if (waiting.size === 0 && zone !== "agents")
        void announcement(options, listPosts(options.network)).then(say);
    },
    onProgress: (text) => say(`${zone}: ${text}`),
    onFatal: (reason) => {
      process.stderr.write(`${zone} could not start: ${reason}\n`);
      // Nothing depends on the agents.
      if (zone !== "agents") void stop(1);
    },
    onRestart: (delayMs) => say(`${zone}: ended; starting it again in ${delayMs} ms`),
    onOutput: (line) => process.stderr.write(`${zone}: ${line}\n`),
  });

  const programs: readonly (readonly [Zone, string])[] = [
    ["qkdn", "qkdn.js"],
    ["web", "server.js"],
    ...(options.agents ? [["agents", "agents.js"] as const] : []),
  ];
  for (const [zone, file] of programs) {
    const environment = childEnvironment(zone, process.env, options, agentSecret);
    children.push(new Child(program(file), environment, events(zone)));
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop(0));
  process.on("disconnect", () => void stop(0));
  say(`Starting on ${options.dataFolder} with the ${options.network} network`);
  for (const child of children) child.start();
}

try {
  const options = readOptions(process.env, process.argv.slice(2));
  await requireFreePorts(options);
  mkdirSync(options.dataFolder, { recursive: true });
  if (options.lanAddresses.length > 0) makeLanCertificate(program("lan-certificate.js"), options);
  launch(options);
} catch (error) {
  process.stderr.write(`Vernam cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
