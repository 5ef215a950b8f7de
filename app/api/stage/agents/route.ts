import { z } from "zod";
import { viewAgentPost } from "@/lib/relay/agent-posts.ts";
import { readStanding } from "@/lib/relay/auth/read-session.ts";
import { json, refusal, signInFirst } from "@/lib/relay/http/json.ts";
import { relayRuntime } from "@/lib/relay/runtime.ts";
import { RateLimit } from "@/lib/relay/socket/rate.ts";

export const dynamic = "force-dynamic";

const commandSchema = z.strictObject({
  /** An agent by its handle, or all agents of a kind. */
  agent: z.string().max(100).optional(),
  kind: z.enum(["grid", "payments", "custodian"]).optional(),
  command: z.string().regex(/^[a-z][a-z-]{0,39}$/),
  input: z.record(z.string().max(40), z.union([z.string().max(200), z.number(), z.boolean()])).optional(),
});

/** Of all presenters together: a stage asks for the state once a second, and people press buttons. */
const reads = new RateLimit({ perSecond: 10, burst: 40 }, performance.now());
const commands = new RateLimit({ perSecond: 2, burst: 20 }, performance.now());

/** GET → {on, agents: [{handle, kind, site, name, user, connected, state, problem}]}. */
export async function GET(): Promise<Response> {
  const refused = await refuseStranger(reads);
  if (refused !== undefined) return refused;
  const { agents } = relayRuntime();
  const views = agents.posts.map(async (post) => {
    const view = viewAgentPost(post);
    const answer = await agents.state(view.user);
    const told = answer.ok ? { state: answer.result, problem: null } : { state: null, problem: answer.code };
    return { ...view, connected: agents.isConnected(view.user), ...told };
  });
  return json({ on: agents.posts.length > 0, agents: await Promise.all(views) });
}

/** POST {agent | kind, command, input} → {answers: [{agent, ok: true, result} | {agent, ok: false, code, message}]}. */
export async function POST(request: Request): Promise<Response> {
  const refused = await refuseStranger(commands);
  if (refused !== undefined) return refused;
  const { agents, log } = relayRuntime();
  const parsed = commandSchema.safeParse(await request.json().catch(() => undefined));
  if (!parsed.success || (parsed.data.agent === undefined) === (parsed.data.kind === undefined)) {
    return refusal(400, "stage.malformed", "Name one agent or one kind of agents, and a command.");
  }
  const { agent, kind, command, input = {} } = parsed.data;
  const meant = agents.posts.filter((post) => post.handle === agent || post.kind === kind);
  if (meant.length === 0) return refusal(404, "agent.unknown", "There is no such agent.");
  log.info({ command, agents: meant.length }, "a presenter commands agents");
  const answers = meant.map(async (post) => ({
    agent: post.handle,
    ...(await agents.command(viewAgentPost(post).user, command, input)),
  }));
  return json({ answers: await Promise.all(answers) });
}

async function refuseStranger(rate: RateLimit): Promise<Response | undefined> {
  const standing = await readStanding();
  if (standing === null) return signInFirst();
  if (!relayRuntime().config.demonstration || !standing.account.roles.includes("presenter")) {
    return refusal(403, "stage.presenter-only", "Only a presenter of the demonstration commands agents.");
  }
  if (!rate.take(performance.now()).ok) {
    return refusal(429, "stage.rate", "Too many requests at once. Wait a moment.");
  }
  return undefined;
}
