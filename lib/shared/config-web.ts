import { resolve } from "node:path";
import { z } from "zod";
import {
  commonSettings,
  optionalText,
  readEnvironment,
  readGatewayOrigin,
  readTlsFiles,
  type TlsFiles,
} from "./environment.ts";

const environment = z.object({
  ...commonSettings,
  NODE_ENV: z.enum(["development", "production", "test"]).default("production"),
  DATABASE_URL: optionalText,
  REDIS_URL: optionalText,
  NEXTAUTH_SECRET: optionalText,
  AGENT_SECRET: optionalText,
  OIDC_ISSUER: optionalText,
  OIDC_CLIENT_ID: optionalText,
  OIDC_CLIENT_SECRET: optionalText,
  OIDC_NAME: z.string().min(1).default("Single sign-on"),
});

export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the button says. */
  readonly name: string;
}

export interface WebConfig {
  readonly development: boolean;
  readonly port: number;
  readonly host: string;
  /** Absolute. */
  readonly dataFolder: string;
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly demonstration: boolean;
  readonly network: string;
  readonly gatewayPort: number;
  /** Set: the same for every host. Not set: this port's neighbour on the host the browser asked for. */
  readonly gatewayOrigin: string | undefined;
  /** Host names beside localhost, *.localhost and loopback addresses that this process answers to. */
  readonly allowedHosts: readonly string[];
  readonly tls: TlsFiles | undefined;
  readonly sessionSecret: string | undefined;
  /** The agents sign in with it; made by the launcher at each start. Not set: there are no agents. */
  readonly agentSecret: string | undefined;
  readonly oidc: OidcConfig | undefined;
  readonly logLevel: string;
}

/**
 * Reads the web process's environment.
 * @throws Error with one readable line that names the variable.
 */
export function readWebConfig(env: NodeJS.ProcessEnv): WebConfig {
  const values = readEnvironment(environment, env);
  return {
    development: values.NODE_ENV === "development",
    port: values.PORT,
    host: values.HOST,
    dataFolder: resolve(values.DATA_DIR),
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    demonstration: values.DEMO === "1",
    network: values.NETWORK,
    gatewayPort: values.GATEWAY_PORT ?? values.PORT + 1,
    gatewayOrigin: readGatewayOrigin(values.GATEWAY_ORIGIN),
    allowedHosts: [...values.LAN, ...values.ALLOWED_HOSTS],
    tls: readTlsFiles(values.TLS_CERT, values.TLS_KEY),
    sessionSecret: readSecret("NEXTAUTH_SECRET", values.NEXTAUTH_SECRET),
    agentSecret: values.DEMO === "1" ? readSecret("AGENT_SECRET", values.AGENT_SECRET) : undefined,
    oidc: readOidc(values),
    logLevel: values.LOG_LEVEL,
  };
}

function readSecret(name: string, text: string | undefined): string | undefined {
  if (text !== undefined && text.length < 32) throw new Error(`${name}: at least 32 characters`);
  return text;
}

function readOidc(values: z.infer<typeof environment>): OidcConfig | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = values;
  if (issuer === undefined && clientId === undefined && clientSecret === undefined) return undefined;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) {
    throw new Error("OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET: set all or none");
  }
  return { issuer, clientId, clientSecret, name: values.OIDC_NAME };
}
