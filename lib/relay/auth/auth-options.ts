import type { AuthOptions } from "next-auth";
import { decode, type JWT } from "next-auth/jwt";
import type { Account } from "../accounts/account.ts";
import { sessionMs } from "../accounts/sessions.ts";
import { type RelayRuntime, relayRuntime } from "../runtime.ts";
import "./next-auth-types.ts";
import { signInProviders } from "./providers.ts";

/**
 * next-auth's configuration. A cookie holds a session id only; who that is, and whether it still counts, comes from
 * the database each time the cookie is decoded.
 */
export function authOptions(): AuthOptions {
  const runtime = relayRuntime();
  return {
    secret: runtime.sessionSecret,
    useSecureCookies: runtime.config.tls !== undefined,
    session: { strategy: "jwt", maxAge: sessionMs / 1000 },
    pages: { signIn: "/sign-in", signOut: "/sign-in", error: "/sign-in" },
    providers: signInProviders(runtime),
    jwt: {
      maxAge: sessionMs / 1000,
      decode: async ({ token, secret }) => keepIfStanding(runtime, await decodeQuietly(token, secret)),
    },
    callbacks: {
      jwt: async ({ token, user }) => {
        if (user === undefined) return { sub: token.sub ?? "", sid: token.sid ?? "" };
        const { session } = await runtime.sessions.open(user.id, Date.now());
        runtime.log.info({ user: user.id }, "signed in");
        return { sub: user.id, sid: session };
      },
      session: async ({ session, token }) => {
        const standing = await runtime.sessions.check(token.sid ?? "", Date.now());
        if (standing === null) throw new Error("the session has ended");
        return { ...session, user: standing.account, expires: new Date(standing.expiresAt).toISOString() };
      },
      redirect: ({ url, baseUrl }) => (sameOrigin(url, baseUrl) ? new URL(url, baseUrl).href : baseUrl),
    },
    events: {
      signOut: async ({ token }) => {
        if (typeof token?.sid === "string" && token.sid !== "") await runtime.signOut(token.sid);
      },
    },
    logger: {
      // next-auth hands whole requests and tokens along: only the code is fit for a log.
      error: (code) => runtime.log.debug({ code }, "next-auth"),
      warn: () => undefined,
      debug: () => undefined,
    },
  };
}

/** What a provider gives next-auth of a user: its own types want a wider object. */
export interface SignedInUser extends Pick<Account, "id" | "name"> {}

async function decodeQuietly(token: string | undefined, secret: string | Buffer): Promise<JWT | null> {
  try {
    return await decode(token === undefined ? { secret } : { token, secret });
  } catch {
    return null;
  }
}

async function keepIfStanding(runtime: RelayRuntime, token: JWT | null): Promise<JWT | null> {
  if (token === null) return null;
  const standing = await runtime.sessions.check(token.sid ?? "", Date.now());
  return standing === null ? null : token;
}

function sameOrigin(url: string, baseUrl: string): boolean {
  return URL.canParse(url, baseUrl) && new URL(url, baseUrl).origin === new URL(baseUrl).origin;
}
