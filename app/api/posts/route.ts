import { json, refusal } from "@/lib/relay/http/json.ts";
import { groupPosts } from "@/lib/relay/posts.ts";
import { relayRuntime } from "@/lib/relay/runtime.ts";

export const dynamic = "force-dynamic";

/** GET /api/posts → {countries: [{country, posts: [{handle, user, name, site, siteName, roles, host}]}]}. */
export async function GET(): Promise<Response> {
  const { config, posts } = relayRuntime();
  if (!config.demonstration)
    return refusal(404, "demonstration.off", "There are no demonstration posts here.");
  return json({ countries: groupPosts(posts) });
}
