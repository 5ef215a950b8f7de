import { type NextRequest, NextResponse } from "next/server";
import { gatewayOriginFor } from "./lib/relay/http/hosts";
import { contentSecurityPolicy } from "./lib/relay/http/security-headers";
import { relayRuntime } from "./lib/relay/runtime";

/**
 * Gives every page a Content-Security-Policy with a nonce of its own; Next puts the nonce on its scripts when it
 * finds the policy among the request's headers. Not a security boundary: handlers check sessions themselves.
 */
export default function proxy(request: NextRequest): NextResponse {
  const { config } = relayRuntime();
  const host = request.headers.get("host") ?? "localhost";
  const nonce = btoa(crypto.randomUUID());
  const policy = contentSecurityPolicy(
    {
      host,
      secure: config.tls !== undefined,
      gatewayOrigin: gatewayOriginFor(host, config),
      development: config.development,
    },
    nonce,
  );
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

export const config = { matcher: "/((?!api/|_next/static|_next/image|favicon.ico).*)" };
