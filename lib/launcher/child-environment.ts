import { join } from "node:path";
import type { LauncherOptions } from "./options.ts";

/** What any Node process needs of the machine and no secret of ours. */
const common = [
  "PATH",
  "HOME",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "NODE_ENV",
  "NODE_EXTRA_CA_CERTS",
  "LOG_LEVEL",
];

/** Settings that belong to one zone alone: the other process never sees them. */
const own = {
  web: [
    "DATABASE_URL",
    "REDIS_URL",
    "NEXTAUTH_SECRET",
    "OIDC_ISSUER",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_NAME",
    "ALLOWED_HOSTS",
  ],
  qkdn: [
    "KEYS_DATABASE_URL",
    "KEY_PROVIDER",
    "EXTERNAL_KMES",
    "KME_STRICT",
    "KME_RETRY_GRACE",
    "POOL_TARGET_BYTES",
    "LINK_WORKERS",
    "ORBIT_RATE",
    "FAULT_POINT",
  ],
  agents: [],
} as const;

export type Zone = keyof typeof own;

/**
 * The environment of one child: common settings, those of its zone, and what the launcher decided.
 * @param agentSecret how the agents sign in at the web process: no other process is told.
 */
export function childEnvironment(
  zone: Zone,
  env: NodeJS.ProcessEnv,
  options: LauncherOptions,
  agentSecret?: string,
): NodeJS.ProcessEnv {
  const picked: Record<string, string> = {};
  for (const name of [...common, ...own[zone]]) {
    const value = env[name];
    if (value !== undefined) picked[name] = value;
  }
  const lan = options.lanAddresses;
  return {
    ...picked,
    NODE_ENV: env.NODE_ENV ?? "production",
    LOG_LEVEL: env.LOG_LEVEL ?? "warn",
    PORT: String(options.port),
    GATEWAY_PORT: String(options.gatewayPort),
    DATA_DIR: options.dataFolder,
    NETWORK: options.network,
    DEMO: options.demonstration ? "1" : "0",
    HOST: lan.length > 0 ? "0.0.0.0" : "127.0.0.1",
    ...(zone === "qkdn" || agentSecret === undefined ? {} : { AGENT_SECRET: agentSecret }),
    ...(zone === "agents" ? originSettings(options) : {}),
    ...(lan.length > 0 ? lanSettings(zone, options) : {}),
  };
}

/** Where the agents find the relay and the gateways: as a browser does. */
function originSettings({ lanAddresses, port, gatewayPort }: LauncherOptions): Record<string, string> {
  const host = lanAddresses[0] === undefined ? "http://localhost" : `https://${lanAddresses[0]}`;
  return { RELAY_ORIGIN: `${host}:${port}`, GATEWAY_ORIGIN: `${host}:${gatewayPort}` };
}

/** HTTPS with the demonstration's own certificate, which the web process trusts when it asks after the gateways. */
function lanSettings(
  zone: Zone,
  { lanAddresses, dataFolder, gatewayPort }: LauncherOptions,
): Record<string, string> {
  const authority = { NODE_EXTRA_CA_CERTS: join(dataFolder, "public", "authority.crt") };
  if (zone === "agents") return authority;
  const settings = {
    LAN: lanAddresses.join(","),
    TLS_CERT: join(dataFolder, "tls", "server.pem"),
    TLS_KEY: join(dataFolder, "tls", "server.key"),
  };
  if (zone === "qkdn") return { ...settings, GATEWAY_ORIGIN: `https://${lanAddresses[0]}:${gatewayPort}` };
  return { ...settings, ...authority };
}
