import { randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import { ReserveError } from "./authentication-reserve.ts";

const keyBytes = 32;

/**
 * The key that wraps this installation's reserves: made at first start, kept in a file of its own (mode 0600).
 * @throws ReserveError links.installation-key-damaged when the file has another length.
 */
export async function installationKey(path: string): Promise<SecretBytes> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const stored = await read(path);
  if (stored !== undefined) return stored;
  const fresh = randomBytes(keyBytes);
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  const handle = await open(draft, "w", 0o600);
  try {
    await handle.writeFile(fresh);
    await handle.sync();
  } finally {
    await handle.close();
    fresh.fill(0);
  }
  // A link, not a rename: whoever came first keeps the key.
  await link(draft, path).catch((reason: NodeJS.ErrnoException) => {
    if (reason.code !== "EEXIST") throw reason;
  });
  await unlink(draft);
  const made = await read(path);
  if (made === undefined) throw new ReserveError("links.installation-key-damaged", "The key file vanished.");
  return made;
}

async function read(path: string): Promise<SecretBytes | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (reason) {
    if ((reason as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw reason;
  }
  if (bytes.length !== keyBytes) {
    throw new ReserveError("links.installation-key-damaged", `The key file ${path} is damaged.`, {
      nextStep: "Restore the file, or remove the links folder: every link is then installed anew.",
    });
  }
  const key = SecretBytes.copyOf(bytes);
  bytes.fill(0);
  return key;
}
