import { gatewayOriginFor } from "@/lib/relay/http/hosts.ts";
import { json } from "@/lib/relay/http/json.ts";
import { relayRuntime } from "@/lib/relay/runtime.ts";

export const dynamic = "force-dynamic";

/** What a page must know of this installation before anybody signs in. */
export async function GET(request: Request): Promise<Response> {
  const { config, version } = relayRuntime();
  return json({
    gatewayOrigin: gatewayOriginFor(request.headers.get("host") ?? undefined, config),
    demo: config.demonstration,
    network: config.network,
    version,
    oidc: config.oidc === undefined ? null : { name: config.oidc.name },
  });
}
