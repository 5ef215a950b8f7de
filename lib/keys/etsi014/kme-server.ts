import { createServer, type Server as HttpServer } from "node:http";
import { createServer as createTlsServer, type Server } from "node:https";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import {
  KeyNotAuthorisedError,
  KeyNotFoundError,
  KeyRequestError,
  KeyUnavailableError,
} from "../key-errors.ts";
import type { Kme } from "../kme/kme.ts";
import type { CertifiedKey } from "../pki/certificates.ts";
import type { SaeRegister } from "../pki/sae-register.ts";
import { addSkipRoutes, skipPath } from "../skip/skip-routes.ts";
import { addKmeRoutes, type Caller, type KmeManners } from "./kme-routes.ts";
import { describeKmeApi } from "./openapi.ts";

export interface KmeListener {
  readonly kme: Kme;
  readonly certificate: CertifiedKey;
  /** 0: any free port. */
  readonly port: number;
  /** The port is wanted, not remembered: another will not do. */
  readonly fixed?: boolean;
}

export interface KmeServerOptions {
  readonly host: string;
  /** Root under which clients' certificates must be, PEM. */
  readonly clientRoot: string;
  readonly saes: SaeRegister;
  readonly listeners: readonly KmeListener[];
  readonly manners?: KmeManners;
  readonly patience?: Patience;
}

/** How long a client may take. Whoever sends a byte now and then holds a connection no longer than this. */
export interface Patience {
  /** TLS handshake, ms. */
  readonly handshakeMs: number;
  /** From the first byte of a request to its last header, ms. */
  readonly headersMs: number;
  /** From the first byte of a request to its last, ms. */
  readonly requestMs: number;
}

const malformed = "the request is malformed";
const usualPatience: Patience = { handshakeMs: 10_000, headersMs: 10_000, requestMs: 20_000 };

/** 128 key_IDs, or as many SAE IDs of any length one meets, fit many times over. */
const bodyLimit = 262_144;

/**
 * Every KME's HTTPS listener (mutual TLS 1.2 or newer), one router behind all. A client without a certificate under
 * our root does not get past the handshake.
 */
export class KmeServer {
  readonly #app: FastifyInstance;
  readonly #servers = new Map<string, Server>();
  readonly #kmes = new WeakMap<Server, Kme>();
  readonly #callers = new WeakMap<TLSSocket, Caller & { readonly fingerprint: string }>();
  readonly #saes: SaeRegister;

  private constructor(saes: SaeRegister, manners: KmeManners) {
    this.#saes = saes;
    this.#app = createRouter((request) => this.#identify(request), saes, manners);
  }

  static async listen(options: KmeServerOptions): Promise<KmeServer> {
    const server = new KmeServer(options.saes, options.manners ?? {});
    await server.#app.ready();
    try {
      await Promise.all(options.listeners.map((listener) => server.#open(listener, options)));
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  /** Port of a site's listener; undefined where the site has none. */
  port(site: string): number | undefined {
    const address = this.#servers.get(site)?.address();
    return typeof address === "object" ? address?.port : undefined;
  }

  /** Lets requests under way finish, then closes every connection. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#servers.values()].map(
        (server) =>
          new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeIdleConnections();
            setTimeout(() => server.closeAllConnections(), 2000).unref();
          }),
      ),
    );
    await this.#app.close();
  }

  async #open(
    { kme, certificate, port, fixed = false }: KmeListener,
    { host, clientRoot, patience = usualPatience }: KmeServerOptions,
  ): Promise<void> {
    const server = createTlsServer(
      {
        cert: certificate.certificate,
        key: certificate.privateKey,
        ca: clientRoot,
        requestCert: true,
        rejectUnauthorized: true,
        minVersion: "TLSv1.2",
        keepAliveTimeout: 120_000,
        handshakeTimeout: patience.handshakeMs,
        headersTimeout: patience.headersMs,
        requestTimeout: patience.requestMs,
        connectionsCheckingInterval: Math.min(1000, patience.headersMs),
      },
      (request, response) => this.#app.routing(request, response),
    );
    server.on("clientError", refuseUnread);
    this.#kmes.set(server, kme);
    this.#servers.set(kme.site, server);
    await listenOrElsewhere(server, host, port, fixed);
  }

  #identify(request: FastifyRequest): Caller {
    const socket = request.raw.socket as TLSSocket;
    let caller = this.#callers.get(socket);
    if (caller === undefined) {
      const certificate = socket.getPeerCertificate();
      const server = (socket as TLSSocket & { server?: Server }).server;
      const kme = server === undefined ? undefined : this.#kmes.get(server);
      if (kme === undefined || certificate.subject === undefined) throw stranger();
      const fingerprint = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
      caller = { kme, sae: String(certificate.subject.CN ?? ""), fingerprint };
      this.#callers.set(socket, caller);
    }
    const entry = this.#saes.find(caller.sae);
    if (entry === undefined || entry.fingerprint !== caller.fingerprint) throw stranger();
    return caller;
  }
}

function stranger(): KeyNotAuthorisedError {
  return new KeyNotAuthorisedError("the certificate does not speak for an SAE known here");
}

/** A remembered port that somebody else took meanwhile is given up for a free one. */
async function listenOrElsewhere(server: Server, host: string, port: number, fixed: boolean): Promise<void> {
  const listen = (at: number) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port: at }, () => {
        server.off("error", reject);
        resolve();
      });
    });
  try {
    await listen(port);
  } catch (error) {
    if (fixed || port === 0 || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    await listen(0);
  }
}

/** What is no HTTP, or comes too slowly, gets the error JSON as far as anything can still be said. */
function refuseUnread(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [status, message] =
    error.code === "ERR_HTTP_REQUEST_TIMEOUT"
      ? ["408 Request Timeout", "the request took too long to arrive"]
      : error.code === "HPE_HEADER_OVERFLOW"
        ? ["431 Request Header Fields Too Large", "the headers are too long"]
        : ["400 Bad Request", malformed];
  const body = JSON.stringify({ message });
  const head = `content-type: application/json\r\ncache-control: no-store\r\ncontent-length: ${body.length}`;
  socket.end(`HTTP/1.1 ${status}\r\n${head}\r\nconnection: close\r\n\r\n${body}`);
}

function createRouter(
  identify: (request: FastifyRequest) => Caller,
  saes: SaeRegister,
  manners: KmeManners,
): FastifyInstance {
  const app = fastify({
    bodyLimit,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 512, caseSensitive: true },
    // The router is reached through the TLS listeners; this server never listens.
    serverFactory: (handler) => createServer(handler) as HttpServer,
    // A path whose percent signs mean nothing.
    frameworkErrors: (_error, _request, reply) => {
      void (reply as FastifyReply).header("cache-control", "no-store").code(400).send({ message: malformed });
    },
  });
  const openApi = describeKmeApi(manners.strict);
  const openApiPath = "/openapi.json";
  app.removeAllContentTypeParsers();
  // JSON whatever the client calls it, and nothing at all is fine where a body is optional.
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, text, done) => {
    if (text === "") return done(null, undefined);
    try {
      done(null, JSON.parse(text as string));
    } catch {
      done(new KeyRequestError("the body is not JSON"));
    }
  });
  app.addHook("onSend", async (_request, reply) => {
    reply.header("cache-control", "no-store");
  });
  app.setErrorHandler(async (error: FastifyError, _request, reply) => {
    const { status, message, retryAfterMs } = describeError(error);
    if (retryAfterMs !== undefined) reply.header("retry-after", String(Math.ceil(retryAfterMs / 1000)));
    return reply.code(status).send({ message });
  });
  app.setNotFoundHandler(async (request, reply) => {
    const methods = methodsOf(request.url.split("?")[0] ?? "");
    if (methods === undefined) return reply.code(404).send({ message: "there is no such resource" });
    return reply
      .header("allow", methods)
      .code(405)
      .send({ message: `use ${methods.replace(",", " or")}` });
  });
  addKmeRoutes(app, identify, manners);
  addSkipRoutes(app, identify, saes);
  app.get(openApiPath, async () => openApi);
  return app;
}

function methodsOf(path: string): string | undefined {
  if (skipPath.test(path) || path === "/openapi.json") return "GET";
  const action = /^\/api\/v1\/keys\/[^/]*\/(status|enc_keys|dec_keys)$/.exec(path)?.[1];
  if (action === undefined) return undefined;
  return action === "status" ? "GET" : "GET, POST";
}

function describeError(error: FastifyError): { status: number; message: string; retryAfterMs?: number } {
  if (error instanceof KeyRequestError || error instanceof KeyNotFoundError) {
    return { status: 400, message: error.message };
  }
  if (error instanceof KeyNotAuthorisedError) return { status: 401, message: error.message };
  if (error instanceof KeyUnavailableError) {
    return { status: 503, message: error.message, retryAfterMs: error.retryAfterMs };
  }
  if (error.statusCode === 413) return { status: 413, message: `the body is larger than ${bodyLimit} bytes` };
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return { status: error.statusCode, message: malformed };
  }
  return { status: 503, message: "the KME cannot answer now", retryAfterMs: 5000 };
}
