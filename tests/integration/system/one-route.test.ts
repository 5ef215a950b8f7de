import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { separateRoutes } from "../../../lib/ui/messenger/separate-routes.ts";
import { Deployment } from "../../support/deployment.ts";
import { Operations } from "../../support/operations.ts";
import { Post } from "../../support/post.ts";
import { until } from "../../support/until.ts";

/**
 * Secret messages between two posts of which one hangs on a single link: the network has no two routes without a common
 * node between them, and nobody can mend that.
 */
const hanging = "nl-rot-pb";
const other = "nl-hag";

let deployment: Deployment;
let folder: string;
let operations: Operations;
let administrator: Post;
let alice: Post;
let bob: Post;
let conversation: string;
let refused: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vernam-one-route-"));
  deployment = await Deployment.start({ network: "nine" });
  await deployment.healthy(180_000);
  [operations, administrator, alice, bob] = await Promise.all([
    Operations.signIn(deployment),
    Post.open(deployment, "administrator", folder),
    Post.open(deployment, hanging, folder),
    Post.open(deployment, other, folder),
  ]);
  conversation = await alice.engine.openConversation(bob.user.id);
}, 300_000);

afterAll(async () => {
  await Promise.all([administrator, alice, bob].map((post) => post?.close()));
  await deployment?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The rules as they are by default, but for whether secret messages require two routes. */
async function requireTwo(two: boolean, serial: number): Promise<void> {
  const rules = {
    serial,
    level0: "2 3 0 0 262144 536870912",
    level1: "3 3 0 0 262144 536870912",
    level2: "4 4 0 0 262144 0",
    level3: `4 4 1 ${two ? 1 : 0} 262144 0`,
  };
  const answer = await fetch(`${deployment.gatewayOrigin}/ops/commands`, {
    method: "POST",
    headers: { "content-type": "application/cbor" },
    body: await administrator.engine.signCommand("policy.levels", rules),
  });
  expect(answer.status).toBe(200);
  for (const post of [alice, bob])
    await until("devices know", async () => (await rule(post)) === (two ? "two-required" : "two-wanted"));
}

const rule = async (post: Post) => (await post.engine.policy(conversation)).levels[3]?.routes;

const drawn = async () => (await operations.entries(hanging, "draw")).length;

const send = (text: string, level: 2 | 3) => alice.engine.send(conversation, text, "OTP_HYBRID", level);

describe("a secret message where the network has one route", { timeout: 150_000 }, () => {
  it("takes it while two are only wanted, and its card names every node that could read the quantum part", async () => {
    expect(await rule(alice)).toBe("two-wanted");
    const id = await send("Over the only route.", 3);
    await bob.has(conversation, ["Over the only route."]);
    const card = await alice.engine.keyCard(id);
    expect(card?.routes).toHaveLength(1);
    expect(separateRoutes(card?.routes ?? [])).toBe(false);
    expect(card?.trustedNodes.length).toBeGreaterThan(0);
    expect(card?.trustedNodes).toEqual(card?.routes[0]?.slice(1, -1));
    expect(card?.promise).toBe("end to end");
  });

  it("is not sent while two are required: it says why, no key is drawn for it, and others go on", async () => {
    await requireTwo(true, 1);
    const before = await drawn();
    refused = await send("Never over one.", 3);
    const delivery = await until("the message waits", async () => {
      const mine = (await alice.messages(conversation)).find((message) => message.id === refused);
      return mine?.delivery?.state === "waiting-for-key" && mine.delivery;
    });
    expect(delivery.reason).toMatch(/refuses the route that this site demands/);
    expect(await drawn()).toBe(before);
    await send("Confidential may.", 2);
    await bob.has(conversation, ["Confidential may."]);
    expect(await drawn()).toBeGreaterThan(before);
    expect((await bob.messages(conversation)).map(({ text }) => text)).not.toContain("Never over one.");
  });

  it("goes over the one route once the administrator no longer requires two", async () => {
    await requireTwo(false, 2);
    await alice.engine.retry(refused);
    await bob.has(conversation, ["Never over one."]);
    expect((await alice.engine.keyCard(refused))?.routes).toHaveLength(1);
  });
});
