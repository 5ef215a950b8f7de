import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Access } from "./keep-alive-client.ts";
import type { KmeCommands, Ready } from "./kme-process.ts";

/** The process under test as the load generator holds it. */
export class KmeHandle {
  readonly accesses: Readonly<Record<string, Access>>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, accesses: Readonly<Record<string, Access>>) {
    this.#child = child;
    this.accesses = accesses;
  }

  /** @param program the bundled kme-process. */
  static async start(program: URL, databaseUrl?: string): Promise<KmeHandle> {
    const env = databaseUrl === undefined ? process.env : { ...process.env, BENCH_DATABASE_URL: databaseUrl };
    const child = fork(program, { env, stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const [ready] = (await next(child)) as [Ready];
    return new KmeHandle(child, ready.accesses);
  }

  /** One command at a time. */
  async ask<Name extends keyof KmeCommands>(name: Name, parameters: KmeCommands[Name]): Promise<number> {
    this.#child.send({ name, with: parameters });
    const [message] = (await next(this.#child)) as [{ answer: number | boolean }];
    return Number(message.answer);
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.send({ name: "stop", with: null });
    await gone;
  }
}

/** The child's next message. @throws Error when it ends instead. */
async function next(child: ChildProcess): Promise<unknown[]> {
  const ended = new AbortController();
  const gone = once(child, "exit", { signal: ended.signal }).then(() => {
    throw new Error("the key managers' process ended");
  });
  try {
    return await Promise.race([once(child, "message", { signal: ended.signal }), gone]);
  } finally {
    gone.catch(() => undefined);
    ended.abort();
  }
}
