import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { freePortPair } from "../support/free-port.ts";
import { isFree } from "../support/port-state.ts";
import { until } from "../support/until.ts";

const root = resolve(import.meta.dirname, "../..");

it.each(["SIGINT", "SIGTERM"] as const)(
  "npm run demo stops everything when %s reaches the command alone",
  async (signal) => {
    const port = await freePortPair();
    const folder = mkdtempSync(join(tmpdir(), "vernam-demo-"));
    const command = spawn(process.execPath, ["scripts/demo.mjs"], {
      cwd: root,
      env: {
        ...process.env,
        NODE_ENV: "production",
        PORT: String(port),
        DATA_DIR: folder,
        NETWORK: "iberia-small",
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    command.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    const ended = once(command, "exit");
    await until("the address is printed", () => output.includes(`http://localhost:${port}`), 180_000);
    command.kill(signal);
    expect((await ended)[0]).toBe(0);
    expect([await isFree(port), await isFree(port + 1)]).toEqual([true, true]);
    rmSync(folder, { recursive: true, force: true });
  },
);
