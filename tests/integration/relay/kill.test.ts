import { type ChildProcess, type ForkOptions, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { io } from "socket.io-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accepted, type Client, connected, Person } from "./relay-world.ts";

const root = resolve(import.meta.dirname, "../../..");
const script = join(root, ".build", `relay-process-${process.pid}.mjs`);
const dataFolder = mkdtempSync(join(tmpdir(), "vernam-kill-"));
const running: ChildProcess[] = [];

interface Ready {
  readonly port: number;
  readonly tokens: readonly { user: string; site: string; token: string }[];
}

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, "relay-process.ts")],
    outfile: script,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    logLevel: "silent",
  });
});

afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(dataFolder, { recursive: true, force: true });
  rmSync(script, { force: true });
});

async function startProcess(): Promise<{ child: ChildProcess; ready: Ready }> {
  const env = {
    ...process.env,
    DATA_DIR: dataFolder,
    NETWORK: "iberia-small",
    NODE_ENV: "production" as const,
  };
  const options: ForkOptions = { cwd: root, env, stdio: ["ignore", "ignore", "inherit", "ipc"] };
  const child = fork(script, options);
  running.push(child);
  const ready = await new Promise<Ready>((resolveReady, reject) => {
    child.once("message", (message) => resolveReady(message as Ready));
    child.once("exit", (code) => reject(new Error(`the relay ended with ${code}`)));
  });
  return { child, ready };
}

async function connect(ready: Ready, index: number, device: string): Promise<Person> {
  const who = ready.tokens[index]!;
  const client: Client = io(`http://localhost:${ready.port}`, {
    auth: { device, token: who.token },
    forceNew: true,
    reconnection: false,
    transports: ["websocket"],
  });
  await connected(client);
  const person = new Person(client, { ...who, session: "" }, device);
  await person.publish();
  return person;
}

it("gives an entry that was committed but never answered its same number after a kill", async () => {
  const device = randomBytes(16).toString("hex");
  const first = await startProcess();
  const lisbon = await connect(first.ready, 0, device);
  const conversation = await lisbon.createConversation();
  accepted(await lisbon.send(conversation, Buffer.from("before")));

  const armed = new Promise((done) => first.child.once("message", done));
  first.child.send("arm");
  await armed;
  const gone = new Promise((done) => first.child.once("exit", (_code, signal) => done(signal)));
  const clientIds = Array.from({ length: 5 }, () => randomBytes(16).toString("hex"));
  const lost = clientIds.map((id) => lisbon.send(conversation, Buffer.from(id), id).catch(() => "no answer"));
  expect(await gone).toBe("SIGKILL");
  expect(await Promise.all(lost)).toEqual(clientIds.map(() => "no answer"));

  const second = await startProcess();
  const again = await connect(second.ready, 0, device);
  const page = accepted(await again.read(conversation, 2));
  expect(page.entries.length).toBeGreaterThan(0);
  const stored = page.entries.map((entry) => Buffer.from(entry.bytes, "base64").toString());
  for (const [index, text] of stored.entries()) {
    expect(accepted(await again.send(conversation, Buffer.from(text), text)).seq).toBe(index + 3);
  }
  for (const id of clientIds) accepted(await again.send(conversation, Buffer.from(id), id));
  const all = accepted(await again.read(conversation, 2)).entries;
  expect(all.map((entry) => entry.seq)).toEqual([3, 4, 5, 6, 7]);
  expect(new Set(all.map((entry) => entry.bytes)).size).toBe(5);
  again.client.disconnect();
});
