import { expect, it } from "vitest";
import { contentSecurityPolicy, securityHeaders } from "../../../lib/relay/http/security-headers.ts";

const origins = {
  host: "pt.localhost:3000",
  secure: false,
  gatewayOrigin: "http://localhost:3001",
  development: false,
};

function directives(policy: string): Map<string, string> {
  return new Map(
    policy.split("; ").map((part) => [part.split(" ")[0] ?? "", part.split(" ").slice(1).join(" ")]),
  );
}

it("lets a page run its own scripts only, and talk to the relay and the gateways only", () => {
  const policy = directives(contentSecurityPolicy(origins, "abc"));
  expect(policy.get("default-src")).toBe("'none'");
  expect(policy.get("script-src")).toBe("'self' 'nonce-abc' 'strict-dynamic'");
  expect(policy.get("style-src")).toBe("'self' 'nonce-abc'");
  expect(policy.get("connect-src")).toBe(
    "'self' ws://pt.localhost:3000 http://localhost:3001 ws://localhost:3001",
  );
  // Pictures of messages are bytes in the page's memory; scripts and frames never come from there.
  expect(policy.get("img-src")).toBe("'self' data: blob:");
  expect(policy.get("worker-src")).toBe("'self'");
  for (const name of ["script-src", "connect-src", "worker-src", "frame-src"])
    expect(policy.get(name)).not.toContain("blob:");
  for (const name of ["frame-ancestors", "base-uri", "object-src"]) expect(policy.get(name)).toBe("'none'");
  expect(contentSecurityPolicy(origins, "abc")).not.toContain("unsafe");
});

it("gives a worker's script the same bounds without a nonce, and sockets by TLS where pages are", () => {
  const policy = directives(
    contentSecurityPolicy({ ...origins, secure: true, gatewayOrigin: "https://localhost:3001" }),
  );
  expect(policy.get("script-src")).toBe("'self'");
  expect(policy.get("connect-src")).toBe(
    "'self' wss://pt.localhost:3000 https://localhost:3001 wss://localhost:3001",
  );
});

it("promises TLS for the future only over TLS", () => {
  expect(securityHeaders(false)).not.toHaveProperty("Strict-Transport-Security");
  expect(securityHeaders(true)).toHaveProperty("Strict-Transport-Security");
  expect(securityHeaders(false)).toMatchObject({
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  });
});
