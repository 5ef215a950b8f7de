import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AgentAccount, viewAgentPost } from "../../../lib/relay/agent-posts.ts";
import type { AgentAnswer } from "../../../lib/relay/socket/agent-sockets.ts";
import type { AgentLog, StartDuty } from "../../../lib/scenarios/agents/agent-duty.ts";
import { AgentHost } from "../../../lib/scenarios/agents/agent-host.ts";
import type { BatchResult, GridState, PaymentsState } from "../../../lib/scenarios/agents/agent-states.ts";
import { startGridDuty } from "../../../lib/scenarios/agents/grid/grid-duty.ts";
import { startPaymentsDuty } from "../../../lib/scenarios/agents/payments/payments-duty.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { until } from "../../support/until.ts";
import { GatewayServers } from "../messenger/gateway-servers.ts";
import { connected, RelayWorld } from "../relay/relay-world.ts";

/** Agents with real engines and stores on a real relay and real gateways; only the photons and the pages are missing. */
const sites = ["pt-lis-gns", "es-mad-int", "pt-lis-mne", "es-mad-mfa"];
const folder = mkdtempSync(join(tmpdir(), "vernam-agents-"));
const quiet: AgentLog = { info: () => undefined, warn: () => undefined };
const hosts = new Map<string, AgentHost>();
let relay: RelayWorld;
let gateways: GatewayServers;

const posts = (): readonly AgentAccount[] => relay.relay.runtime.agents.posts;
const ofKind = (kind: string) => posts().filter((post) => post.kind === kind);

async function relayToken(handle: string): Promise<string> {
  const { accounts, sessions, tokens } = relay.relay.runtime;
  const account = await accounts.findAgent(handle);
  if (account === null) throw new Error(`no agent ${handle}`);
  const bearer = { version: await sessions.versionOf(account.id), session: null };
  return (await tokens.issue(account, "relay", bearer, Date.now())).token;
}

async function startAgent(post: AgentAccount, startDuty: StartDuty, run = "first run"): Promise<void> {
  const host = new AgentHost({
    post: viewAgentPost(post),
    peers: ofKind(post.kind)
      .filter(({ handle }) => handle !== post.handle)
      .map(viewAgentPost),
    startDuty,
    web: {
      identityOf: (handle) => ({
        token: (audience) => {
          const { user, site } = posts().find((one) => one.handle === handle)!;
          return audience === "relay" ? relayToken(handle) : gateways.token(user, site.id, audience);
        },
      }),
    },
    relayOrigin: relay.origin,
    gatewayOrigin: gateways.origin,
    folder: join(folder, post.handle),
    run,
    log: quiet,
  });
  hosts.set(post.handle, host);
  await host.start();
  await until("the agent is connected", () => relay.relay.runtime.agents.isConnected(toHex(post.user)));
}

async function stopAgent(post: AgentAccount): Promise<void> {
  await hosts.get(post.handle)?.stop();
  hosts.delete(post.handle);
}

const resultOf = (answer: AgentAnswer): unknown => {
  if (!answer.ok) throw new Error(`${answer.code}: ${answer.message}`);
  return answer.result;
};
const command = (post: AgentAccount, name: string, input: unknown = {}): Promise<AgentAnswer> =>
  relay.relay.runtime.agents.command(toHex(post.user), name, input);
const stateOf = async <State>(post: AgentAccount): Promise<State> =>
  (resultOf(await relay.relay.runtime.agents.state(toHex(post.user))) as { duty: State }).duty;

beforeAll(async () => {
  gateways = new GatewayServers(sites);
  [relay] = await Promise.all([RelayWorld.start({ AGENT_SECRET: "s".repeat(43) }), gateways.open()]);
});

afterAll(async () => {
  await Promise.all([...hosts.values()].map((host) => host.stop()));
  await relay?.stop();
  await gateways?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("two control centres", () => {
  let lisbon: AgentAccount;
  let madrid: AgentAccount;

  beforeAll(async () => {
    [lisbon, madrid] = ofKind("grid") as [AgentAccount, AgentAccount];
    await startAgent(lisbon, startGridDuty);
    await startAgent(madrid, startGridDuty);
  });

  it("send nothing and draw no key until they are started", async () => {
    for (const post of [lisbon, madrid])
      expect(await stateOf<GridState>(post)).toMatchObject({
        running: false,
        readingsSent: 0,
        ordersSent: 0,
        keys: [],
      });
    expect(await command(madrid, "forge-breaker")).toMatchObject({ ok: false, code: "grid.no-order-yet" });
  });

  it("exchange readings and orders; each order is carried out and acknowledged, with its latency", async () => {
    for (const post of [lisbon, madrid])
      resultOf(await command(post, "start", { intervalMs: 200, orderEvery: 3 }));
    await until("orders are acknowledged both ways", async () => {
      const states = await Promise.all([lisbon, madrid].map((post) => stateOf<GridState>(post)));
      return states.every((state) => state.ordersAcknowledged >= 2 && state.readingsReceived.count >= 4);
    });
    const state = await stateOf<GridState>(lisbon);
    expect(state.orderRoundTrip.median).toBeGreaterThan(0);
    expect(state.readingsReceived.median).toBeGreaterThanOrEqual(0);
    expect(state.keys.map(({ suite }) => suite).sort()).toEqual(["AES", "OTP"]);
    expect(state.keys.every(({ endToEndBits }) => endToEndBits > 0)).toBe(true);
  });

  it("refuse orders that an attacker altered, replayed or made up, say why, and carry none of them out", async () => {
    for (const post of [lisbon, madrid]) resultOf(await command(post, "stop"));
    await until("nothing is under way", async () => {
      const [a, b] = await Promise.all([lisbon, madrid].map((post) => stateOf<GridState>(post)));
      return a!.ordersSent === b!.ordersExecuted && b!.ordersSent === a!.ordersExecuted;
    });
    const before = await stateOf<GridState>(madrid);
    const { results } = resultOf(await command(madrid, "forge-breaker")) as {
      results: { method: string; refused: string }[];
    };
    expect(results.map(({ method, refused }) => [method, refused])).toEqual([
      ["altered", "envelope.signature"],
      ["replayed", "sequence.replayed"],
      ["unsigned", "envelope.signature"],
    ]);
    const after = await stateOf<GridState>(madrid);
    expect(after.refusals).toMatchObject({ "envelope.signature": 2, "sequence.replayed": 1 });
    expect(after.ordersExecuted).toBe(before.ordersExecuted);
    expect(after.breaker).toBe(before.breaker);
  });

  it("go on where they were after their process was started again, and stay silent in another run", async () => {
    resultOf(await command(lisbon, "start", { intervalMs: 200, orderEvery: 2 }));
    const executed = (await stateOf<GridState>(madrid)).ordersExecuted;
    await stopAgent(lisbon);
    await startAgent(lisbon, startGridDuty);
    await until("orders go on", async () => (await stateOf<GridState>(madrid)).ordersExecuted > executed + 1);
    await stopAgent(lisbon);
    await startAgent(lisbon, startGridDuty, "second run");
    expect(await stateOf<GridState>(lisbon)).toMatchObject({ running: false, ordersSent: 0 });
  });

  it("refuse what is no command, and input of another shape", async () => {
    expect(await command(lisbon, "explode")).toMatchObject({ ok: false, code: "grid.command" });
    expect(await command(lisbon, "start", { intervalMs: 1 })).toMatchObject({
      ok: false,
      code: "agent.malformed",
    });
    expect(await command(lisbon, "start", { colour: "red" })).toMatchObject({
      ok: false,
      code: "agent.malformed",
    });
  });
});

describe("two central banks", () => {
  it("settle batches under both suites; their books agree, and AES takes a fraction of the pad's key", async () => {
    const [lisbon, madrid] = ofKind("payments") as [AgentAccount, AgentAccount];
    await startAgent(lisbon, startPaymentsDuty);
    await startAgent(madrid, startPaymentsDuty);
    const aes = resultOf(await command(lisbon, "run-batch", { transfers: 30, suite: "AES" })) as BatchResult;
    expect(aes).toMatchObject({ settled: 30, agreed: true, settledTotal: aes.total });
    expect(aes.keyBits).toBeLessThan(aes.otpBits / 10);
    const otp = resultOf(await command(madrid, "run-batch", { transfers: 5, suite: "OTP" })) as BatchResult;
    expect(otp).toMatchObject({ settled: 5, agreed: true, settledTotal: otp.total });
    expect(otp.keyBits).toBeGreaterThanOrEqual(otp.otpBits);
    const [a, b] = await Promise.all([lisbon, madrid].map((post) => stateOf<PaymentsState>(post)));
    expect(b!.booked).toEqual(a!.paid);
    expect(a!.booked).toEqual(b!.paid);
    expect(a!.settled).toEqual(a!.paid);
  });
});

describe("the agents' door at the relay", () => {
  const refused = async (auth: Record<string, unknown>): Promise<string> => {
    const client = relay.socket(auth, { namespace: "/agents" });
    return connected(client).then(
      () => "let in",
      (error: Error) => error.message,
    );
  };

  it("lets only agents in: not a presenter, not a post, not a stranger, not a session of an agent's user", async () => {
    for (const handle of ["presenter", "pt-lis-mne", "administrator"]) {
      const { session } = await relay.signIn(handle);
      expect(await refused({ token: await relay.relayToken(session) }), handle).toBe("relay.signed-out");
    }
    expect(await refused({})).toBe("relay.signed-out");
    expect(await refused({ token: "x.y.z" })).toBe("relay.signed-out");
    expect(await refused({ token: await relayToken(ofKind("custodian")[0]!.handle), admin: true })).toBe(
      "relay.malformed",
    );
    const { id } = (await relay.relay.runtime.accounts.findAgent(ofKind("custodian")[0]!.handle))!;
    const { session } = await relay.relay.runtime.sessions.open(id, Date.now());
    expect(await refused({ token: await relay.relayToken(session) })).toBe("relay.signed-out");
  });

  it("believes nothing that an agent sends by itself, and reads no answer of another shape", async () => {
    const { agents } = relay.relay.runtime;
    const custodian = ofKind("custodian")[0]!;
    const user = toHex(custodian.user);
    const client = relay.socket({ token: await relayToken(custodian.handle) }, { namespace: "/agents" });
    await connected(client);
    await until("it counts as connected", () => agents.isConnected(user));
    const wire = client as unknown as {
      emit(event: string, ...args: unknown[]): void;
      on(event: string, listener: (...args: never[]) => void): void;
    };
    wire.emit("agents:command", { name: "stop", input: {} }, () => expect.unreachable("it was answered"));
    wire.emit("entry:send", { conversation: randomBytes(16).toString("hex") });
    const answers: unknown[] = [
      { ok: true },
      { ok: true, json: "{" },
      { ok: true, json: "1", more: 1 },
      { ok: true, json: `"${"x".repeat(40_000)}"` },
      "yes",
      null,
    ];
    wire.on("agents:state", (answer: (value: unknown) => void) => answer(answers.shift()));
    while (answers.length > 0)
      expect(await agents.state(user)).toMatchObject({ ok: false, code: "agent.unreadable" });
    client.disconnect();
    await until("it is gone", () => !agents.isConnected(user));
    expect(await agents.command(user, "lose", {})).toMatchObject({ ok: false, code: "agent.away" });
  });

  it("keeps agents out of the sign-in: no click, and no password, opens one's account", async () => {
    const { accounts } = relay.relay.runtime;
    for (const { handle } of posts()) {
      expect(await accounts.findPost(handle)).toBeNull();
      expect(relay.relay.runtime.posts.some((post) => post.handle === handle)).toBe(false);
    }
    expect(await accounts.signIn(posts()[0]!.handle, "", Date.now())).toBeNull();
  });
});
