import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LinkStatus } from "../../../lib/keys/api-types.ts";
import type { KeyCardView } from "../../../lib/messenger/messenger-api.ts";
import { separateRoutes } from "../../../lib/ui/messenger/separate-routes.ts";
import { Deployment } from "../../support/deployment.ts";
import { Operations, smallPools } from "../../support/operations.ts";
import { Post } from "../../support/post.ts";
import { until } from "../../support/until.ts";

/**
 * Secret messages between Lisbon and Madrid, whose network has two routes without a common node. The levels' rules come
 * from the administrator by a signed command, and from each gateway to its devices.
 */
const lisbon = "pt-lis-mne";
const madrid = "es-mad-mfa";

let deployment: Deployment;
let folder: string;
let operations: Operations;
let presenter: Post;
let administrator: Post;
let alice: Post;
let bob: Post;
let conversation: string;
let cut: string;
let waiting: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vernam-secret-"));
  deployment = await Deployment.start({ env: smallPools });
  await deployment.healthy(120_000);
  [operations, presenter, administrator, alice, bob] = await Promise.all([
    Operations.signIn(deployment),
    Post.open(deployment, "presenter", folder),
    Post.open(deployment, "administrator", folder),
    Post.open(deployment, lisbon, folder),
    Post.open(deployment, madrid, folder),
  ]);
  conversation = await alice.engine.openConversation(bob.user.id);
  await operations.linksAtRest();
}, 180_000);

afterAll(async () => {
  await Promise.all([presenter, administrator, alice, bob].map((post) => post?.close()));
  await deployment?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function command(by: Post, kind: string, args: Record<string, string | number | boolean>) {
  const answer = await fetch(`${deployment.gatewayOrigin}/ops/commands`, {
    method: "POST",
    headers: { "content-type": "application/cbor" },
    body: await by.engine.signCommand(kind, args),
  });
  await answer.arrayBuffer();
  return answer.status;
}

const linkOf = async (id: string) =>
  (await operations.get<LinkStatus[]>("/ops/links")).find((status) => status.id === id);

/** One of Madrid's two links. Nobody notices while the pools are full: it is noticed once key is used. */
async function cutOneRoute(): Promise<string> {
  const links = await operations.get<LinkStatus[]>("/ops/links");
  const link = links.find(({ id }) => id.includes(madrid))?.id ?? "";
  expect(await command(presenter, "link.cut", { link, cut: true })).toBe(200);
  await until(
    "the link is down",
    async () => {
      await alice.engine.send(conversation, "Uses key of both routes.", "OTP_HYBRID", 3);
      return (await linkOf(link))?.condition === "down";
    },
    100_000,
    () => linkOf(link),
  );
  return link;
}

async function cardOf(text: string, level: 2 | 3 = 3): Promise<KeyCardView> {
  const id = await alice.engine.send(conversation, text, "OTP_HYBRID", level);
  await bob.has(conversation, [text]);
  const card = await alice.engine.keyCard(id);
  if (card === null) throw new Error("a delivered message has no key card");
  return card;
}

const choice = async (post: Post) => (await post.engine.policy(conversation)).levels[3];

describe("a secret message", { timeout: 150_000 }, () => {
  it("takes its key in parts over two routes without a common node, and its card shows both", async () => {
    const card = await cardOf("Over two routes.");
    expect(card.routes).toHaveLength(2);
    expect(separateRoutes(card.routes)).toBe(true);
    expect(card.trustedNodes).toHaveLength(2);
    expect(card.promise).toBe("end to end");
  });

  it("waits rather than take one route while the other is cut; a confidential one goes, its card naming the node", async () => {
    cut = await cutOneRoute();
    waiting = await alice.engine.send(conversation, "Only over two.", "OTP_HYBRID", 3);
    const delivery = await until("the message waits", async () => {
      const mine = (await alice.messages(conversation)).find((message) => message.id === waiting);
      return mine?.delivery?.state === "waiting-for-key" && mine.delivery;
    });
    expect(delivery.reason).toMatch(/no 2 separate key routes between .*Lisbon and .*Madrid/);
    const card = await cardOf("Over the one that is left.", 2);
    expect(card.routes).toHaveLength(1);
    expect(separateRoutes(card.routes)).toBe(false);
    expect(card.trustedNodes).toEqual(card.routes[0]?.slice(1, -1));
  });

  it("leaves when the route is mended; by then the administrator requires two, and devices were told", async () => {
    expect((await choice(alice))?.routes).toBe("two-wanted");
    const rules = {
      serial: 1,
      level0: "2 3 0 0 262144 536870912",
      level1: "3 3 0 0 262144 536870912",
      level2: "4 4 0 0 262144 0",
      level3: "4 4 1 1 262144 0",
    };
    expect(await command(alice, "policy.levels", rules)).toBe(403);
    expect(await command(administrator, "policy.levels", rules)).toBe(200);
    for (const post of [alice, bob])
      await until("devices know", async () => (await choice(post))?.routes === "two-required");
    expect(await command(presenter, "link.cut", { link: cut, cut: false })).toBe(200);
    await bob.has(conversation, ["Only over two."]);
    const card = await alice.engine.keyCard(waiting);
    expect(separateRoutes(card?.routes ?? [])).toBe(true);
  });
});
