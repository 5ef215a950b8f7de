import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { uptime } from "node:os";

/** Names one running process beyond reuse of its number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** As the system writes it (clock ticks since boot on Linux): compared, never interpreted. */
  readonly startedAt: string;
  readonly bootId: string;
}

/** Changes with every start of the machine. */
export function readBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    // Elsewhere: the boot time, to a minute, since the clock may be stepped a little.
    return `boot-${Math.round((Date.now() / 1000 - uptime()) / 60)}`;
  }
}

/** When process `pid` started, or undefined when no such process runs (a zombie no longer runs). */
export function readProcessStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command name in parentheses may hold spaces: fields are counted after it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const state = fields[0];
    return state === "Z" || state === "X" ? undefined : fields[19];
  } catch {
    return process.platform === "linux" ? undefined : readProcessStartByPs(pid);
  }
}

function readProcessStartByPs(pid: number): string | undefined {
  try {
    const line = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return line === "" || line.startsWith("Z") ? undefined : line.replace(/^\S+\s+/, "");
  } catch {
    return undefined;
  }
}

export function identifyThisProcess(): ProcessIdentity {
  return { pid: process.pid, startedAt: readProcessStart(process.pid) ?? "", bootId: readBootId() };
}

/** Whether the process named by `identity` is still the one running under that number. */
export function isStillRunning(identity: ProcessIdentity): boolean {
  return identity.bootId === readBootId() && readProcessStart(identity.pid) === identity.startedAt;
}
