import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { toHex } from "../../../../lib/shared/hex.ts";

/** Plays the web process: publishes its identity key and signs identity tokens. */
export interface TokenIssuer {
  token(user: Uint8Array, site: string, roles?: readonly string[], audience?: string): Promise<string>;
}

export async function createTokenIssuer(dataFolder: string, now: () => number): Promise<TokenIssuer> {
  const pair = await generateKeyPair("EdDSA", { extractable: true });
  mkdirSync(join(dataFolder, "public"), { recursive: true });
  const jwk = JSON.stringify(await exportJWK(pair.publicKey));
  writeFileSync(join(dataFolder, "public", "web-identity.json"), jwk);
  return {
    token: (user, site, roles = ["user"], audience = `gateway:${site}`) =>
      new SignJWT({ site, name: `Duty officer, ${site}`, roles })
        .setProtectedHeader({ alg: "EdDSA" })
        .setIssuer("vernam-web")
        .setAudience(audience)
        .setSubject(toHex(user))
        .setJti(crypto.randomUUID())
        .setIssuedAt(Math.floor(now() / 1000))
        .setExpirationTime(Math.floor(now() / 1000) + 60)
        .sign(pair.privateKey),
  };
}
