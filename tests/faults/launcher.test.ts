import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Deployment } from "../support/deployment.ts";
import { isFree } from "../support/port-state.ts";
import { Post } from "../support/post.ts";
import { isRunning } from "../support/running.ts";
import { until } from "../support/until.ts";

const goneMs = 10_000;
const zones = ["web", "qkdn"] as const;
const folder = mkdtempSync(join(tmpdir(), "vernam-launcher-"));
const data = join(folder, "data");
const devices = join(folder, "devices");
const started: Deployment[] = [];
let deployment: Deployment;

async function start(dataFolder: string, port?: number): Promise<Deployment> {
  const one = await Deployment.start({
    dataFolder,
    fromNothing: true,
    ...(port === undefined ? {} : { port }),
  });
  started.push(one);
  return one;
}

beforeAll(async () => {
  deployment = await start(data);
  const ms = await deployment.healthy();
  console.log(`first start: healthy after ${ms} ms`);
});

afterAll(async () => {
  for (const one of started) await one.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function pidsOf(one: Deployment): Promise<number[]> {
  return Promise.all(zones.map((zone) => until(`${zone} runs`, () => one.pidOf(zone))));
}

/** Nothing of a deployment is left: no process, no listener. */
async function expectGone(one: Deployment, pids: readonly number[]): Promise<void> {
  await until(
    "every process of the deployment ends",
    () => !pids.some(isRunning),
    goneMs,
    () => pids.filter(isRunning),
  );
  expect(await isFree(one.port)).toBe(true);
  expect(await isFree(one.port + 1)).toBe(true);
}

describe.each(zones)("when %s is killed", (zone) => {
  it("only that process is started again, and the system is whole again", async () => {
    const other = zone === "web" ? "qkdn" : "web";
    const [launcher, bystander] = [deployment.launcherPid, deployment.pidOf(other)];
    const restarted = await deployment.killAndSeeRestarted(zone);
    await deployment.healthy();
    expect(deployment.pidOf(zone)).toBe(restarted);
    expect(deployment.pidOf(other)).toBe(bystander);
    expect(deployment.launcherPid).toBe(launcher);
    expect(deployment.text).toContain(`${zone}: ended; starting it again`);
  });
});

describe("a second launcher on the same data folder", () => {
  it("is refused with the holder's name, and the first one goes on", async () => {
    const before = await pidsOf(deployment);
    const second = await start(data);
    expect(await second.ended()).toBe(1);
    const holders = zones.map((zone, i) => `in use by process ${before[i]} (${zone})`);
    expect(holders.some((holder) => second.text.includes(holder))).toBe(true);
    expect(second.text).toContain("database.folder-locked");
    expect(await pidsOf(deployment)).toEqual(before);
    expect((await deployment.health())?.httpStatus).toBe(200);
  });
});

describe("a message to somebody who is away", () => {
  it("survives a stop of everything, and history is there after the second start", async () => {
    const lisbon = await Post.open(deployment, "pt-lis-mne", devices);
    const madrid = await Post.open(deployment, "es-mad-mfa", devices);
    const conversation = await lisbon.engine.openConversation(madrid.user.id);
    await lisbon.send(conversation, "while both are here", "OTP");
    await madrid.conversationWith(lisbon);
    await madrid.has(conversation, ["while both are here"]);
    await madrid.close();
    await lisbon.send(conversation, "OTP while Madrid is away", "OTP");
    await lisbon.send(conversation, "AES while Madrid is away", "AES");
    const texts = ["while both are here", "OTP while Madrid is away", "AES while Madrid is away"];
    await until("the relay has every message", async () =>
      (await lisbon.messages(conversation)).every(({ delivery }) =>
        ["sent", "delivered"].includes(delivery?.state ?? ""),
      ),
    );
    await lisbon.close();

    const pids = [deployment.launcherPid, ...(await pidsOf(deployment))];
    deployment.signalLauncher("SIGINT");
    expect(await deployment.ended(goneMs)).toBe(0);
    await expectGone(deployment, pids);

    deployment = await start(data, deployment.port);
    const ms = await deployment.healthy();
    console.log(`second start on the same data folder: healthy after ${ms} ms`);
    const [lisbonAgain, madridAgain] = await Promise.all([
      Post.open(deployment, "pt-lis-mne", devices),
      Post.open(deployment, "es-mad-mfa", devices),
    ]);
    const seen = await madridAgain.has(conversation, texts);
    expect(seen.map(({ text }) => text)).toEqual(texts);
    expect(seen.flatMap(({ problem }) => problem ?? [])).toEqual([]);
    expect((await lisbonAgain.messages(conversation)).map(({ text }) => text)).toEqual(texts);
    await madridAgain.send(conversation, "back again", "AES");
    await lisbonAgain.has(conversation, [...texts, "back again"]);
    await Promise.all([lisbonAgain.close(), madridAgain.close()]);
  });
});

describe("when the launcher itself is killed", () => {
  it("its processes end by themselves, and the next start takes the folder over", async () => {
    const pids = await pidsOf(deployment);
    deployment.signalLauncher("SIGKILL");
    await deployment.ended(goneMs);
    await expectGone(deployment, pids);
    deployment = await start(data, deployment.port);
    await deployment.healthy();
  });
});

describe("two deployments on one machine", () => {
  it("run side by side, and the end of one is not the other's", async () => {
    const other = await start(join(folder, "other"));
    await other.healthy();
    expect((await deployment.health())?.httpStatus).toBe(200);
    const [mine, theirs] = [await pidsOf(deployment), await pidsOf(other)];
    expect(new Set([...mine, ...theirs]).size).toBe(4);
    await other.stop();
    await expectGone(other, theirs);
    expect(await pidsOf(deployment)).toEqual(mine);
    expect((await deployment.health())?.httpStatus).toBe(200);
  });
});
