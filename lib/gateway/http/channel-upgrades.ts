import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { limits } from "../../protocol/limits.ts";
import type { Gateways } from "../gateways.ts";
import type { AllowedOrigins } from "./allowed-origins.ts";

const pingEveryMs = 30_000;
const mostConnections = 4096;
/** A frame's plaintext limit, its tag, and room for CBOR around it. */
const frameLimit = limits.channelFrame + 1024;

/** Opens WebSockets at /{site}/channel for allowed pages and programs; every other upgrade is refused. */
export function installChannelUpgrades(
  server: Server,
  gateways: Gateways,
  origins: AllowedOrigins,
): { close(): void } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: frameLimit, perMessageDeflate: false });
  const alive = new WeakSet<WebSocket>();
  const timer = setInterval(() => {
    for (const socket of sockets.clients) {
      if (!alive.has(socket)) socket.terminate();
      alive.delete(socket);
      socket.ping();
    }
  }, pingEveryMs);
  timer.unref();
  server.on("upgrade", (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const site = /^\/([a-z0-9-]{2,64})\/channel$/.exec(request.url ?? "")?.[1];
    const gateway = site === undefined ? undefined : gateways.get(site);
    if (!origins.allows(request.headers.origin)) return refuse(stream, "403 Forbidden", "http.origin");
    if (gateway === undefined) return refuse(stream, "404 Not Found", "gateway.unknown-site");
    if (sockets.clients.size >= mostConnections)
      return refuse(stream, "503 Service Unavailable", "gateway.full");
    sockets.handleUpgrade(request, stream, head, (socket) => {
      alive.add(socket);
      socket.on("pong", () => alive.add(socket));
      gateway.connect(socket);
    });
  });
  return {
    close() {
      clearInterval(timer);
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}

function refuse(stream: Duplex, status: string, code: string): void {
  const body = JSON.stringify({ code, message: "The channel cannot be opened." });
  stream.on("error", () => stream.destroy());
  stream.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}
