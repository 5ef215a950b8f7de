import type { IncomingHttpHeaders } from "node:http";

const reading = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Whether the request comes from one of our own pages, or from no browser at all. Every browser sends Origin with a
 * mutating request and with a WebSocket; whoever has neither Origin nor Sec-Fetch-Site holds no cookies to abuse.
 */
export function isSameOrigin(headers: IncomingHttpHeaders, secure: boolean): boolean {
  const origin = headers.origin;
  if (origin !== undefined) return origin === `${secure ? "https" : "http"}://${headers.host}`;
  const site = headers["sec-fetch-site"];
  return site === undefined || site === "same-origin" || site === "none";
}

/**
 * Mutating requests from pages of others are refused before anybody reads them; so is whatever they ask of the API,
 * which answers in the name of the person signed in (a link that leads here would bring the cookie). The sign-in
 * service of an organisation does lead back here.
 */
export function isRefusedAcrossOrigins(
  method: string | undefined,
  headers: IncomingHttpHeaders,
  secure: boolean,
  path = "/",
): boolean {
  const guarded = !reading.has(method ?? "GET") || isPersonal(path);
  return guarded && !isSameOrigin(headers, secure);
}

/** However it is spelled: routes are found after decoding. */
function isPersonal(path: string): boolean {
  let plain = path;
  try {
    plain = decodeURIComponent(path);
  } catch {
    return true;
  }
  return /^[/\\]+api[/\\]/i.test(plain) && !/^\/api\/auth\/[^./\\]/.test(plain);
}
