import type { IdentitySource } from "../identity-source.ts";
import { MessengerError } from "../messenger-error.ts";

/** Tokens of the signed-in person, by the session cookie of the page. */
export function createTokenSource(origin: string): IdentitySource {
  return {
    async token(audience) {
      const response = await request(`${origin}/api/token?aud=${encodeURIComponent(audience)}`, {
        method: "GET",
      });
      return readToken(await response.json(), "token");
    },
  };
}

/** Which of the two demonstration desks of a stage page this engine is. */
export interface DeskOptions {
  /** 16 hexadecimal digits, new for each stage page. */
  readonly stage: string;
  readonly site: string;
  readonly side: "alice" | "bob";
}

/** Tokens of a demonstration desk, given to presenters only and only in demonstration mode. */
export function createDeskTokenSource(origin: string, desk: DeskOptions): IdentitySource {
  return {
    async token(audience) {
      const response = await request(`${origin}/api/stage/desk`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(desk),
      });
      return readToken(await response.json(), audience === "relay" ? "relayToken" : "gatewayToken");
    },
  };
}

async function request(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, credentials: "same-origin", cache: "no-store" });
  } catch (cause) {
    throw unavailable("the server cannot be reached", cause);
  }
  if (response.status === 401 || response.status === 403) {
    throw new MessengerError("identity.signed-out", "nobody is signed in on this page", {
      nextStep: "Sign in again.",
    });
  }
  if (!response.ok) throw unavailable(`the server answered ${response.status}`);
  return response;
}

function readToken(answer: unknown, name: string): string {
  const token = typeof answer === "object" && answer !== null ? Reflect.get(answer, name) : undefined;
  if (typeof token !== "string") throw unavailable("the server's answer holds no token");
  return token;
}

function unavailable(message: string, cause?: unknown): MessengerError {
  return new MessengerError("identity.unavailable", message, {
    cause,
    nextStep: "Check the network; the page tries again.",
  });
}
