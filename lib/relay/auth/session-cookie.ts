import { decode } from "next-auth/jwt";

/** The name next-auth gives its session cookie; host-only in both cases, so each post's host has its own. */
export function sessionCookieName(secure: boolean): string {
  return secure ? "__Secure-next-auth.session-token" : "next-auth.session-token";
}

/** The session id inside a cookie's value, or null when it was not made here or has expired. */
export async function readSessionId(value: string | undefined, secret: string): Promise<string | null> {
  if (value === undefined || value === "") return null;
  try {
    const token = await decode({ token: value, secret });
    return typeof token?.sid === "string" ? token.sid : null;
  } catch {
    return null;
  }
}

/** One cookie of a Cookie header (RFC 6265 §4.2.1). */
export function findCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? "").split(";")) {
    const equals = pair.indexOf("=");
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}
