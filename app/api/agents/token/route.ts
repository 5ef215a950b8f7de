import { z } from "zod";
import { holdsAgentSecret } from "@/lib/relay/auth/agent-secret.ts";
import { json, refusal } from "@/lib/relay/http/json.ts";
import { relayRuntime } from "@/lib/relay/runtime.ts";

export const dynamic = "force-dynamic";

const askSchema = z.strictObject({ handle: z.string().max(100), audience: z.string().max(100) });

/**
 * POST /api/agents/token {handle, audience: "relay" | "gateway:<own site>"} → {token, expiresAt}: an agent signs in
 * with the secret of this start instead of a session.
 */
export async function POST(request: Request): Promise<Response> {
  const { accounts, config, sessions, tokens } = relayRuntime();
  if (!holdsAgentSecret(request.headers.get("authorization"), config)) {
    return refusal(401, "agent.refused", "Only the process of the agents asks this.");
  }
  const parsed = askSchema.safeParse(await request.json().catch(() => undefined));
  if (!parsed.success) return refusal(400, "agent.malformed", "Name an agent and an audience.");
  const { handle, audience } = parsed.data;
  const account = await accounts.findAgent(handle);
  if (account === null) return refusal(404, "agent.unknown", "There is no such agent.");
  if (audience !== "relay" && audience !== `gateway:${account.site}`) {
    return refusal(403, "token.audience-refused", "This agent has no business with that audience.");
  }
  const bearer = { version: await sessions.versionOf(account.id), session: null };
  return json(await tokens.issue(account, audience, bearer, Date.now()));
}
