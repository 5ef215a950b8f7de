import { resolve } from "node:path";
import { z } from "zod";

/** An empty variable means "not set", as shells and unit files write it. */
export const optionalText = z
  .string()
  .optional()
  .transform((text) => (text === undefined || text === "" ? undefined : text));

/** Names separated by commas, lower case. */
export const nameList = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((part) => part.trim().toLowerCase())
      .filter((part) => part !== ""),
  );

export const port = z.coerce.number().int().min(1).max(65535);

export const logLevel = z
  .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
  .default("info");

/** What the web process and the key process read alike: the launcher starts both on one set of settings. */
export const commonSettings = {
  PORT: port.default(3000),
  GATEWAY_PORT: port.optional(),
  HOST: z.string().min(1).default("127.0.0.1"),
  DATA_DIR: z.string().min(1).default(".data"),
  DEMO: z.enum(["0", "1"]).default("1"),
  NETWORK: z.enum(["nine", "iberia-small", "eu27"]).default("nine"),
  GATEWAY_ORIGIN: optionalText,
  LAN: nameList,
  ALLOWED_HOSTS: nameList,
  TLS_CERT: optionalText,
  TLS_KEY: optionalText,
  LOG_LEVEL: logLevel,
} as const;

/** @throws Error with one readable line that names the variable. */
export function readEnvironment<Shape extends z.ZodType>(
  shape: Shape,
  env: NodeJS.ProcessEnv,
): z.infer<Shape> {
  const parsed = shape.safeParse(env);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`${issue?.path.join(".") ?? "environment"}: ${issue?.message ?? "not valid"}`);
}

/** @throws Error when GATEWAY_ORIGIN is set and no origin. */
export function readGatewayOrigin(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.pathname !== "/") {
    throw new Error("GATEWAY_ORIGIN: must be an http(s) origin without a path");
  }
  return url.origin;
}

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

/** @throws Error when only one of TLS_CERT and TLS_KEY is set. */
export function readTlsFiles(certificate: string | undefined, key: string | undefined): TlsFiles | undefined {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    throw new Error("TLS_CERT and TLS_KEY: set both or none");
  }
  return { certificate: resolve(certificate), key: resolve(key) };
}
