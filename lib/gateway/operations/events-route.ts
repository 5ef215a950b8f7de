import type { FastifyInstance } from "fastify";
import { GatewayError } from "../gateway-error.ts";
import { type ReaderCheck, requireReader } from "./operations-access.ts";
import type { OperationsFeed } from "./operations-feed.ts";

/** Tokens live for a minute and streams for ten: who lost the role is gone by then, the others connect again. */
const streamLifeMs = 10 * 60 * 1000;
const heartbeatMs = 15_000;
const mostUnreadBytes = 4 * 1024 * 1024;
const mostStreams = 200;

/** GET /ops/events as text/event-stream. Returns the function that ends all streams. */
export function installEventsRoute(
  server: FastifyInstance,
  readers: ReaderCheck,
  feed: OperationsFeed,
): () => void {
  const streams = new Set<() => void>();
  server.get("/ops/events", async (request, reply) => {
    await requireReader(request, readers);
    if (streams.size >= mostStreams)
      throw new GatewayError("ops.busy", "Too many screens watch already.", {
        status: 503,
        retryAfterMs: 5000,
      });
    reply.hijack();
    const { raw } = reply;
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) raw.setHeader(name, value);
    raw.writeHead(200, { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" });
    const end = () => raw.end();
    const unsubscribe = feed.subscribe((name, value) => {
      // A screen that does not read starts again with the whole state.
      if (raw.writableLength > mostUnreadBytes) raw.destroy();
      else raw.write(`event: ${name}\ndata: ${JSON.stringify(value)}\n\n`);
    });
    const heartbeat = setInterval(() => raw.write(": \n\n"), heartbeatMs);
    const life = setTimeout(end, streamLifeMs);
    heartbeat.unref();
    life.unref();
    streams.add(end);
    raw.on("close", () => {
      unsubscribe();
      clearInterval(heartbeat);
      clearTimeout(life);
      streams.delete(end);
    });
  });
  return () => {
    for (const end of streams) end();
  };
}
