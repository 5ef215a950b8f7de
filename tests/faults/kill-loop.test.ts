import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Deployment } from "../support/deployment.ts";
import { Operations } from "../support/operations.ts";
import { Post } from "../support/post.ts";
import { type SeededRandom, seededRandom } from "../support/seeded-random.ts";
import { until } from "../support/until.ts";
import { expectBalanced, expectKeysDrawnOnce } from "./support/expect-books.ts";
import { expectKeysOfCards, expectOneCiphertextPerKey, KeyUses } from "./support/expect-ciphertexts.ts";
import { expectExactlyOnce, expectOnlyOwn } from "./support/expect-delivery.ts";
import { type Direction, openDirections, Traffic } from "./support/traffic.ts";

const kills = process.env.FAULTS_LONG === "1" ? 50 : 8;
const handles = ["pt-lis-mne", "pt-lis-gns", "es-mad-mfa", "es-mad-int"];
const sites = handles;

const devices = mkdtempSync(join(tmpdir(), "vernam-devices-"));
const posts: Post[] = [];
let deployment: Deployment;
let directions: Direction[];

beforeAll(async () => {
  deployment = await Deployment.start();
  await deployment.healthy();
  posts.push(...(await Promise.all(handles.map((handle) => Post.open(deployment, handle, devices)))));
  const [lisbonA, lisbonB, madridA, madridB] = posts as [Post, Post, Post, Post];
  directions = await openDirections([
    [lisbonA, madridA],
    [lisbonA, madridB],
    [lisbonB, madridA],
    [lisbonB, madridB],
  ]);
});

afterAll(async () => {
  await Promise.all(posts.map((post) => post.close()));
  await deployment?.stop();
  rmSync(devices, { recursive: true, force: true });
});

/** Half of the kills for each process, in random order. */
function shuffledVictims(random: SeededRandom): ("web" | "qkdn")[] {
  const left = Array.from({ length: kills }, (_, i) => (i % 2 === 0 ? "qkdn" : "web") as "web" | "qkdn");
  return left.map((_, i) => {
    const j = Math.floor(random.between(i, left.length));
    const chosen = left[j]!;
    left[j] = left[i]!;
    left[i] = chosen;
    return chosen;
  });
}

/** Kills under traffic; most of the times the system is whole again before the next, sometimes it is still starting. */
async function killAtRandomMoments(random: SeededRandom, traffic: Traffic): Promise<void> {
  for (const [i, victim] of shuffledVictims(random).entries()) {
    const untilKill = random.between(0, 3000);
    await new Promise((next) => setTimeout(next, untilKill));
    await deployment.killAndSeeRestarted(victim);
    console.log(
      `kill ${i + 1} of ${kills}: ${victim}, ${untilKill.toFixed(0)} ms in, ${traffic.written} written`,
    );
    if (random.between(0, 1) < 0.7) await deployment.healthy();
  }
  await deployment.healthy();
}

describe(`${kills} kills of the key process and the web process at random moments under traffic`, () => {
  it("lose no message, double no message, and go on after each", { timeout: 3_600_000 }, async () => {
    const random = seededRandom("kill loop");
    const traffic = new Traffic(directions);
    try {
      await until("traffic flows", () => traffic.written > 2 * directions.length);
      await killAtRandomMoments(random, traffic);
    } finally {
      await traffic.stop();
    }
    const drained = Date.now();
    for (const direction of directions) await expectExactlyOnce(direction);
    console.log(
      `${traffic.written} messages written; the last arrived ${Date.now() - drained} ms after the kills`,
    );
    for (const post of posts) await expectOnlyOwn(post, directions);
    expect(deployment.running).toBe(true);
  });

  it("leave one ciphertext for each key, and no key_ID drawn twice at a side", async () => {
    const books = await expectKeysDrawnOnce(await Operations.signIn(deployment), sites);
    const uses = new KeyUses();
    for (const { from, conversation, texts } of directions) {
      const other = directions.find((d) => d.conversation === conversation && d.from !== from)!;
      const envelopes = await expectOneCiphertextPerKey(deployment.origin, from, conversation, uses);
      expect(envelopes).toBe(texts.length + other.texts.length);
    }
    for (const { from, to, conversation } of directions)
      await expectKeysOfCards(from, to, conversation, books, uses);
    expect(uses.size).toBeGreaterThan(0);
  });

  it("leave every link's ledger at zero with what the restarts lost, and every chain whole", async () => {
    const lost = await expectBalanced(await Operations.signIn(deployment));
    expect(lost).toBeGreaterThan(0);
  });
});
