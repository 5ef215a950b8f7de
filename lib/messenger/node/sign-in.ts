import type { IdentitySource } from "../identity-source.ts";
import { MessengerError } from "../messenger-error.ts";

/** A signed-in session of a program (agent, test, benchmark): the cookie stays in memory. */
export interface NodeSession extends IdentitySource {
  /** The Cookie header of the session, for other requests to the same origin. */
  cookie(): string;
}

/**
 * Signs in as a demonstration post through next-auth's credentials form: token against forgery, then the form.
 * @param post handle of the post ("pt-lis-mne", "administrator").
 * @throws MessengerError "identity.refused" (unknown post, locked out, not in demonstration mode),
 * "identity.unavailable".
 */
export async function signInAsPost(origin: string, post: string): Promise<NodeSession> {
  const jar = new Map<string, string>();
  const csrf = await send(origin, "/api/auth/csrf", jar, {});
  const { csrfToken } = (await csrf.json()) as { csrfToken?: string };
  const form = new URLSearchParams({
    csrfToken: csrfToken ?? "",
    handle: post,
    json: "true",
    callbackUrl: origin,
  });
  const signed = await send(origin, "/api/auth/callback/post", jar, { method: "POST", body: form });
  await signed.arrayBuffer();
  if (![...jar.keys()].some((name) => name.endsWith("next-auth.session-token"))) {
    throw new MessengerError("identity.refused", `the server does not sign in the post ${post}`, {
      nextStep: "Check the post's name and that the server runs in demonstration mode.",
    });
  }
  return {
    cookie: () => cookieHeader(jar),
    async token(audience) {
      const response = await send(origin, `/api/token?aud=${encodeURIComponent(audience)}`, jar, {});
      if (response.status === 401 || response.status === 403) {
        await response.arrayBuffer();
        throw new MessengerError("identity.signed-out", "the session has ended", {
          nextStep: "Sign in again.",
        });
      }
      const answer = (await response.json().catch(() => ({}))) as { token?: string };
      if (!response.ok || typeof answer.token !== "string")
        throw unavailable(`the server answered ${response.status}`);
      return answer.token;
    },
  };
}

async function send(
  origin: string,
  path: string,
  jar: Map<string, string>,
  init: RequestInit,
): Promise<Response> {
  let response: Response;
  try {
    const headers = { cookie: cookieHeader(jar), origin };
    response = await fetch(origin + path, { ...init, headers, redirect: "manual" });
  } catch (cause) {
    throw unavailable("the server cannot be reached", cause);
  }
  for (const line of response.headers.getSetCookie()) {
    const pair = line.split(";", 1)[0] ?? "";
    const equals = pair.indexOf("=");
    if (equals > 0) jar.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
  return response;
}

function cookieHeader(jar: ReadonlyMap<string, string>): string {
  return [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
}

function unavailable(message: string, cause?: unknown): MessengerError {
  return new MessengerError("identity.unavailable", message, { cause });
}
