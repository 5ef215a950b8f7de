import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { VernamError } from "../../shared/errors.ts";

/**
 * The secret that encrypts session cookies, made once in `<data>/web/session-secret` (0600).
 * @throws VernamError "session.secret-unreadable" when the file was cut short.
 */
export function openSessionSecret(dataFolder: string): string {
  const folder = join(dataFolder, "web");
  const path = join(folder, "session-secret");
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, randomBytes(32).toString("base64url"), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  chmodSync(path, 0o600);
  const secret = readFileSync(path, "utf8").trim();
  if (secret.length < 32) {
    throw new VernamError("session.secret-unreadable", `${path} is too short to be the session secret.`, {
      nextStep: `Remove ${path}: everybody signs in again.`,
    });
  }
  return secret;
}
