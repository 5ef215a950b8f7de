import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signInAsPost } from "../../lib/messenger/node/sign-in.ts";
import type { GridState, PaymentsState } from "../../lib/scenarios/agents/agent-states.ts";
import { Deployment } from "../support/deployment.ts";
import { until } from "../support/until.ts";

/** The deployment with its agents; their processes, and the others, are killed while grid and payments run. */
let deployment: Deployment;
let presenter: string;

interface AgentView {
  readonly handle: string;
  readonly kind: string;
  readonly connected: boolean;
  readonly state: { readonly duty: GridState & PaymentsState } | null;
}

beforeAll(async () => {
  deployment = await Deployment.start({ agents: true });
  await deployment.healthy();
  presenter = (await signInAsPost(deployment.origin, "presenter")).cookie();
});

afterAll(async () => {
  await deployment?.stop();
});

function ask(body?: unknown, cookie = presenter, headers: Record<string, string> = {}): Promise<Response> {
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  return fetch(`${deployment.origin}/api/stage/agents`, {
    ...init,
    headers: { cookie, origin: deployment.origin, "content-type": "application/json", ...headers },
  });
}

async function agentsOf(kind: string): Promise<readonly AgentView[]> {
  const answer = await ask().catch(() => undefined);
  if (answer?.status === 429) {
    await new Promise((next) => setTimeout(next, 300));
    return agentsOf(kind);
  }
  if (answer?.status !== 200) return [];
  return ((await answer.json()) as { agents: AgentView[] }).agents.filter((agent) => agent.kind === kind);
}

async function command(kind: string, name: string, input?: object): Promise<void> {
  await until(`${kind} ${name}`, async () => {
    const answer = await ask({ kind, command: name, ...(input ? { input } : {}) }).catch(() => undefined);
    const body =
      answer?.status === 200 ? ((await answer.json()) as { answers: { ok: boolean }[] }) : undefined;
    return body?.answers.every(({ ok }) => ok) === true;
  });
}

const allConnected = () =>
  until("all are connected", async () => {
    const agents = (await deployment.health())?.body.components.agents as { ok: boolean } | undefined;
    return agents?.ok === true;
  });

/** All that stand in an agent's journal, as they were written; a line that is being written is not there yet. */
function journal(handle: string, name: string): Record<string, unknown>[] {
  const path = join(deployment.dataFolder, "agents", handle, "duty", name);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** By both control centres, ever, as their journals have it. */
function ordersExecuted(): number {
  const handles = readdirSync(join(deployment.dataFolder, "agents")).filter((name) =>
    name.startsWith("grid-"),
  );
  return handles.flatMap((handle) => journal(handle, "grid.jsonl")).filter(({ kind }) => kind === "order")
    .length;
}

const duties = async (kind: string) =>
  (await agentsOf(kind)).flatMap(({ connected, state }) => (connected && state ? [state.duty] : []));

describe("the agents of a deployment", () => {
  it("come by themselves after the others, and the system's health does not depend on them", async () => {
    await allConnected();
    await deployment.killAndSeeRestarted("agents");
    expect((await deployment.health())?.httpStatus).toBe(200);
    await until("they are back", async () => (await duties("grid")).length === 2);
  });

  it("obey presenters alone, and only well-formed commands", async () => {
    expect((await ask({ kind: "grid", command: "start" }, "")).status).toBe(401);
    const user = (await signInAsPost(deployment.origin, "pt-lis-mne")).cookie();
    const administrator = (await signInAsPost(deployment.origin, "administrator")).cookie();
    for (const cookie of [user, administrator]) {
      expect((await ask(undefined, cookie)).status).toBe(403);
      expect((await ask({ kind: "grid", command: "start" }, cookie)).status).toBe(403);
    }
    expect(
      (await ask({ kind: "grid", command: "start" }, presenter, { origin: "http://evil.test" })).status,
    ).toBe(403);
    for (const body of [
      {},
      { kind: "grid" },
      { command: "start" },
      { kind: "grid", agent: "grid-pt-lis-gns", command: "start" },
      { kind: "everything", command: "start" },
      { kind: "grid", command: "Start; rm" },
      { kind: "grid", command: "start", input: { nested: { deep: 1 } } },
      { kind: "grid", command: "start", more: true },
      null,
      [],
    ])
      expect((await ask(body)).status, JSON.stringify(body)).toBe(400);
    expect((await ask({ agent: "presenter", command: "start" })).status).toBe(404);
    expect((await duties("grid")).every(({ running }) => !running)).toBe(true);
  });

  it("have a secret that nobody else can show", async () => {
    for (const [path, init] of [
      ["posts", {}],
      ["token", { method: "POST", body: JSON.stringify({ handle: "grid-pt-lis-gns", audience: "relay" }) }],
    ] as const)
      for (const authorization of ["", "Bearer ", "Bearer undefined", `Bearer ${"s".repeat(43)}`]) {
        const headers = { authorization, cookie: presenter, "content-type": "application/json" };
        const answer = await fetch(`${deployment.origin}/api/agents/${path}`, { ...init, headers });
        expect(answer.status).toBe(401);
      }
    expect(deployment.text).not.toContain("AGENT_SECRET");
  });

  it("lose nothing and do nothing twice while agents, web and qkdn are killed", async () => {
    await command("grid", "start", { intervalMs: 300, orderEvery: 2 });
    await command("payments", "start", { transfers: 5, suite: "AES", pauseMs: 1000 });
    for (const victim of ["agents", "web", "qkdn"] as const) {
      // As they stand on disk: an agent that is not back yet tells no number.
      const before = ordersExecuted();
      await until(`orders flow before ${victim} is killed`, () => ordersExecuted() > before + 2, 120_000);
      await deployment.killAndSeeRestarted(victim);
    }
    await deployment.healthy();
    await command("grid", "stop");
    await command("payments", "stop");
    // A batch that had begun before the stop is sent to its end: both sums are read until they agree and rest.
    const sums = async () =>
      (await duties("payments")).map(({ paid, booked, settled, unsettled }) => ({
        paid,
        booked,
        settled,
        unsettled,
      }));
    let seen = "";
    await until(
      "everything sent is answered, and nothing more is sent",
      async () => {
        const before = seen;
        const [a, b] = await sums();
        seen = JSON.stringify([a, b]);
        if (a === undefined || b === undefined || seen !== before) {
          await new Promise((next) => setTimeout(next, 1_000));
          return false;
        }
        return a.unsettled + b.unsettled === 0 && a.paid.count > 0;
      },
      120_000,
      () => seen,
    );
    for (const { handle } of await agentsOf("grid")) {
      const orders = journal(handle, "grid.jsonl").filter(({ kind }) => kind === "order");
      expect(new Set(orders.map(({ from, reference }) => `${from}/${reference}`)).size).toBe(orders.length);
    }
    // At least three between the two before each kill.
    expect(ordersExecuted()).toBeGreaterThanOrEqual(9);
    const [a, b] = await duties("payments");
    expect([a!.booked, b!.booked]).toEqual([b!.paid, a!.paid]);
    expect([a!.settled, b!.settled]).toEqual([a!.paid, b!.paid]);
    for (const { handle } of await agentsOf("payments")) {
      const lines = journal(handle, "payments.jsonl");
      const booked = lines.filter(({ kind }) => kind === "booked");
      expect(new Set(booked.map(({ reference }) => reference)).size).toBe(booked.length);
      expect(lines.filter(({ kind, agreed }) => kind === "reconciled" && agreed !== true)).toEqual([]);
    }
  });

  it("stop with the launcher and leave no lock behind", async () => {
    // One that was killed and is not back yet cannot take its lock away.
    await allConnected();
    const pid = deployment.pidOf("agents");
    const gone = deployment.ended();
    deployment.signalLauncher("SIGINT");
    expect(await gone).toBe(0);
    expect(() => process.kill(pid ?? 0, 0)).toThrow();
    const folder = join(deployment.dataFolder, "agents");
    for (const agent of readdirSync(folder)) expect(readdirSync(join(folder, agent))).not.toContain("lock");
  });
});
