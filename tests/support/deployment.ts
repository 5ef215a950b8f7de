import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { get as getSecurely } from "node:https";
import { networkInterfaces, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { freePortPair } from "./free-port.ts";
import { Operations, smallPools } from "./operations.ts";
import { until } from "./until.ts";
import { copyWarmedData } from "./warmed-data.ts";

const root = resolve(import.meta.dirname, "../..");

export interface Health {
  readonly status: string;
  readonly version: string;
  readonly components: Readonly<Record<string, unknown>>;
}

export interface DeploymentOptions {
  readonly network?: "iberia-small" | "nine";
  /** Kept after stop() when given; otherwise a throw-away folder. */
  readonly dataFolder?: string;
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** From nothing, as on a newcomer's machine; otherwise a new folder starts as a copy of warmed data. */
  readonly fromNothing?: boolean;
  /** With the programs that hold posts (grid, payments, custodians); without them unless asked. */
  readonly agents?: boolean;
  /** `--lan`: HTTPS on this machine's address in the room's network. */
  readonly lan?: boolean;
}

/** A whole deployment (launcher, web, qkdn) from the production build, on free loopback ports. */
export class Deployment {
  readonly port: number;
  readonly dataFolder: string;
  readonly output: string[] = [];
  readonly #launcher: ChildProcess;
  readonly #ownFolder: boolean;
  readonly #host: string | undefined;

  private constructor(
    launcher: ChildProcess,
    port: number,
    dataFolder: string,
    ownFolder: boolean,
    host: string | undefined,
  ) {
    this.#launcher = launcher;
    this.port = port;
    this.dataFolder = dataFolder;
    this.#ownFolder = ownFolder;
    this.#host = host;
    for (const stream of [launcher.stdout, launcher.stderr]) {
      stream?.on("data", (chunk: Buffer) => this.output.push(chunk.toString()));
    }
  }

  static async start(options: DeploymentOptions = {}): Promise<Deployment> {
    const port = options.port ?? (await freePortPair());
    const network = options.network ?? "iberia-small";
    const dataFolder = options.dataFolder ?? join(mkdtempSync(join(tmpdir(), "vernam-data-")), "data");
    if (mayCopy(options, dataFolder))
      await copyWarmedData(network, dataFolder, (to) => startOnce(network, to));
    const args = options.lan ? ["--lan"] : [];
    const launcher = spawn(process.execPath, [join(root, ".build/start.js"), ...args], {
      cwd: root,
      env: {
        ...process.env,
        NODE_ENV: "production",
        PORT: String(port),
        DATA_DIR: dataFolder,
        NETWORK: network,
        AGENTS: options.agents ? "on" : "off",
        ...options.env,
      },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const host = options.lan ? roomAddress() : undefined;
    return new Deployment(launcher, port, dataFolder, options.dataFolder === undefined, host);
  }

  get origin(): string {
    return this.#host === undefined ? `http://localhost:${this.port}` : `https://${this.#host}:${this.port}`;
  }

  get gatewayOrigin(): string {
    return this.origin.replace(/\d+$/, String(this.port + 1));
  }

  get running(): boolean {
    return this.#launcher.exitCode === null && this.#launcher.signalCode === null;
  }

  get launcherPid(): number {
    return this.#launcher.pid ?? -1;
  }

  /** Everything the launcher and, through it, the processes printed so far. */
  get text(): string {
    return this.output.join("");
  }

  /** Resolves with the launcher's exit status, null after a signal. */
  async ended(withinMs = 60_000): Promise<number | null> {
    await until(
      "the launcher ends",
      () => !this.running,
      withinMs,
      () => this.text.slice(-2000),
    );
    return this.#launcher.exitCode;
  }

  async health(): Promise<{ readonly httpStatus: number; readonly body: Health } | undefined> {
    try {
      if (this.#host !== undefined) return await this.#healthOverTls();
      const answer = await fetch(`http://127.0.0.1:${this.port}/api/health`, {
        headers: { host: `localhost:${this.port}` },
      });
      return { httpStatus: answer.status, body: (await answer.json()) as Health };
    } catch {
      return undefined;
    }
  }

  /** As another machine of the room asks: it trusts the demonstration's own authority and nothing else. */
  async #healthOverTls(): Promise<{ readonly httpStatus: number; readonly body: Health }> {
    const ca = readFileSync(join(this.dataFolder, "public", "authority.crt"));
    return new Promise((resolve, reject) => {
      getSecurely(`${this.origin}/api/health`, { ca, agent: false }, async (answer) => {
        let text = "";
        for await (const chunk of answer) text += chunk;
        resolve({ httpStatus: answer.statusCode ?? 0, body: JSON.parse(text) as Health });
      }).on("error", reject);
    });
  }

  /** Resolves with the time it took in milliseconds. @throws after `withinMs` with what the processes printed. */
  async healthy(withinMs = 90_000): Promise<number> {
    const started = Date.now();
    while (Date.now() - started < withinMs && this.running) {
      if ((await this.health())?.httpStatus === 200) return Date.now() - started;
      await new Promise((next) => setTimeout(next, 150));
    }
    const last = JSON.stringify(await this.health());
    throw new Error(
      `not healthy after ${Date.now() - started} ms (${last}):\n${this.output.join("").slice(-4000)}`,
    );
  }

  /** Process id of one zone, found among the launcher's children. */
  pidOf(zone: "web" | "qkdn" | "agents"): number | undefined {
    const script = { web: "server.js", qkdn: "qkdn.js", agents: "agents.js" }[zone];
    for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
      try {
        const parent = Number(readFileSync(`/proc/${name}/stat`, "utf8").split(") ")[1]?.split(" ")[1]);
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
        if (parent === this.#launcher.pid && command.includes(script)) return Number(name);
      } catch {
        // The process ended between listing and reading.
      }
    }
    return undefined;
  }

  kill(zone: "web" | "qkdn" | "agents"): void {
    const pid = this.pidOf(zone);
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  }

  /** Kills a zone that runs, and returns the process id of the one the launcher starts in its place. */
  async killAndSeeRestarted(zone: "web" | "qkdn" | "agents"): Promise<number> {
    const before = await until(`${zone} runs`, () => this.pidOf(zone));
    process.kill(before, "SIGKILL");
    return until(`${zone} is started again`, () => {
      const now = this.pidOf(zone);
      return now === before ? undefined : now;
    });
  }

  signalLauncher(signal: NodeJS.Signals): void {
    this.#launcher.kill(signal);
  }

  /** Stops everything as Ctrl-C would and waits; removes the data folder when it was ours. */
  async stop(): Promise<void> {
    if (this.running) {
      const gone = new Promise((next) => this.#launcher.once("exit", next));
      this.#launcher.kill("SIGINT");
      await gone;
    }
    if (this.#ownFolder) rmSync(dirname(this.dataFolder), { recursive: true, force: true });
  }
}

/** Data that exists already is used as it is, and databases elsewhere are not part of a copy. */
function mayCopy({ fromNothing, env }: DeploymentOptions, dataFolder: string): boolean {
  const elsewhere = env?.DATABASE_URL !== undefined || env?.KEYS_DATABASE_URL !== undefined;
  return fromNothing !== true && !elsewhere && !existsSync(dataFolder);
}

async function startOnce(network: "iberia-small" | "nine", dataFolder: string): Promise<void> {
  const small = network === "iberia-small";
  const env = small ? smallPools : {};
  const deployment = await Deployment.start({ network, dataFolder, fromNothing: true, env });
  try {
    await deployment.healthy(180_000);
    // Most tests wait for full pools: their copies begin with them.
    if (small) await (await Operations.signIn(deployment)).linksAtRest();
  } finally {
    await deployment.stop();
  }
}

/** The address that `--lan` announces: the launcher takes the first that is not loopback, and so does this. */
function roomAddress(): string {
  const found = Object.values(networkInterfaces())
    .flat()
    .find((address) => address !== undefined && address.family === "IPv4" && !address.internal);
  if (found === undefined) throw new Error("this machine has no address in a room's network");
  return found.address;
}
