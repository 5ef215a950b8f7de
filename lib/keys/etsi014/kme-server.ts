import type { IncomingMessage } from "node:http";
import { createServer as createTlsServer, type Server } from "node:https";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { KeyNotAuthorisedError } from "../key-errors.ts";
import type { Kme } from "../kme/kme.ts";
import type { CertifiedKey } from "../pki/certificates.ts";
import type { SaeRegister } from "../pki/sae-register.ts";
import { skipRoutes } from "../skip/skip-routes.ts";
import { JsonRouter, malformed } from "./json-router.ts";
import { type Caller, type KmeManners, kmeRoutes } from "./kme-routes.ts";
import { describeKmeApi } from "./openapi.ts";
import { RetryGrace } from "./retry-grace.ts";

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
  /** Told of errors that are no client's fault. */
  readonly log?: (error: unknown) => void;
}

/** How long a client may take. Whoever sends a byte now and then holds a connection no longer than this. */
interface Patience {
  /** TLS handshake, ms. */
  readonly handshakeMs: number;
  /** From the first byte of a request to its last header, ms. */
  readonly headersMs: number;
  /** From the first byte of a request to its last, ms. */
  readonly requestMs: number;
}

const usualPatience: Patience = { handshakeMs: 10_000, headersMs: 10_000, requestMs: 20_000 };

/**
 * Every KME's HTTPS listener (mutual TLS 1.2 or newer), one router behind all. A client without a certificate under
 * our root does not get past the handshake.
 */
export class KmeServer {
  readonly #router: JsonRouter;
  readonly #grace: RetryGrace;
  readonly #servers = new Map<string, Server>();
  readonly #kmes = new WeakMap<Server, Kme>();
  readonly #callers = new WeakMap<TLSSocket, Caller & { readonly fingerprint: string }>();
  readonly #saes: SaeRegister;

  private constructor(saes: SaeRegister, manners: KmeManners, log: (error: unknown) => void) {
    this.#saes = saes;
    this.#grace = new RetryGrace(manners.retryGraceMs ?? 0);
    const identify = (request: IncomingMessage) => this.#identify(request);
    const openApi = describeKmeApi(manners.strict);
    const routes = [
      ...kmeRoutes(identify, this.#grace, manners.strict === true),
      ...skipRoutes(identify, saes),
      { path: /^\/openapi\.json$/, get: () => openApi },
    ];
    this.#router = new JsonRouter(routes, log);
  }

  static async listen(options: KmeServerOptions): Promise<KmeServer> {
    const server = new KmeServer(options.saes, options.manners ?? {}, options.log ?? (() => undefined));
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
    this.#grace.close();
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
      (request, response) => void this.#router.answer(request, response),
    );
    server.on("clientError", refuseUnread);
    this.#kmes.set(server, kme);
    this.#servers.set(kme.site, server);
    await listenOrElsewhere(server, host, port, fixed);
  }

  #identify(request: IncomingMessage): Caller {
    const socket = request.socket as TLSSocket;
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
