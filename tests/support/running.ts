import { readProcessStart } from "../../lib/shared/database/process-identity.ts";

/** Whether a process of that number runs; a zombie does not. */
export function isRunning(pid: number): boolean {
  return readProcessStart(pid) !== undefined;
}
