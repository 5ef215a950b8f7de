import { resolve } from "node:path";
import { z } from "zod";
import { logLevel, readEnvironment } from "./environment.ts";

const environment = z.object({
  AGENT_SECRET: z.string().min(32),
  DATA_DIR: z.string().min(1).default(".data"),
  RELAY_ORIGIN: z.url(),
  GATEWAY_ORIGIN: z.url(),
  LOG_LEVEL: logLevel,
});

export interface AgentsConfig {
  /** This start's, from the launcher. */
  readonly secret: string;
  /** Absolute. */
  readonly dataFolder: string;
  readonly relayOrigin: string;
  readonly gatewayOrigin: string;
  readonly logLevel: string;
}

/**
 * Reads the environment of the process of the agents.
 * @throws Error with one readable line that names the variable.
 */
export function readAgentsConfig(env: NodeJS.ProcessEnv): AgentsConfig {
  const values = readEnvironment(environment, env);
  return {
    secret: values.AGENT_SECRET,
    dataFolder: resolve(values.DATA_DIR),
    relayOrigin: values.RELAY_ORIGIN,
    gatewayOrigin: values.GATEWAY_ORIGIN,
    logLevel: values.LOG_LEVEL,
  };
}
