/** What this process tells the launcher that started it. */
export type LauncherMessage =
  | { readonly type: "ready" }
  | { readonly type: "progress"; readonly text: string }
  | { readonly type: "failed"; readonly code: string; readonly message: string };

/** By the IPC channel when there is one, else as a line of JSON on standard output. */
export function tellLauncher(message: LauncherMessage): void {
  if (process.send !== undefined && process.connected) process.send(message);
  else process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** Below the launcher's patience: a clean stop that hangs ends itself, and the next start cleans up. */
const stopMs = 7000;

/** Stops once, on SIGTERM, SIGINT or when the launcher is gone. */
export function onStopRequest(stop: () => Promise<void>, log: (error: unknown) => void): void {
  let stopping = false;
  const begin = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), stopMs).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log(error);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", begin);
  process.on("SIGINT", begin);
  process.on("disconnect", begin);
}
