import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from "jose";
import { z } from "zod";
import { VernamError } from "../../shared/errors.ts";

export interface IdentityKey {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly keyId: string;
}

const storedSchema = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string(),
  d: z.string(),
});

/**
 * The Ed25519 key under which this web process tells others who signed in. Made at first start in
 * `<data>/web/identity.json` (0600); its public half is put where the key world reads it,
 * `<data>/public/web-identity.json`.
 * @throws VernamError "identity.unreadable" when the file exists and is not such a key.
 */
export async function openIdentityKey(dataFolder: string): Promise<IdentityKey> {
  const path = join(dataFolder, "web", "identity.json");
  if (!existsSync(path)) await createKey(path);
  const stored = readKey(path);
  chmodSync(path, 0o600);
  const { kty, crv, x } = stored;
  const keyId = await calculateJwkThumbprint({ kty, crv, x });
  const published = { kty, crv, x, kid: keyId, alg: "EdDSA", use: "sig" };
  mkdirSync(join(dataFolder, "public"), { recursive: true });
  writeWhole(join(dataFolder, "public", "web-identity.json"), `${JSON.stringify(published)}\n`, 0o644);
  const privateKey = (await importJWK(stored, "EdDSA")) as CryptoKey;
  const publicKey = (await importJWK({ kty, crv, x }, "EdDSA")) as CryptoKey;
  return { privateKey, publicKey, keyId };
}

async function createKey(path: string): Promise<void> {
  mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  writeWhole(path, `${JSON.stringify(await exportJWK(privateKey))}\n`, 0o600);
}

function readKey(path: string): z.infer<typeof storedSchema> {
  try {
    return storedSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    // No cause: a parser's complaint may quote the key.
    throw new VernamError("identity.unreadable", `${path} is not an Ed25519 key.`, {
      nextStep: `Restore ${path} from a copy, or remove it: everybody signs in again.`,
    });
  }
}

/** Written beside and renamed: a reader never sees half of it. */
function writeWhole(path: string, text: string, mode: number): void {
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, text, { mode });
  renameSync(draft, path);
}
