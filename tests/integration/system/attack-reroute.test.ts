import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AlarmView, LinkStatus, OverviewView, PairView } from "../../../lib/keys/api-types.ts";
import type { Delivery, KeyCardView } from "../../../lib/messenger/messenger-api.ts";
import { Deployment } from "../../support/deployment.ts";
import { Operations, smallPools } from "../../support/operations.ts";
import { Post } from "../../support/post.ts";
import { until } from "../../support/until.ts";

/**
 * Somebody listens on fibres of a running deployment; two devices write to each other meanwhile. The network between
 * Lisbon and Madrid has two routes without a common node: by Salamanca and by Merida.
 */
const lisbon = "pt-lis-mne";
const madrid = "es-mad-mfa";
const tap = { model: "intercept-resend", fraction: 0.5 } as const;

/** A whole deployment, started while other tests use the machine too. */
const startMs = 180_000;

let deployment: Deployment;
let folder: string;
let operations: Operations;
let presenter: Post;
let alice: Post;
let bob: Post;
let conversation: string;

async function command(kind: string, args: Record<string, string | number | boolean>): Promise<number> {
  const body = await presenter.engine.signCommand(kind, args);
  const answer = await fetch(`${deployment.gatewayOrigin}/ops/commands`, {
    method: "POST",
    headers: { "content-type": "application/cbor" },
    body,
  });
  await answer.arrayBuffer();
  return answer.status;
}

async function link(id: string): Promise<LinkStatus> {
  const found = (await operations.get<LinkStatus[]>("/ops/links")).find((status) => status.id === id);
  if (found === undefined) throw new Error(`no link ${id}`);
  return found;
}

const inAlarm = (id: string) =>
  until(
    `alarm on ${id}`,
    async () => (await link(id)).condition === "alarm",
    60_000,
    () => link(id),
  );
const pair = () => operations.get<PairView>(`/ops/pair?a=${lisbon}&b=${madrid}`);

async function deliveryOf(id: string): Promise<Delivery | null> {
  const mine = await alice.messages(conversation);
  return mine.find((message) => message.id === id)?.delivery ?? null;
}

async function delivered(text: string): Promise<KeyCardView> {
  const id = await alice.send(conversation, text, "OTP");
  await bob.has(conversation, [text]);
  const card = await alice.engine.keyCard(id);
  if (card === null) throw new Error("a delivered message has no key card");
  return card;
}

/** The links on the way of a key, by their ends. */
async function linksOf(route: readonly string[]): Promise<string[]> {
  const known = (await operations.get<LinkStatus[]>("/ops/links")).map(({ id }) => id);
  return route.slice(1).map((site, i) => {
    const ends = [`${route[i]}~${site}`, `${site}~${route[i]}`];
    return known.find((id) => ends.includes(id)) ?? "";
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vernam-attack-"));
  deployment = await Deployment.start({ env: smallPools });
  await deployment.healthy(120_000);
  [operations, presenter, alice, bob] = await Promise.all([
    Operations.signIn(deployment),
    Post.open(deployment, "presenter", folder),
    Post.open(deployment, lisbon, folder),
    Post.open(deployment, madrid, folder),
  ]);
  conversation = await alice.engine.openConversation(bob.user.id);
  await operations.linksAtRest();
}, startMs);

afterAll(async () => {
  await Promise.all([presenter, alice, bob].map((post) => post?.close()));
  await deployment?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("somebody listens", () => {
  let usual: readonly string[];
  let tapped: string;

  it("on half of the light of a link: it stops giving key, with an alarm that says why", async () => {
    const [route] = (await delivered("Before anybody listened.")).routes;
    usual = route ?? [];
    expect(usual).toHaveLength(3);
    tapped = (await linksOf(usual))[1] ?? "";
    expect(await command("link.attack", { link: tapped, ...tap })).toBe(200);
    await inAlarm(tapped);

    const status = await link(tapped);
    expect(status).toMatchObject({ alarm: "qber-high", attack: tap });
    expect(status.qber).toBeGreaterThan(0.1);
    const alarms = await operations.get<AlarmView[]>("/ops/alarms");
    expect(alarms.find((alarm) => alarm.link === tapped)).toMatchObject({
      cause: "qber-high",
      clearedAt: null,
    });
  });

  it("and traffic takes the other route, on which nobody listens", async () => {
    const { aborts } = await link(tapped);
    const before = (await operations.balances()).find((balance) => balance.link === tapped)?.ledger.generated;
    const { routes } = await delivered("While somebody listens on the usual route.");
    expect(routes).toHaveLength(1);
    expect(routes[0]?.at(0)).toBe(lisbon);
    expect(routes[0]?.at(-1)).toBe(madrid);
    expect(routes[0]?.[1]).not.toBe(usual[1]);
    expect((await pair()).route).toEqual(routes[0]);

    await until("the tapped link measured again", async () => (await link(tapped)).aborts > aborts);
    const after = (await operations.balances()).find((balance) => balance.link === tapped)?.ledger.generated;
    expect(after).toBe(before);
  });

  it("on every route: a message waits and says what stands in the way, and nothing is sent meanwhile", async () => {
    // Madrid has two links; one is tapped already.
    const second = (await linksOf((await pair()).route ?? [])).at(-1) ?? "";
    expect(second).not.toBe(tapped);
    expect(await command("link.attack", { link: second, ...tap })).toBe(200);
    await inAlarm(second);
    expect(await pair()).toMatchObject({ route: null });

    const id = await alice.send(conversation, "Under attack from everywhere.", "OTP");
    const waiting = await until("the message waits", async () => {
      const delivery = await deliveryOf(id);
      return delivery?.state === "waiting-for-key" && delivery;
    });
    expect(waiting.reason).toMatch(/no key route between .*Lisbon and .*Madrid/);
    expect(waiting.reason).toContain("withholds its key after an alarm");
    expect((await operations.get<OverviewView>("/ops/overview")).alarms).toBe(2);
    expect((await bob.messages(conversation)).map(({ text }) => text)).not.toContain(
      "Under attack from everywhere.",
    );
  });

  it("until the links are as before: the message leaves by itself and the alarms end", async () => {
    expect(await command("links.reset", {})).toBe(200);
    await bob.has(conversation, ["Under attack from everywhere."]);
    await until("no alarm is left", async () => {
      const alarms = await operations.get<AlarmView[]>("/ops/alarms");
      return alarms.length > 0 && alarms.every(({ clearedAt }) => clearedAt !== null);
    });
    const seen = await bob.messages(conversation);
    expect(seen.map(({ text }) => text)).toEqual([
      "Before anybody listened.",
      "While somebody listens on the usual route.",
      "Under attack from everywhere.",
    ]);
    expect(seen.every(({ problem, gapBefore }) => problem === null && !gapBefore)).toBe(true);
  });

  it("and after a cut and its mending, too", async () => {
    const route = (await pair()).route ?? [];
    const cut = (await linksOf(route))[0] ?? "";
    expect(await command("link.cut", { link: cut, cut: true })).toBe(200);
    await until("the link is down", async () => (await link(cut)).condition === "down");
    expect((await link(cut)).qber).toBeNull();
    const { routes } = await delivered("Past a cut fibre.");
    expect(routes[0]?.[1]).not.toBe(route[1]);
    expect(await command("link.cut", { link: cut, cut: false })).toBe(200);
    await until("the link makes key", async () =>
      ["generating", "standby"].includes((await link(cut)).condition),
    );
  });

  it("and every bit is accounted for: all balances are zero, both ends agree, the chains stand", async () => {
    const balances = await until("both ends agree", async () => {
      const all = await operations.balances();
      return all.every(({ agree }) => agree) && all;
    });
    expect(balances).toHaveLength(9);
    for (const { link: id, balance, a, b } of balances) {
      expect(balance, id).toBe(0);
      expect(a, id).toEqual(b);
    }
    expect(balances.some(({ ledger }) => ledger.relayed > 0)).toBe(true);
    expect((await operations.verify()).ok).toBe(true);
  });

  it("but only whoever has the role can play the attacker", async () => {
    const body = await alice.engine.signCommand("link.attack", { link: tapped, ...tap });
    const answer = await fetch(`${deployment.gatewayOrigin}/ops/commands`, {
      method: "POST",
      headers: { "content-type": "application/cbor" },
      body,
    });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: "command.role" });
    expect((await link(tapped)).attack.model).toBe("none");
  });
});
