import type { WebConfig } from "../../shared/config-web.ts";

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** The name in a Host header, lower case and without its port; undefined when it is not a host at all. */
export function hostNameOf(header: string | undefined): string | undefined {
  if (header === undefined || !/^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i.test(header)) return undefined;
  return header.toLowerCase().replace(/:\d+$/, "");
}

/**
 * Whether this process answers to the name. A page of another name that resolves to this machine (DNS rebinding)
 * would otherwise be "same origin" with us.
 */
export function isAllowedHost(header: string | undefined, config: Pick<WebConfig, "allowedHosts">): boolean {
  const name = hostNameOf(header);
  if (name === undefined) return false;
  return (
    loopback.has(name) || /^[a-z0-9-]{1,63}\.localhost$/.test(name) || config.allowedHosts.includes(name)
  );
}

/** The origin of the gateways for a browser that came by this Host header. */
export function gatewayOriginFor(
  header: string | undefined,
  config: Pick<WebConfig, "allowedHosts" | "gatewayOrigin" | "gatewayPort" | "tls">,
): string {
  if (config.gatewayOrigin !== undefined) return config.gatewayOrigin;
  const name = hostNameOf(header);
  const host = name !== undefined && config.allowedHosts.includes(name) ? name : "localhost";
  return `${config.tls === undefined ? "http" : "https"}://${host}:${config.gatewayPort}`;
}
