import { resolve } from "node:path";
import { z } from "zod";

/** An empty variable means "not set", as shells and unit files write it. */
const optionalText = z
  .string()
  .optional()
  .transform((text) => (text === undefined || text === "" ? undefined : text));

const list = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  );

const port = z.coerce.number().int().min(1).max(65535);

const environment = z.object({
  NODE_ENV: z.enum(["development", "production", "test"]).default("production"),
  PORT: port.default(3000),
  GATEWAY_PORT: port.optional(),
  HOST: z.string().min(1).default("127.0.0.1"),
  DATA_DIR: z.string().min(1).default(".data"),
  DATABASE_URL: optionalText,
  REDIS_URL: optionalText,
  DEMO: z.enum(["0", "1"]).default("1"),
  NETWORK: z.enum(["nine", "iberia-small", "eu27"]).default("nine"),
  GATEWAY_ORIGIN: optionalText,
  LAN: list,
  ALLOWED_HOSTS: list,
  TLS_CERT: optionalText,
  TLS_KEY: optionalText,
  NEXTAUTH_SECRET: optionalText,
  OIDC_ISSUER: optionalText,
  OIDC_CLIENT_ID: optionalText,
  OIDC_CLIENT_SECRET: optionalText,
  OIDC_NAME: z.string().min(1).default("Single sign-on"),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
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
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  readonly sessionSecret: string | undefined;
  readonly oidc: OidcConfig | undefined;
  readonly logLevel: string;
}

/**
 * Reads the web process's environment.
 * @throws Error with one readable line that names the variable.
 */
export function readWebConfig(env: NodeJS.ProcessEnv): WebConfig {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`${issue?.path.join(".") ?? "environment"}: ${issue?.message ?? "not valid"}`);
  }
  const values = parsed.data;
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
    gatewayOrigin: readOrigin(values.GATEWAY_ORIGIN),
    allowedHosts: [...values.LAN, ...values.ALLOWED_HOSTS].map((name) => name.toLowerCase()),
    tls: readTls(values.TLS_CERT, values.TLS_KEY),
    sessionSecret: readSecret(values.NEXTAUTH_SECRET),
    oidc: readOidc(values),
    logLevel: values.LOG_LEVEL,
  };
}

function readOrigin(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.pathname !== "/") {
    throw new Error("GATEWAY_ORIGIN: must be an http(s) origin without a path");
  }
  return url.origin;
}

function readTls(certificate: string | undefined, key: string | undefined): WebConfig["tls"] {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined)
    throw new Error("TLS_CERT and TLS_KEY: set both or none");
  return { certificate: resolve(certificate), key: resolve(key) };
}

function readSecret(text: string | undefined): string | undefined {
  if (text !== undefined && text.length < 32) throw new Error("NEXTAUTH_SECRET: at least 32 characters");
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
