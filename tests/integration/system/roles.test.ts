import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeviceView } from "../../../lib/keys/api-types.ts";
import type { commandKinds } from "../../../lib/protocol/command.ts";
import { Deployment } from "../../support/deployment.ts";
import { Post } from "../../support/post.ts";

/** Tries every cell of the table in docs/ROLES.md against a running deployment. */
const roles = ["user", "officer", "administrator", "presenter", "auditor"] as const;
type Role = (typeof roles)[number];
type CommandKind = (typeof commandKinds)[number];

const handles: Readonly<Record<Role, string>> = {
  user: "pt-lis-mne",
  officer: "officer",
  administrator: "administrator",
  presenter: "presenter",
  auditor: "auditor",
};

let deployment: Deployment;
let folder: string;
const posts = new Map<Role, Post>();
let devices: DeviceView[] = [];

const post = (role: Role): Post => {
  const found = posts.get(role);
  if (found === undefined) throw new Error(`nobody is signed in as ${role}`);
  return found;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vernam-roles-"));
  deployment = await Deployment.start();
  await deployment.healthy(150_000);
  for (const role of roles) posts.set(role, await Post.open(deployment, handles[role], folder));
  devices = (await (await readOps("administrator", "/ops/devices")).json()) as DeviceView[];
}, 240_000);

afterAll(async () => {
  for (const one of posts.values()) await one.close();
  await deployment?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** As this person's browser asks; who gets no token for operations tries with the one for their own gateway. */
async function readOps(role: Role, path: string): Promise<Response> {
  const { session, user } = post(role);
  const token = await session.token("ops").catch(() => session.token(`gateway:${user.site}`));
  return fetch(deployment.gatewayOrigin + path, { headers: { authorization: `Bearer ${token}` } });
}

const refusedStatus = (status: number): boolean => status === 401 || status === 403;

function reads(...paths: readonly string[]) {
  return async (role: Role): Promise<boolean[]> => {
    const answers = await Promise.all(paths.map((path) => readOps(role, path)));
    for (const answer of answers) await answer.body?.cancel();
    return answers.map(({ status }) => !refusedStatus(status));
  };
}

async function web(role: Role, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...init.headers, cookie: post(role).session.cookie(), origin: deployment.origin };
  return fetch(deployment.origin + path, { ...init, headers, redirect: "manual" });
}

const roleRefusals = ["command.role", "command.not-permitted", "role.own"];

/** Signed by the person's own device: refused for the role, or judged further (these arguments do no harm). */
async function gives(
  role: Role,
  kind: CommandKind,
  args: Record<string, string | number | boolean>,
): Promise<boolean> {
  const body = await post(role).engine.signCommand(kind, args);
  const headers = { "content-type": "application/cbor" };
  const answer =
    kind === "role.set"
      ? await web(role, "/api/roles", { method: "POST", headers, body })
      : await fetch(`${deployment.gatewayOrigin}/ops/commands`, { method: "POST", headers, body });
  const { code = "" } = (await answer.json().catch(() => ({}))) as { code?: string };
  if (answer.status === 403) expect(roleRefusals, `${role} ${kind}`).toContain(code);
  return !roleRefusals.includes(code);
}

function commands(...given: readonly (readonly [CommandKind, Record<string, string | number | boolean>])[]) {
  return async (role: Role): Promise<boolean[]> => {
    const outcomes: boolean[] = [];
    for (const [kind, args] of given) outcomes.push(await gives(role, kind, args));
    return outcomes;
  };
}

function connects(role: Role, namespace: string): Promise<boolean> {
  return new Promise((done) => {
    void post(role)
      .session.token("relay")
      .then((token) => {
        const socket = io(deployment.origin + namespace, {
          transports: ["websocket"],
          reconnection: false,
          forceNew: true,
          auth: { token },
          extraHeaders: { origin: deployment.origin },
        });
        const end = (connected: boolean) => {
          socket.disconnect();
          done(connected);
        };
        socket.on("connect", () => end(true));
        socket.on("connect_error", () => end(false));
      });
  });
}

const nowhere = { link: "no~where" };
const range = "from=0&to=60000000&bucketMs=60000";

/** One for each row: which of its parts this role may do. All must agree. */
const tries: Readonly<Record<string, (role: Role) => Promise<boolean[]>>> = {
  "read network, links, alarms, space": reads(
    "/ops/topology",
    "/ops/overview",
    "/ops/links",
    "/ops/space",
    "/ops/stage",
    "/ops/alarms",
    "/ops/alarms/history",
    "/ops/alarms/affected?alarm=none",
  ),
  "read consumption, pools, service report": reads(
    `/ops/consumption?${range}`,
    "/ops/pools",
    "/ops/pair?a=pt-lis-mne&b=es-mad-mfa",
    `/ops/service?${range}`,
  ),
  "read ledger, keys, exposure; verify; export": reads(
    "/ops/ledger/balances",
    "/ops/ledger/chains",
    "/ops/ledger/verify",
    "/ops/ledger/entries?site=pt-lis-mne",
    "/ops/ledger/export?format=csv&site=pt-lis-mne",
    "/ops/keys",
    "/ops/keys/00000000-0000-7000-8000-000000000000",
    "/ops/exposure?node=pt-bja",
  ),
  "read key managers, devices, policies, trial": reads(
    "/ops/kmes",
    "/ops/kmes/status?master=sae-pt-lis-mne&slave=sae-es-mad-mfa",
    "/ops/devices",
    "/ops/policies",
    "/ops/policies/trial",
  ),
  "follow live events": reads("/ops/events"),
  "open administration pages": async (role) => {
    const pages = ["", "/policies", "/people", "/ledger"];
    const answers = await Promise.all(pages.map((page) => web(role, `/admin${page}`)));
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    return texts.map((text, at) => answers[at]?.status === 200 && text.includes('href="/admin/service"'));
  },
  "command link.attack, link.cut, link.fault": commands(
    ["link.attack", { ...nowhere, model: "none", fraction: 0 }],
    ["link.cut", { ...nowhere, cut: false }],
    ["link.fault", { ...nowhere, fault: "loss", level: 0 }],
  ),
  "command link.authentication, links.reset": commands(
    ["link.authentication", { ...nowhere, on: true }],
    ["links.reset", {}],
  ),
  "command space.clock, space.sky, pool.empty": commands(
    ["space.clock", {}],
    ["space.sky", {}],
    ["pool.empty", {}],
  ),
  "command node.compromise, assume.broken": commands(["node.compromise", {}], ["assume.broken", {}]),
  "command alarm.acknowledge": commands(["alarm.acknowledge", { alarm: "none", note: "" }]),
  "command policy.levels, policy.quota": commands(
    ["policy.levels", { serial: 99 }],
    ["policy.quota", { site: "nowhere", level: "all", bytesPerHour: 1 }],
  ),
  "command role.set": async (role) => {
    const site = post(role).user.site;
    return [await gives(role, "role.set", { site, user: "00".repeat(16), roles: "" })];
  },
  "command device.approve of the own site": async (role) => {
    const { site, id } = post(role).user;
    const target = devices.find((device) => device.site === site && device.user !== id) ?? devices[0];
    return [await gives(role, "device.approve", { device: target?.device ?? "", keys: target?.keys ?? "" })];
  },
  "open stage desks, see and command agents": async (role) => {
    const desk = JSON.stringify({ stage: "0123456789abcdef", site: "pt-lis-mne", side: "alice" });
    const headers = { "content-type": "application/json" };
    const answers = await Promise.all([
      web(role, "/api/stage/desk", { method: "POST", headers, body: desk }),
      web(role, "/api/stage/agents"),
      web(role, "/api/stage/agents", { method: "POST", headers, body: "{}" }),
    ]);
    return answers.map(({ status }) => !refusedStatus(status));
  },
  "watch the wire of the demonstration": async (role) => [await connects(role, "/wiretap")],
  "socket of agents": async (role) => [await connects(role, "/agents")],
  "socket of the messenger": async (role) => [(await post(role).engine.state()).phase === "ready"],
};

interface DocumentedRow {
  readonly action: string;
  readonly allowed: Readonly<Record<Role, boolean>>;
}

function documented(): DocumentedRow[] {
  const text = readFileSync(resolve(import.meta.dirname, "../../../docs/ROLES.md"), "utf8");
  const lines = text.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| action"));
  return lines.map((line) => {
    const [action = "", ...cells] = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    expect(cells.every((cell) => cell === "yes" || cell === "no")).toBe(true);
    const allowed = Object.fromEntries(roles.map((role, at) => [role, cells[at] === "yes"]));
    return { action, allowed: allowed as Record<Role, boolean> };
  });
}

describe("each role may do what docs/ROLES.md says, and nothing else", () => {
  test("the table and the trials name the same actions", () => {
    expect(
      documented()
        .map(({ action }) => action)
        .sort(),
    ).toEqual(Object.keys(tries).sort());
  });

  for (const [action, attempt] of Object.entries(tries)) {
    test(action, async () => {
      const row = documented().find((one) => one.action === action);
      for (const role of roles) {
        const outcomes = await attempt(role);
        expect(outcomes, `${role}: ${action}`).toEqual(outcomes.map(() => row?.allowed[role]));
      }
    }, 60_000);
  }

  test("a command without a signature of a device, or with another's role, changes nothing", async () => {
    const headers = { "content-type": "application/cbor" };
    const forged = await post("auditor").engine.signCommand("links.reset", {});
    forged[forged.length - 1] = (forged[forged.length - 1] ?? 0) ^ 1;
    const answer = await fetch(`${deployment.gatewayOrigin}/ops/commands`, {
      method: "POST",
      headers,
      body: forged,
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const strange = await web("administrator", "/api/roles", { method: "POST", headers, body: forged });
    expect(strange.status).toBe(400);
    const stranger = await fetch(`${deployment.gatewayOrigin}/ops/overview`);
    expect(stranger.status).toBe(401);
  });
});
