import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const debian = "/usr/lib/postgresql";

/** A real PostgreSQL on a free loopback port, with a throw-away folder. */
export interface TestPostgres {
  /** URL of a new, empty database. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

function findProgram(name: string): string | undefined {
  const installed = existsSync(debian)
    ? readdirSync(debian).map((version) => join(debian, version, "bin"))
    : [];
  const folders = [...installed, ...(process.env.PATH ?? "").split(delimiter)];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Whether this machine has the programs; a test without them says that it was skipped. */
export const hasPostgres = findProgram("initdb") !== undefined && findProgram("postgres") !== undefined;
export const hasRedis = findProgram("redis-server") !== undefined;

/** PostgreSQL refuses to run as root: then it runs as postgres, or nobody. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    try {
      const id = (flag: string) =>
        Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"] }));
      return { uid: id("-u"), gid: id("-g") };
    } catch {}
  }
  throw new Error("there is no user postgres or nobody to run PostgreSQL as");
}

export async function startPostgres(): Promise<TestPostgres> {
  const initdb = findProgram("initdb");
  const postgres = findProgram("postgres");
  if (initdb === undefined || postgres === undefined) throw new Error("PostgreSQL is not installed");
  const folder = mkdtempSync(join(tmpdir(), "vernam-postgres-"));
  const user = unprivileged();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const common = { ...user, cwd: folder, env: { ...process.env, LC_ALL: "C" } };
  execFileSync(initdb, ["-D", data, "-U", "vernam", "--auth=trust", "--encoding=UTF8", "--no-sync"], {
    ...common,
    stdio: "ignore",
  });
  const port = await freePort();
  const server = spawn(
    postgres,
    ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", folder, "-c", "max_connections=60"],
    { ...common, stdio: ["ignore", "ignore", "pipe"] },
  );
  await saysReady(server, "ready to accept connections");
  let count = 0;
  return {
    createDatabase: async () => {
      const { default: pg } = await import("pg");
      const client = new pg.Client({ connectionString: `postgresql://vernam@127.0.0.1:${port}/postgres` });
      await client.connect();
      const name = `test_${++count}`;
      await client.query(`CREATE DATABASE ${name}`);
      await client.end();
      return `postgresql://vernam@127.0.0.1:${port}/${name}`;
    },
    stop: async () => {
      await ended(server, "SIGINT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A real Redis on a free loopback port that keeps nothing. */
export async function startRedis(): Promise<{ url: string; stop(): Promise<void> }> {
  const program = findProgram("redis-server");
  if (program === undefined) throw new Error("Redis is not installed");
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const server = spawn(program, args, { cwd: tmpdir(), stdio: ["ignore", "pipe", "inherit"] });
  await saysReady(server, "eady to accept connections");
  return { url: `redis://127.0.0.1:${port}`, stop: () => ended(server, "SIGTERM") };
}

function saysReady(server: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    for (const stream of [server.stdout, server.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes(words)) resolve();
      });
    }
    server.once("exit", () => reject(new Error(`the server ended: ${said}`)));
  });
}

function ended(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve();
  const gone = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  server.kill(signal);
  return gone;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === "object" ? resolve(address.port) : reject()));
    });
  });
}
