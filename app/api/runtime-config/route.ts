import { json } from "@/lib/relay/http/json.ts";
import { runtimeConfigFor } from "@/lib/relay/http/runtime-config-for.ts";

export const dynamic = "force-dynamic";

/** What a page must know of this installation before anybody signs in. */
export async function GET(request: Request): Promise<Response> {
  return json(runtimeConfigFor(request.headers.get("host") ?? undefined));
}
