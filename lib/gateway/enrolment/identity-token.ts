import { readFile, stat } from "node:fs/promises";
import { type CryptoKey, errors, importJWK, type JWK, jwtVerify } from "jose";
import { z } from "zod";
import type { Bytes } from "../../shared/bytes.ts";
import { fromHex } from "../../shared/hex.ts";
import { GatewayError } from "../gateway-error.ts";

/** Who the web process says a request comes from. It is believed for 60 seconds and for one audience. */
export interface Identity {
  /** 16 bytes. */
  readonly user: Bytes;
  readonly site: string;
  readonly name: string;
  readonly roles: readonly string[];
  /** Different in every token. */
  readonly tokenId: string;
  /** Milliseconds UTC. */
  readonly expiry: number;
}

export interface IdentityVerifier {
  /** @throws GatewayError with a `token.*` code. */
  verify(token: string, audience: string): Promise<Identity>;
}

const issuer = "vernam-web";
const longestLifeSeconds = 120;

const claims = z.object({
  sub: z.string().regex(/^[0-9a-f]{32}$/),
  site: z.string().min(1).max(64),
  name: z.string().max(120),
  roles: z.array(z.string().max(32)).max(16),
  exp: z.number(),
  jti: z.string().min(1).max(128),
  iat: z.number().optional(),
});

/**
 * Verifies identity tokens (EdDSA JWT) with the public key that the web process writes at its first start.
 * The file is read when first needed and again when it changes, since either process may start first.
 */
export function createIdentityVerifier(publicKeyFile: string, now: () => number): IdentityVerifier {
  let known: { readonly changed: number; readonly key: CryptoKey | Uint8Array } | undefined;

  async function publicKey(): Promise<CryptoKey | Uint8Array> {
    try {
      const changed = (await stat(publicKeyFile)).mtimeMs;
      if (known?.changed !== changed) {
        const jwk = JSON.parse(await readFile(publicKeyFile, "utf8")) as JWK;
        known = { changed, key: await importJWK(jwk, "EdDSA") };
      }
      return known.key;
    } catch (cause) {
      throw new GatewayError(
        "token.issuer-unknown",
        "The web process has not published its identity key yet.",
        {
          status: 503,
          retryAfterMs: 1000,
          cause,
          nextStep: "Wait until the web process has started, then try again.",
        },
      );
    }
  }

  return {
    async verify(token, audience) {
      const key = await publicKey();
      try {
        const { payload } = await jwtVerify(token, key, {
          issuer,
          audience,
          algorithms: ["EdDSA", "Ed25519"],
          currentDate: new Date(now()),
          requiredClaims: ["exp", "sub", "jti"],
        });
        const identity = claims.parse(payload);
        if (identity.exp - now() / 1000 > longestLifeSeconds) throw new errors.JWTInvalid("lives too long");
        return {
          user: fromHex(identity.sub),
          site: identity.site,
          name: identity.name,
          roles: identity.roles,
          tokenId: identity.jti,
          expiry: identity.exp * 1000,
        };
      } catch (cause) {
        const expired = cause instanceof errors.JWTExpired;
        throw new GatewayError(
          expired ? "token.expired" : "token.refused",
          expired ? "The identity token has expired." : "The identity token was refused.",
          { status: 401, cause, nextStep: "Sign in again." },
        );
      }
    },
  };
}
