import { spawnSync } from "node:child_process";
import type { LauncherOptions } from "./options.ts";

/**
 * Has the certificate for `--lan` made by a program of the key world that ends at once: the launcher itself never
 * holds the authority's key.
 * @throws Error with what that program said.
 */
export function makeLanCertificate(script: string, { dataFolder, lanAddresses }: LauncherOptions): void {
  const made = spawnSync(process.execPath, [script, dataFolder, ...lanAddresses], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`no certificate for --lan: ${made.stderr.trim()}`);
}
