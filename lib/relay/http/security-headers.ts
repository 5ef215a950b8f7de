/** What every answer of this process carries, pages and sockets alike. */
export function securityHeaders(secure: boolean): Readonly<Record<string, string>> {
  return {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy":
      "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), midi=(), payment=(), usb=()",
    ...(secure ? { "Strict-Transport-Security": "max-age=31536000" } : {}),
  };
}

export interface PolicyOrigins {
  /** Host header of the request. */
  readonly host: string;
  readonly secure: boolean;
  /** http(s) origin of the site gateways. */
  readonly gatewayOrigin: string;
  /** Next's development server evaluates code and needs inline styles. */
  readonly development: boolean;
}

/**
 * The Content-Security-Policy of a page whose scripts carry `nonce`, or without a nonce that of a script file: a
 * worker lives under the policy of its own file, not of its page.
 */
export function contentSecurityPolicy(origins: PolicyOrigins, nonce?: string): string {
  const { host, secure, gatewayOrigin, development } = origins;
  const socket = `${secure ? "wss" : "ws"}://${host}`;
  const mark = nonce === undefined ? "" : ` 'nonce-${nonce}'`;
  const script = `${mark}${nonce === undefined ? "" : " 'strict-dynamic'"}${development ? " 'unsafe-eval'" : ""}`;
  return [
    "default-src 'none'",
    `script-src 'self'${script}`,
    `style-src 'self'${development ? " 'unsafe-inline'" : mark}`,
    `connect-src 'self' ${socket} ${gatewayOrigin} ${gatewayOrigin.replace(/^http/, "ws")}`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "frame-src 'none'",
    "base-uri 'none'",
    "object-src 'none'",
  ].join("; ");
}
