import { VernamError } from "../shared/errors.ts";
import type { Log } from "./log.ts";

export type LauncherMessage =
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly code: string; readonly message: string };

/** Over the channel to the launcher when there is one, as a line on standard output otherwise. */
export function tellLauncher(message: LauncherMessage): void {
  if (process.send !== undefined) process.send(message);
  else process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** One line that says what is wrong, with a stable code, and what to do where that is known. */
export function describeStartFailure(error: unknown): { code: string; message: string } {
  if (error instanceof VernamError) {
    return { code: error.code, message: [error.message, error.nextStep].filter(Boolean).join(" ") };
  }
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EADDRINUSE") {
    return { code: "start.port-in-use", message: "The port is in use. Set PORT to a free one." };
  }
  if (code === "EACCES" || code === "ENOSPC" || code === "EROFS") {
    return { code: `start.${code.toLowerCase()}`, message: `The data folder cannot be written (${code}).` };
  }
  return { code: "start.failed", message: error instanceof Error ? error.message : "The start failed." };
}

const patienceMs = 6_000;

/** Stops once, on a signal or when the launcher is gone; ends the process in any case after a bounded time. */
export function onStopRequest(log: Log, stop: () => Promise<void>): void {
  let stopping = false;
  const begin = (reason: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, "stopping");
    setTimeout(() => {
      log.error("the clean stop took too long");
      process.exit(1);
    }, patienceMs).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, "the clean stop failed");
        process.exit(1);
      },
    );
  };
  process.once("SIGTERM", () => begin("SIGTERM"));
  process.once("SIGINT", () => begin("SIGINT"));
  process.once("disconnect", () => begin("the launcher is gone"));
}
