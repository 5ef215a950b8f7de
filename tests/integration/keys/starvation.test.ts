import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:https";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newFolder, removeFolder } from "../../keys/support/open-world.ts";
import type { TrickleWorld } from "./support/trickle-child.ts";

/**
 * A process of key managers whose one link with key gets two short keys a second, and clients on sockets that together
 * want more: one with priority, two without.
 */
const child = ".build/tests/keys-trickle-child.mjs";
const lisbon = "pt-lis-mne";
const office = "pt-lis-gns";
/** A key of 32 bytes and 32 for its tag. */
const bytesPerKey = 64;
const measuredMs = 15_000;
const pollMs = 300;

let folder: string;
let process: ChildProcess;
let world: TrickleWorld;
const agent = new Agent({ keepAlive: true });

beforeAll(async () => {
  await build({
    entryPoints: ["tests/integration/keys/support/trickle-child.ts"],
    outfile: child,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    logLevel: "error",
  });
  folder = await newFolder();
  const args = [child, folder, `${office}~${lisbon}`, String(bytesPerKey), "500", lisbon, office];
  process = spawn("node", args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  for await (const part of process.stdout!.setEncoding("utf8")) {
    text += part;
    if (text.endsWith("\n")) break;
  }
  world = JSON.parse(text) as TrickleWorld;
});

afterAll(async () => {
  agent.destroy();
  const ended = once(process, "exit");
  process.kill("SIGKILL");
  await ended;
  removeFolder(folder);
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: number;
}

function draw(from: string, to: string, priority: "priority" | "ordinary"): Promise<Answer> {
  const { url, cert, key } = world.parties[from]!;
  const body = JSON.stringify({ extension_mandatory: [{ vernam_priority: priority }] });
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const path = `${url}/api/v1/keys/sae-${to}/enc_keys`;
    const call = request(
      path,
      { method: "POST", agent, ca: world.ca, cert, key, headers },
      async (response) => {
        let text = "";
        for await (const part of response.setEncoding("utf8")) text += part;
        resolve({
          status: response.statusCode ?? 0,
          text,
          retryAfter: Number(response.headers["retry-after"]),
        });
      },
    );
    call.once("error", reject);
    call.end(body);
  });
}

interface Wait {
  readonly waitedMs: number;
  /** As the first refusal said; undefined when there was none, or it did not know. */
  readonly estimateMs: number | undefined;
}

const pause = (ms: number) => new Promise((next) => setTimeout(next, ms));

/** Asks for one key after the other until the time is over; the last one is waited for. */
async function keepDrawing(
  from: string,
  to: string,
  priority: "priority" | "ordinary",
  pauseMs: number,
  until: number,
): Promise<Wait[]> {
  const waits: Wait[] = [];
  while (Date.now() < until) {
    const since = Date.now();
    let estimateMs: number | undefined;
    for (;;) {
      const { status, text, retryAfter } = await draw(from, to, priority);
      if (status === 200) break;
      expect([status, retryAfter > 0]).toEqual([503, true]);
      const said = /expected in about (?:a|(\d+)) second/.exec(text);
      if (said !== null) estimateMs ??= 1000 * Number(said[1] ?? 1);
      await pause(pollMs);
    }
    waits.push({ waitedMs: Date.now() - since, estimateMs });
    await pause(pauseMs);
  }
  return waits;
}

const meanOf = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

const waitsOf = (waits: readonly Wait[]) => meanOf(waits.map(({ waitedMs }) => waitedMs));

/** Waits as they were, over waits as they were told, on average; 1 is right. */
function rightness(waits: readonly Wait[]): number {
  const told = waits.filter(({ estimateMs }) => estimateMs !== undefined);
  expect(told.length).toBeGreaterThan(2);
  return waitsOf(told) / meanOf(told.map(({ estimateMs }) => estimateMs as number));
}

it("lets priority through, and makes the others wait about as long as it says", async () => {
  const until = Date.now() + measuredMs;
  const [urgent, one, other] = await Promise.all([
    keepDrawing(lisbon, office, "priority", 1000, until),
    keepDrawing(lisbon, office, "ordinary", 0, until),
    keepDrawing(office, lisbon, "ordinary", 0, until),
  ]);
  expect(urgent.length).toBeGreaterThan(3);
  expect(one.length).toBeGreaterThan(1);
  expect(other.length).toBeGreaterThan(1);
  const ordinary = [...one, ...other];
  expect(waitsOf(ordinary)).toBeGreaterThan(waitsOf(urgent));
  expect(rightness(ordinary)).toBeGreaterThan(1 / 2);
  expect(rightness(ordinary)).toBeLessThan(2);
}, 60_000);

it("starves nobody when priority requests alone want more than is made", async () => {
  const until = Date.now() + 2 * measuredMs;
  const [urgent, one, other] = await Promise.all([
    Promise.all([
      keepDrawing(lisbon, office, "priority", 0, until),
      keepDrawing(office, lisbon, "priority", 0, until),
    ]),
    keepDrawing(lisbon, office, "ordinary", 0, until),
    keepDrawing(office, lisbon, "ordinary", 0, until),
  ]);
  const [first, second] = [urgent.flat(), [...one, ...other]];
  // Four parts in five, and one: two keys a second.
  for (const waits of [one, other]) {
    expect(waits.length).toBeGreaterThan(2);
    expect(Math.max(...waits.map(({ waitedMs }) => waitedMs))).toBeLessThan(measuredMs);
  }
  expect(first.length).toBeGreaterThan(2 * second.length);
  expect(waitsOf(second)).toBeGreaterThan(2 * waitsOf(first));
  // What priority requests take of a link is known after some of them came.
  expect(rightness(second.slice(2))).toBeGreaterThan(1 / 2);
  expect(rightness(second.slice(2))).toBeLessThan(2);
}, 90_000);
