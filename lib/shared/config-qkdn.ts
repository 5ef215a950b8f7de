import { join, resolve } from "node:path";
import { z } from "zod";
import {
  commonSettings,
  optionalText,
  readEnvironment,
  readGatewayOrigin,
  readTlsFiles,
  type TlsFiles,
} from "./environment.ts";

const optionalCount = z
  .union([z.literal(""), z.coerce.number().int().min(1)])
  .optional()
  .transform((value) => (value === undefined || value === "" ? undefined : value));

const environment = z.object({
  ...commonSettings,
  KEYS_DATABASE_URL: optionalText,
  ENROLMENT: optionalText,
  KME_STRICT: z.enum(["0", "1"]).default("0"),
  KME_RETRY_GRACE: z.coerce.number().int().min(0).max(60).default(0),
  EXTERNAL_KMES: optionalText,
  KEY_PROVIDER: z.enum(["etsi014", "built-in"]).default("etsi014"),
  POOL_TARGET_BYTES: optionalCount,
  LINK_WORKERS: optionalCount,
  ORBIT_RATE: z.coerce.number().min(1).max(120).default(1),
});

export interface QkdnConfig {
  /** The web process's port: its pages may call this process. */
  readonly webPort: number;
  readonly port: number;
  readonly host: string;
  /** Absolute. */
  readonly dataFolder: string;
  readonly databaseUrl: string | undefined;
  readonly demonstration: boolean;
  readonly network: "nine" | "iberia-small" | "eu27";
  /**
   * Sites whose officer approves each device, which then gets its access secret by hand. Elsewhere a user's first device
   * is certified at once.
   */
  readonly approvalSites: "all" | readonly string[];
  /** Where browsers reach the gateways; goes into the site list. */
  readonly origin: string;
  /** Host names beside localhost, *.localhost and loopback addresses whose pages may call this process. */
  readonly allowedHosts: readonly string[];
  readonly tls: TlsFiles | undefined;
  /** How gateways ask their key managers: over ETSI 014 with mutual TLS, or by a call in this process. */
  readonly keyProvider: "etsi014" | "built-in";
  /** Absolute path of the file that names sites with a real key manager; it need not exist. */
  readonly externalKmes: string;
  /** Key managers refuse empty arrays, nulls and unknown members in key requests. */
  readonly kmeStrict: boolean;
  /** Time within which a dec_keys whose answer got lost may be repeated once, ms; 0: never, as the standard says. */
  readonly kmeRetryGraceMs: number;
  readonly poolTargetBytes: number | undefined;
  readonly linkWorkers: number | undefined;
  /** How fast the satellites' time runs; the fibre links keep wall time. */
  readonly orbitRate: number;
  readonly logLevel: string;
}

/**
 * Reads the environment of the process that holds key managers and site gateways.
 * @throws Error with one readable line that names the variable.
 */
export function readQkdnConfig(env: NodeJS.ProcessEnv): QkdnConfig {
  const values = readEnvironment(environment, env);
  const tls = readTlsFiles(values.TLS_CERT, values.TLS_KEY);
  const gatewayPort = values.GATEWAY_PORT ?? values.PORT + 1;
  return {
    webPort: values.PORT,
    port: gatewayPort,
    host: values.HOST,
    dataFolder: resolve(values.DATA_DIR),
    databaseUrl: values.KEYS_DATABASE_URL,
    demonstration: values.DEMO === "1",
    network: values.NETWORK,
    approvalSites: readEnrolment(values.ENROLMENT, values.DEMO === "1"),
    origin:
      readGatewayOrigin(values.GATEWAY_ORIGIN) ?? `${tls ? "https" : "http"}://localhost:${gatewayPort}`,
    allowedHosts: [...values.LAN, ...values.ALLOWED_HOSTS],
    tls,
    keyProvider: values.KEY_PROVIDER,
    externalKmes: resolve(values.EXTERNAL_KMES ?? join(values.DATA_DIR, "qkdn", "external-kmes.json")),
    kmeStrict: values.KME_STRICT === "1",
    kmeRetryGraceMs: values.KME_RETRY_GRACE * 1000,
    poolTargetBytes: values.POOL_TARGET_BYTES,
    linkWorkers: values.LINK_WORKERS,
    orbitRate: values.ORBIT_RATE,
    logLevel: values.LOG_LEVEL,
  };
}

/** "open", "approval", or the sites (comma-separated) that approve each device; open in a demonstration only. */
function readEnrolment(value: string | undefined, demonstration: boolean): "all" | readonly string[] {
  const mode = value ?? (demonstration ? "open" : "approval");
  if (mode === "approval") return "all";
  return mode === "open"
    ? []
    : mode
        .split(",")
        .map((site) => site.trim())
        .filter((site) => site !== "");
}
