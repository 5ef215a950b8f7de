import { pino } from "pino";
import { VernamError } from "../../shared/errors.ts";

export interface ProcessLog {
  info(message: string): void;
  /** Name, code, message and stack: errors of ours never hold key bytes. */
  error(error: unknown): void;
}

/** JSON lines on standard error. */
export function createProcessLog(level: string): ProcessLog {
  const log = pino(
    { level, base: { component: "qkdn" }, formatters: { level: (label) => ({ level: label }) } },
    pino.destination({ dest: 2, sync: true }),
  );
  return {
    info: (message) => log.info(message),
    error(error) {
      const code = error instanceof VernamError ? error.code : "gateway.internal";
      const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
      log.error({ name, code, stack }, message);
    },
  };
}
