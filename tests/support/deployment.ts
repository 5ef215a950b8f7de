import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePortPair } from "./free-port.ts";
import { until } from "./until.ts";

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
}

/** A whole deployment (launcher, web, qkdn) from the production build, on free loopback ports. */
export class Deployment {
  readonly port: number;
  readonly dataFolder: string;
  readonly output: string[] = [];
  readonly #launcher: ChildProcess;
  readonly #ownFolder: boolean;

  private constructor(launcher: ChildProcess, port: number, dataFolder: string, ownFolder: boolean) {
    this.#launcher = launcher;
    this.port = port;
    this.dataFolder = dataFolder;
    this.#ownFolder = ownFolder;
    for (const stream of [launcher.stdout, launcher.stderr]) {
      stream?.on("data", (chunk: Buffer) => this.output.push(chunk.toString()));
    }
  }

  static async start(options: DeploymentOptions = {}): Promise<Deployment> {
    const port = options.port ?? (await freePortPair());
    const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), "vernam-data-"));
    const launcher = spawn(process.execPath, [join(root, ".build/start.js")], {
      cwd: root,
      env: {
        ...process.env,
        NODE_ENV: "production",
        PORT: String(port),
        DATA_DIR: dataFolder,
        NETWORK: options.network ?? "iberia-small",
        ...options.env,
      },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    return new Deployment(launcher, port, dataFolder, options.dataFolder === undefined);
  }

  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  get gatewayOrigin(): string {
    return `http://localhost:${this.port + 1}`;
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
      const answer = await fetch(`http://127.0.0.1:${this.port}/api/health`, {
        headers: { host: `localhost:${this.port}` },
      });
      return { httpStatus: answer.status, body: (await answer.json()) as Health };
    } catch {
      return undefined;
    }
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
  pidOf(zone: "web" | "qkdn"): number | undefined {
    const script = zone === "web" ? "server.js" : "qkdn.js";
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

  kill(zone: "web" | "qkdn"): void {
    const pid = this.pidOf(zone);
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  }

  /** Kills a zone that runs, and returns the process id of the one the launcher starts in its place. */
  async killAndSeeRestarted(zone: "web" | "qkdn"): Promise<number> {
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
    if (this.#ownFolder) rmSync(this.dataFolder, { recursive: true, force: true });
  }
}
