import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import type { SuiteName } from "../../../lib/messenger/messenger-api.ts";
import type { Origins } from "../../support/post.ts";
import { until } from "../../support/until.ts";
import type { FaultPoint } from "./fault-points.ts";

export type EngineCommand =
  | { readonly type: "arm"; readonly point: FaultPoint }
  | { readonly type: "open"; readonly user: string }
  | { readonly type: "send"; readonly conversation: string; readonly text: string; readonly suite: SuiteName }
  | { readonly type: "history"; readonly conversation: string };

export interface HistoryLine {
  readonly text: string | null;
  readonly mine: boolean;
  readonly gapBefore: boolean;
  readonly problem: string | null;
  readonly delivery: string | null;
}

export type EngineReport =
  | { readonly type: "ready" | "armed" }
  | { readonly type: "conversation"; readonly id: string }
  | { readonly type: "stored"; readonly text: string }
  | { readonly type: "history"; readonly messages: readonly HistoryLine[] };

const root = resolve(import.meta.dirname, "../../..");
const program = join(root, ".build/tests/engine-program.js");

/** Makes the device program that plain Node runs. Call once before `start`. */
export async function buildEngineProgram(): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ["tests/faults/support/engine-program.ts"],
    outfile: program,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    packages: "external",
    logLevel: "warning",
  });
}

/** A device in a process of its own. */
export class EngineProcess {
  /** Texts whose `send` promised, before any kill, that they are durable. */
  readonly promised: string[] = [];
  readonly #process: ChildProcess;
  readonly #reports: EngineReport[] = [];
  #printed = "";

  private constructor(child: ChildProcess) {
    this.#process = child;
    child.on("message", (message) => {
      const report = message as EngineReport;
      if (report.type === "stored") this.promised.push(report.text);
      else this.#reports.push(report);
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      this.#printed += chunk.toString();
    });
  }

  /** Starts the device of a post on its folder and waits until it is connected. */
  static async start(at: Origins, handle: string, folder: string): Promise<EngineProcess> {
    const child = spawn(process.execPath, [program, at.origin, at.gatewayOrigin, handle, folder], {
      cwd: root,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    const started = new EngineProcess(child);
    await started.#report("ready");
    return started;
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async arm(point: FaultPoint): Promise<void> {
    this.#process.send({ type: "arm", point } satisfies EngineCommand);
    await this.#report("armed");
  }

  async open(user: string): Promise<string> {
    this.#process.send({ type: "open", user } satisfies EngineCommand);
    return (await this.#report("conversation")).id;
  }

  /** Asks for a message and does not wait: see `promised`. */
  send(conversation: string, text: string, suite: SuiteName): void {
    if (!this.running) return;
    this.#process.send({ type: "send", conversation, text, suite } satisfies EngineCommand, () => undefined);
  }

  async history(conversation: string): Promise<readonly HistoryLine[]> {
    this.#process.send({ type: "history", conversation } satisfies EngineCommand);
    return (await this.#report("history")).messages;
  }

  kill(): void {
    this.#process.kill("SIGKILL");
  }

  /** Waits until the process is gone and says by which signal. */
  async died(withinMs = 60_000): Promise<NodeJS.Signals | null> {
    await until(
      "the device's process dies",
      () => !this.running,
      withinMs,
      () => this.#printed,
    );
    return this.#process.signalCode;
  }

  async #report<T extends EngineReport["type"]>(type: T): Promise<Extract<EngineReport, { type: T }>> {
    return until(
      `the device reports ${type}`,
      () => {
        if (!this.running) throw new Error(`the device's process ended: ${this.#printed.slice(-2000)}`);
        const at = this.#reports.findIndex((report) => report.type === type);
        return at < 0 ? undefined : (this.#reports.splice(at, 1)[0] as Extract<EngineReport, { type: T }>);
      },
      60_000,
      () => this.#printed.slice(-2000),
    );
  }
}
