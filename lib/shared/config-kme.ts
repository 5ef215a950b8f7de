import { z } from "zod";
import { type QkdnConfig, readQkdnConfig } from "./config-qkdn.ts";
import { optionalText, port, readEnvironment } from "./environment.ts";

const environment = z.object({ PORT: z.union([z.literal(""), port]).optional(), LOG_LEVEL: optionalText });

export type KmeConfig = Pick<
  QkdnConfig,
  | "host"
  | "dataFolder"
  | "databaseUrl"
  | "network"
  | "allowedHosts"
  | "kmeStrict"
  | "kmeRetryGraceMs"
  | "poolTargetBytes"
  | "linkWorkers"
  | "logLevel"
> & {
  /** Port of the first key manager, the others follow; without it any free ports, the same at every start. */
  readonly firstPort: number | undefined;
};

/**
 * Reads the environment of `npm run kme`: that of the key process without what concerns gateways.
 * @throws Error with one readable line that names the variable.
 */
export function readKmeConfig(env: NodeJS.ProcessEnv): KmeConfig {
  const { PORT, LOG_LEVEL } = readEnvironment(environment, env);
  const { PORT: _, ...rest } = env;
  const config = readQkdnConfig({ ...rest, LOG_LEVEL: LOG_LEVEL ?? "warn" } as NodeJS.ProcessEnv);
  return { ...config, firstPort: PORT === "" ? undefined : PORT };
}
