import { readFileSync } from "node:fs";
import { type FastifyInstance, fastify } from "fastify";
import { limits } from "../../protocol/limits.ts";
import type { AllowedOrigins } from "./allowed-origins.ts";
import { answerUnroutable, installErrorAnswers } from "./http-errors.ts";

export interface ServerOptions {
  readonly origins: AllowedOrigins;
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  readonly log: (error: unknown) => void;
}

const securityHeaders = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "cross-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
} as const;

/**
 * The HTTP server that browsers reach the gateways at: no cookies, an allow-list of pages (CORS), small bodies.
 * A page that is not on the list is refused, not only left without the CORS header.
 */
export function createServer(options: ServerOptions): FastifyInstance {
  const server = fastify({
    bodyLimit: limits.signed,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: true,
    logger: false,
    routerOptions: { maxParamLength: 128 },
    frameworkErrors: (error, _request, reply) => answerUnroutable(error, reply),
    ...(options.tls === undefined
      ? {}
      : {
          https: {
            cert: readFileSync(options.tls.certificate),
            key: readFileSync(options.tls.key),
            minVersion: "TLSv1.2" as const,
          },
        }),
  }) as FastifyInstance;
  installErrorAnswers(server, options.log);
  server.addContentTypeParser("application/cbor", { parseAs: "buffer" }, (_request, body, done) => {
    done(null, body);
  });
  server.addHook("onRequest", async (request, reply) => {
    for (const [name, value] of Object.entries(securityHeaders)) reply.header(name, value);
    const origin = request.headers.origin;
    reply.header("Vary", "Origin");
    if (origin === undefined) return;
    if (!options.origins.allows(origin)) {
      return reply
        .code(403)
        .send({ code: "http.origin", message: "Pages of this origin may not call here." });
    }
    reply.header("Access-Control-Allow-Origin", origin);
    if (request.method !== "OPTIONS") return;
    return reply
      .header("Access-Control-Allow-Methods", "GET, POST")
      .header("Access-Control-Allow-Headers", "Authorization, Content-Type")
      .header("Access-Control-Max-Age", "600")
      .code(204)
      .send();
  });
  // Preflights end in the hook above, which runs only where there is a route.
  server.options("/*", async (_request, reply) => reply.code(204).send());
  return server;
}
