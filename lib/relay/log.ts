import { type Logger, pino } from "pino";

export type Log = Logger;

/**
 * Lines on standard error, one JSON object each. Requests are logged as method and path: a query may hold what a
 * log must not. Fields that could carry a credential are cut out even if somebody logs a whole object.
 */
export function createLog(level: string): Log {
  return pino(
    {
      level,
      base: { component: "web" },
      formatters: { level: (label) => ({ level: label }) },
      mixin: (fields, level) => (level >= errorLevel ? { code: codeOf(fields) } : {}),
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: [
          "token",
          "cookie",
          "authorization",
          "password",
          "secret",
          "*.token",
          "*.cookie",
          "*.password",
        ].concat([
          "*.authorization",
          "*.secret",
          "req",
          "request",
          "headers",
          "*.headers",
          "bytes",
          "*.bytes",
        ]),
        remove: true,
      },
      serializers: { err: describeError },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}

const errorLevel = 50;

/** The error's own code, so that whoever reads the log can search for it. */
function codeOf(fields: object): string {
  const error = "err" in fields ? fields.err : undefined;
  return error instanceof Error && "code" in error ? String(error.code) : "relay.internal";
}

/** Name, code and message, and where it happened; never the objects a library hangs on its errors. */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: "not an error object" };
  const code = "code" in error ? { code: String(error.code) } : {};
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  return { name: error.name, message: error.message, ...code, stack: error.stack, ...cause };
}

/** The path of a request's URL without its query. */
export function pathOf(url: string | undefined): string {
  return (url ?? "/").split(/[?#]/, 1)[0] ?? "/";
}
