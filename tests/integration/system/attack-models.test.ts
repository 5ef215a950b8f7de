import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { AlarmView, LinkAlarmCause, LinkStatus, PairView } from "../../../lib/keys/api-types.ts";
import { Deployment } from "../../support/deployment.ts";
import { Operations, smallPools } from "../../support/operations.ts";
import { Post } from "../../support/post.ts";
import { until } from "../../support/until.ts";

/** A presenter plays every eavesdropper and fault on a running deployment while two devices write to each other. */
const lisbon = "pt-lis-mne";
const madrid = "es-mad-mfa";
/** On the usual route of the pair, which has another one. */
const target = "pt-lis-gns~es-sal";

type Args = Record<string, string | number | boolean>;

let deployment: Deployment;
let folder: string;
let operations: Operations;
let presenter: Post;
let alice: Post;
let bob: Post;
let conversation: string;

async function command(by: Post, kind: string, args: Args): Promise<{ status: number; code?: string }> {
  const answer = await fetch(`${deployment.gatewayOrigin}/ops/commands`, {
    method: "POST",
    headers: { "content-type": "application/cbor" },
    body: await by.engine.signCommand(kind, args),
  });
  const text = await answer.text();
  const code = answer.ok ? undefined : (JSON.parse(text) as { code: string }).code;
  return code === undefined ? { status: answer.status } : { status: answer.status, code };
}

async function status(): Promise<LinkStatus> {
  const found = (await operations.get<LinkStatus[]>("/ops/links")).find(({ id }) => id === target);
  if (found === undefined) throw new Error(`no link ${target}`);
  return found;
}

const when = (what: string, holds: (link: LinkStatus) => boolean) =>
  until(what, async () => holds(await status()), 60_000, status);

const pair = () => operations.get<PairView>(`/ops/pair?a=${lisbon}&b=${madrid}`);

/** Whether a route goes over the link itself; another may lead to the same site from elsewhere. */
function crosses(route: readonly string[] | null): boolean {
  return (route ?? []).some(
    (site, i, all) => [all[i - 1], site].sort().join("~") === target.split("~").sort().join("~"),
  );
}

/** Nothing is done to any link, nothing stands from before, and every pool is full again: as each test begins. */
async function reset(): Promise<void> {
  expect(await command(presenter, "links.reset", {})).toEqual({ status: 200 });
  await operations.linksAtRest();
  await until(
    "no alarm or warning stands",
    async () => (await standing()).length === 0,
    60_000,
    () => standing(),
  );
}

const standing = async () =>
  (await operations.get<AlarmView[]>("/ops/alarms")).filter(({ clearedAt }) => clearedAt === null);

async function delivered(text: string): Promise<readonly string[]> {
  const id = await alice.send(conversation, text, "OTP");
  await bob.has(conversation, [text]);
  return (await alice.engine.keyCard(id))?.routes[0] ?? [];
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vernam-attack-models-"));
  deployment = await Deployment.start({ env: smallPools });
  await deployment.healthy(120_000);
  [operations, presenter, alice, bob] = await Promise.all([
    Operations.signIn(deployment),
    Post.open(deployment, "presenter", folder),
    Post.open(deployment, lisbon, folder),
    Post.open(deployment, madrid, folder),
  ]);
  conversation = await alice.engine.openConversation(bob.user.id);
  await reset();
}, 180_000);

afterEach(reset, 180_000);

afterAll(async () => {
  await Promise.all([presenter, alice, bob].map((post) => post?.close()));
  await deployment?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("a link of the route in use", () => {
  it.each<[string, Args, LinkAlarmCause]>([
    ["link.attack", { link: target, model: "photon-number-splitting", fraction: 1 }, "decoy-ratio-low"],
    ["link.attack", { link: target, model: "blinding", fraction: 1 }, "photocurrent-high"],
    ["link.attack", { link: target, model: "jamming", fraction: 0.5 }, "light-excess"],
    ["link.attack", { link: target, model: "man-in-the-middle", fraction: 1 }, "authentication-failed"],
    ["link.fault", { link: target, fault: "detector", level: 1 }, "detector-unbalanced"],
    ["link.fault", { link: target, fault: "drift", level: 1 }, "misalignment-limit"],
  ])(
    "under %s %o is in alarm for its own reason, messages go another way, and it recovers",
    async (kind, args, cause) => {
      expect(await command(presenter, kind, args)).toEqual({ status: 200 });
      await when(`alarm ${cause}`, (link) => link.alarm !== null);
      expect(await status()).toMatchObject({ alarm: cause, condition: "alarm" });
      expect(await standing()).toMatchObject([{ link: target, cause, severity: "alarm" }]);
      expect(crosses((await pair()).route)).toBe(false);
      expect(crosses(await delivered(`Past ${cause}.`))).toBe(false);
    },
  );

  it("that loses light gets a warning and stays in use", async () => {
    expect((await command(presenter, "link.fault", { link: target, fault: "loss", level: 3 })).status).toBe(
      200,
    );
    await when("the warning", (link) => link.warning === "loss-high");
    expect((await status()).alarm).toBeNull();
    expect((await operations.get<AlarmView[]>("/ops/alarms"))[0]).toMatchObject({
      link: target,
      cause: "loss-high",
      severity: "warning",
    });
  });

  it("without authentication shares its key with the attacker, rings no alarm, and supplies nothing", async () => {
    const generated = async () =>
      (await operations.balances()).find((balance) => balance.link === target)?.ledger.generated;
    const before = await generated();
    expect((await command(presenter, "link.authentication", { link: target, on: false })).status).toBe(200);
    const attack = { link: target, model: "man-in-the-middle", fraction: 1 };
    expect((await command(presenter, "link.attack", attack)).status).toBe(200);
    await when("the attacker has key", (link) => (link.quarantine?.attackerBits ?? 0) > 0);
    expect(await status()).toMatchObject({
      condition: "quarantined",
      alarm: null,
      quarantine: { endsAgree: false },
    });
    expect(crosses(await delivered("Past a link that nobody checks."))).toBe(false);
    expect(await generated()).toBe(before);
    expect((await command(presenter, "link.authentication", { link: target, on: true })).status).toBe(200);
    await when("authentication stops the attacker", (link) => link.alarm === "authentication-failed");
  });

  it("may be attacked by who has the role, and by nobody else", async () => {
    for (const [kind, args] of [
      ["link.fault", { link: target, fault: "loss", level: 3 }],
      ["link.authentication", { link: target, on: false }],
      ["link.attack", { link: target, model: "blinding", fraction: 1 }],
    ] as const) {
      expect(await command(alice, kind, args)).toEqual({ status: 403, code: "command.role" });
    }
    expect(await command(presenter, "link.fault", { link: target, fault: "loss", level: 400 })).toEqual({
      status: 400,
      code: "command.argument",
    });
    expect(await status()).toMatchObject({
      authenticated: true,
      attack: { model: "none" },
      faults: { loss: 0 },
    });
  });
});
