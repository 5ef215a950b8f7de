import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DatabaseError } from "../../../lib/shared/database/database-error.ts";
import { lockFolder } from "../../../lib/shared/database/folder-lock.ts";
import { identifyThisProcess, readBootId } from "../../../lib/shared/database/process-identity.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vernam-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (holder: object | string) =>
  writeFileSync(join(folder, "lock"), typeof holder === "string" ? holder : JSON.stringify(holder));

describe("the lock on a data folder", () => {
  it("is taken once and names its holder to the second comer", () => {
    lockFolder(folder, "qkdn");
    try {
      lockFolder(folder, "other");
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(DatabaseError);
      expect((error as DatabaseError).code).toBe("database.folder-locked");
      expect((error as DatabaseError).message).toContain(`process ${process.pid} (qkdn)`);
    }
  });

  it("leaves the mark of a clean stop when released", () => {
    expect(lockFolder(folder, "qkdn").previousStop).toBe("clean");
    rmSync(join(folder, "lock"));
    const lock = lockFolder(folder, "qkdn");
    lock.release();
    expect(existsSync(join(folder, "lock"))).toBe(false);
    expect(lockFolder(folder, "qkdn").previousStop).toBe("clean");
  });

  it("passes on from a process that is gone", () => {
    write({ pid: 2 ** 22 + 1, startedAt: "1", bootId: readBootId(), role: "qkdn" });
    expect(lockFolder(folder, "qkdn").previousStop).toBe("killed");
  });

  it("passes on from a process whose number another process has now", () => {
    write({ ...identifyThisProcess(), startedAt: "1", role: "qkdn" });
    expect(lockFolder(folder, "qkdn").previousStop).toBe("killed");
  });

  it("passes on from before a restart of the machine and says so", () => {
    write({ ...identifyThisProcess(), bootId: "another", role: "qkdn" });
    expect(lockFolder(folder, "qkdn").previousStop).toBe("machine-restarted");
  });

  it("passes on from a lock nobody can read", () => {
    write("{");
    expect(lockFolder(folder, "qkdn").previousStop).toBe("machine-restarted");
    expect(readFileSync(join(folder, "lock"), "utf8")).toContain(String(process.pid));
  });

  it.runIf(process.platform === "linux")("passes on from a zombie", async () => {
    // The shell's child ends at once and the process that replaces the shell never collects it.
    const parent = spawn("sh", ["-c", "sh -c 'echo $$' & exec sleep 30"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const pid = Number(await new Promise<Buffer>((resolve) => parent.stdout.once("data", resolve)));
    try {
      const stat = () => readFileSync(`/proc/${pid}/stat`, "utf8");
      while (!stat().includes(") Z ")) await new Promise((resolve) => setImmediate(resolve));
      const startedAt = stat()
        .slice(stat().lastIndexOf(")") + 2)
        .split(" ")[19];
      write({ pid, startedAt, bootId: readBootId(), role: "qkdn" });
      expect(lockFolder(folder, "qkdn").previousStop).toBe("killed");
    } finally {
      parent.kill("SIGKILL");
    }
  });
});
