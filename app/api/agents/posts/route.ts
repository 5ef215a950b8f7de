import { viewAgentPost } from "@/lib/relay/agent-posts.ts";
import { holdsAgentSecret } from "@/lib/relay/auth/agent-secret.ts";
import { json, refusal } from "@/lib/relay/http/json.ts";
import { relayRuntime } from "@/lib/relay/runtime.ts";

export const dynamic = "force-dynamic";

/** GET /api/agents/posts → {posts: [{handle, kind, site, name, user}]}, for the process of the agents. */
export async function GET(request: Request): Promise<Response> {
  const { agents, config } = relayRuntime();
  if (!holdsAgentSecret(request.headers.get("authorization"), config)) {
    return refusal(401, "agent.refused", "Only the process of the agents asks this.");
  }
  return json({ posts: agents.posts.map(viewAgentPost) });
}
