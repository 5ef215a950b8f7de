import { randomUUID } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import type { Account } from "../accounts/account.ts";
import { mayReadOperations } from "../accounts/roles.ts";
import type { IdentityKey } from "./identity-key.ts";

export const tokenSeconds = 60;
const issuer = "vernam-web";

export interface IssuedToken {
  readonly token: string;
  /** Milliseconds UTC. */
  readonly expiresAt: number;
}

/** Who a token for the relay speaks for; `version` and `session` let a sign-out end it early. */
export interface RelayBearer {
  readonly user: string;
  readonly version: number;
  readonly session: string | null;
}

const claimsSchema = z.object({
  sub: z.string().regex(/^[0-9a-f]{32}$/),
  ver: z.number().int(),
  sid: z.string().optional(),
});

/** Whether a person may have a token for this audience: their own site's gateway, the relay, or operations by role. */
export function mayHaveToken(account: Account, audience: string): boolean {
  if (audience === "relay") return true;
  if (audience === "ops") return mayReadOperations(account.roles);
  return audience === `gateway:${account.site}`;
}

/** Short-lived EdDSA JWTs that tell gateways, operations and the relay who signed in here. */
export class IdentityTokens {
  readonly #key: IdentityKey;

  constructor(key: IdentityKey) {
    this.#key = key;
  }

  /** Ask `mayHaveToken` first. `now` in milliseconds UTC. */
  async issue(
    account: Account,
    audience: string,
    standing: { readonly version: number; readonly session: string | null },
    now: number,
  ): Promise<IssuedToken> {
    const seconds = Math.floor(now / 1000);
    const claims = {
      site: account.site,
      name: account.name,
      roles: [...account.roles],
      // Only the relay can ask the database about them.
      ...(audience === "relay" ? { ver: standing.version } : {}),
      ...(audience === "relay" && standing.session !== null ? { sid: standing.session } : {}),
    };
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: "EdDSA", kid: this.#key.keyId, typ: "JWT" })
      .setIssuer(issuer)
      .setSubject(account.id)
      .setAudience(audience)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + tokenSeconds)
      .setJti(randomUUID())
      .sign(this.#key.privateKey);
    return { token, expiresAt: (seconds + tokenSeconds) * 1000 };
  }

  /** The bearer of a token with audience "relay", or null for any other or a stale one. */
  async verifyForRelay(token: string, now: number): Promise<RelayBearer | null> {
    try {
      const { payload } = await jwtVerify(token, this.#key.publicKey, {
        issuer,
        audience: "relay",
        algorithms: ["EdDSA"],
        currentDate: new Date(now),
        requiredClaims: ["exp", "jti"],
      });
      const { sub, ver, sid } = claimsSchema.parse(payload);
      return { user: sub, version: ver, session: sid ?? null };
    } catch {
      return null;
    }
  }
}
