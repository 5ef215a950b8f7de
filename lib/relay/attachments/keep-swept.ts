import type { Log } from "../log.ts";
import type { AttachmentStore } from "./attachment-store.ts";

const everyMs = 3_600_000;

/** Forgets old files now and every hour, in each web process: what another has deleted already costs nothing. */
export function keepSwept(store: AttachmentStore, log: Log): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const sweep = () => {
    running = store.sweep(Date.now()).then(
      (count) => {
        if (count > 0) log.info({ count }, "old files deleted");
      },
      (error: unknown) => log.error({ err: error }, "old files were not deleted"),
    );
  };
  sweep();
  const timer = setInterval(sweep, everyMs);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
