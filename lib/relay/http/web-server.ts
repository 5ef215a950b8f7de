import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { WebConfig } from "../../shared/config-web.ts";
import { relayLimits } from "../limits.ts";
import { type Log, pathOf } from "../log.ts";
import { gatewayOriginFor, isAllowedHost } from "./hosts.ts";
import { isRefusedAcrossOrigins } from "./same-origin.ts";
import { contentSecurityPolicy, securityHeaders } from "./security-headers.ts";

export type PageHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Takes sealed files, whose chunks are larger than the bodies that pages may send. */
export interface FileHandler {
  takes(request: IncomingMessage): boolean;
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/**
 * The HTTP(S) server in front of the pages: refuses foreign host names and mutating requests from other origins,
 * and gives every answer its security headers. Pages replace the policy by one with their nonce (proxy.ts).
 */
export function createWebServer(
  config: WebConfig,
  log: Log,
  pages: () => PageHandler,
  files?: FileHandler,
): Server {
  const secure = config.tls !== undefined;
  const fixed = Object.entries(securityHeaders(secure));
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    for (const [name, value] of fixed) response.setHeader(name, value);
    if (!isAllowedHost(request.headers.host, config)) {
      refuse(response, 421, "host.unknown", "This server does not answer to that name.");
      return;
    }
    if (isRefusedAcrossOrigins(request.method, request.headers, secure, pathOf(request.url))) {
      refuse(response, 403, "origin.refused", "Only our own pages may ask for this.");
      return;
    }
    if (files?.takes(request)) {
      response.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
      void files.answer(request, response);
      return;
    }
    const tooLarge = refusedBody(request);
    if (tooLarge !== undefined) {
      // What is still on its way is not read.
      response.setHeader("Connection", "close");
      refuse(
        response,
        tooLarge,
        "http.too-large",
        "The request is larger than allowed, or does not say how large.",
      );
      return;
    }
    response.setHeader("Content-Security-Policy", filePolicy(request, config));
    normaliseForwarding(request, secure);
    pages()(request, response).catch((error: unknown) => {
      log.error({ err: error, method: request.method, path: pathOf(request.url) }, "a page failed");
      if (!response.headersSent) refuse(response, 500, "internal", "The page failed. Nothing was changed.");
      else response.destroy();
    });
  };
  const server =
    config.tls === undefined
      ? createServer(onRequest)
      : createTlsServer(
          {
            cert: readFileSync(config.tls.certificate),
            key: readFileSync(config.tls.key),
            minVersion: "TLSv1.2",
          },
          onRequest,
        );
  // A client that sends its request by drops does not keep a connection for ever.
  server.headersTimeout = 15_000;
  server.requestTimeout = 60_000;
  return server;
}

/** Forms and short questions are all that pages send here, and browsers say how long they are. */
function refusedBody({ headers }: IncomingMessage): 411 | 413 | undefined {
  if (headers["transfer-encoding"] !== undefined) return 411;
  return Number(headers["content-length"] ?? 0) > relayLimits.form ? 413 : undefined;
}

function filePolicy(request: IncomingMessage, config: WebConfig): string {
  const host = request.headers.host ?? "localhost";
  const gatewayOrigin = gatewayOriginFor(host, config);
  const { development } = config;
  return contentSecurityPolicy({ host, secure: config.tls !== undefined, gatewayOrigin, development });
}

/** next-auth builds its addresses from these: never from what a client wrote there. */
function normaliseForwarding(request: IncomingMessage, secure: boolean): void {
  const { headers } = request;
  delete headers.forwarded;
  delete headers["x-nonce"];
  delete headers["content-security-policy"];
  headers["x-forwarded-host"] = headers.host ?? "localhost";
  headers["x-forwarded-proto"] = secure ? "https" : "http";
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
  });
  response.end(JSON.stringify({ code, message }));
}
