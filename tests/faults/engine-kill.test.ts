import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SuiteName } from "../../lib/messenger/messenger-api.ts";
import { Deployment } from "../support/deployment.ts";
import { Operations } from "../support/operations.ts";
import { findPost, Post } from "../support/post.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { until } from "../support/until.ts";
import { buildEngineProgram, EngineProcess } from "./support/engine-process.ts";
import { expectBalanced, expectKeysDrawnOnce } from "./support/expect-books.ts";
import { expectOneCiphertextPerKey, KeyUses } from "./support/expect-ciphertexts.ts";
import { receiverPoints, senderPoints } from "./support/fault-points.ts";

const randomKills = process.env.FAULTS_LONG === "1" ? 30 : 3;
const suites: readonly SuiteName[] = ["OTP", "AES"];
const [lisbon, madrid] = ["pt-lis-mne", "es-mad-mfa"] as const;
const devices = mkdtempSync(join(tmpdir(), "vernam-devices-"));

let deployment: Deployment;
/** The device that is killed, in a process of its own; the other one stays. */
let device: EngineProcess;
let peer: Post;
let conversation: string;
/** What has to stand in both histories, once each. */
const fromDevice: string[] = [];
const fromPeer: string[] = [];

const startDevice = () => EngineProcess.start(deployment, lisbon, join(devices, "killed"));

beforeAll(async () => {
  await buildEngineProgram();
  deployment = await Deployment.start();
  await deployment.healthy();
  peer = await Post.open(deployment, madrid, devices);
  device = await startDevice();
  conversation = await device.open(peer.user.id);
  await peer.conversationWith(findPost(lisbon));
});

afterAll(async () => {
  device?.kill();
  await peer?.close();
  await deployment?.stop();
  rmSync(devices, { recursive: true, force: true });
});

async function expectPeerHas(): Promise<void> {
  await peer.has(conversation, fromDevice);
  const received = (await peer.messages(conversation)).filter(({ mine }) => !mine);
  expect(received.map(({ text }) => text).sort()).toEqual([...fromDevice].sort());
  expect(received.filter(({ problem, gapBefore }) => problem !== null || gapBefore)).toEqual([]);
}

async function expectDeviceHas(): Promise<void> {
  const lines = await until("the device has every message", async () => {
    const seen = await device.history(conversation);
    const texts = new Set(seen.map(({ text }) => text));
    return [...fromPeer, ...fromDevice].every((text) => texts.has(text)) ? seen : undefined;
  });
  expect(lines.map(({ text }) => text).sort()).toEqual([...fromPeer, ...fromDevice].sort());
  expect(lines.filter(({ problem, gapBefore }) => problem !== null || gapBefore)).toEqual([]);
}

async function expectPromised(text: string): Promise<void> {
  await until(`"${text}" is promised`, () => device.promised.includes(text));
  fromDevice.push(text);
}

describe.each(suites)("a device killed while it sends in suite %s", (suite) => {
  it.each(senderPoints)('at the point "%s" delivers the message once after its restart', async (point) => {
    const text = `${suite} killed when ${point}`;
    await device.arm(point);
    device.send(conversation, text, suite);
    expect(await device.died()).toBe("SIGKILL");
    // Every point lies after the commit of the text.
    fromDevice.push(text);
    device = await startDevice();
    await expectPeerHas();
    const after = `${suite} after ${point}`;
    device.send(conversation, after, suite);
    await expectPromised(after);
    await expectPeerHas();
  });
});

describe.each(suites)("a device killed while it receives in suite %s", (suite) => {
  it.each(receiverPoints)('at the point "%s" shows the message once after its restart', async (point) => {
    const text = `${suite} to a receiver killed when ${point}`;
    await device.arm(point);
    await peer.send(conversation, text, suite);
    fromPeer.push(text);
    expect(await device.died()).toBe("SIGKILL");
    device = await startDevice();
    await expectDeviceHas();
  });
});

describe(`a device killed ${randomKills} times at random moments in the middle of traffic both ways`, () => {
  it("loses nothing that it promised, and doubles nothing", { timeout: 1_800_000 }, async () => {
    const random = seededRandom("device kills");
    for (let kill = 0; kill < randomKills; kill++) {
      const asked: string[] = [];
      for (let i = 0; i < 30; i++) {
        const text = `burst ${kill}.${i}`;
        asked.push(text);
        device.send(conversation, text, random.pick(suites));
        const back = `answer ${kill}.${i}`;
        await peer.send(conversation, back, random.pick(suites));
        fromPeer.push(back);
      }
      await until("the burst has begun", () => device.promised.includes(asked[0]!));
      await new Promise((next) => setTimeout(next, random.between(0, 1500)));
      device.kill();
      await device.died();
      const promised = device.promised.filter((text) => text.startsWith("burst"));
      device = await startDevice();
      // A text may have become durable right before the kill without the promise getting out.
      const kept = await until("the device has what it promised", async () => {
        const texts = new Set((await device.history(conversation)).map(({ text }) => text));
        return promised.every((text) => texts.has(text)) ? texts : undefined;
      });
      fromDevice.push(...asked.filter((text) => kept.has(text)));
      await expectPeerHas();
      await expectDeviceHas();
    }
    expect(fromDevice.filter((text) => text.startsWith("burst")).length).toBeGreaterThan(0);
  });
});

describe("after all these kills", () => {
  it("the relay holds one ciphertext for each key and sequence number", async () => {
    const uses = new KeyUses();
    const envelopes = await expectOneCiphertextPerKey(deployment.origin, peer, conversation, uses);
    expect(envelopes).toBe(fromDevice.length + fromPeer.length);
  });

  it("no key was drawn twice and every ledger balances", async () => {
    const operations = await Operations.signIn(deployment);
    await expectKeysDrawnOnce(operations, [lisbon, madrid]);
    await expectBalanced(operations);
  });
});
