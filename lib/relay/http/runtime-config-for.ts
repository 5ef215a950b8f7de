import { relayRuntime } from "../runtime.ts";
import { gatewayOriginFor } from "./hosts.ts";

/** What a page must know of this installation before anybody signs in. `host`: as the browser named this one. */
export function runtimeConfigFor(host: string | undefined) {
  const { config, version } = relayRuntime();
  return {
    gatewayOrigin: gatewayOriginFor(host, config),
    demo: config.demonstration,
    network: config.network,
    version,
    oidc: config.oidc === undefined ? null : { name: config.oidc.name },
  };
}
