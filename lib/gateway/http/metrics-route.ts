import type { FastifyInstance, FastifyRequest } from "fastify";
import type { KeyMetrics } from "../../keys/metrics/key-metrics.ts";

/**
 * GET /metrics for a Prometheus on this machine: whoever comes from elsewhere, or through a proxy that says so, finds
 * nothing here. The listener serves browsers, too, and metrics are not theirs.
 */
export function installMetricsRoute(
  server: FastifyInstance,
  metrics: Pick<KeyMetrics, "text" | "contentType">,
): void {
  server.get("/metrics", async (request, reply) => {
    if (!isFromHere(request)) return reply.callNotFound();
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}

const loopback = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const ownNames = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

function isFromHere({ raw, headers }: FastifyRequest): boolean {
  const forwarded = headers.forwarded ?? headers["x-forwarded-for"] ?? headers.via;
  return (
    forwarded === undefined &&
    loopback.test(raw.socket.remoteAddress ?? "") &&
    ownNames.test(headers.host ?? "")
  );
}
