import type { FastifyInstance, FastifyReply } from "fastify";
import type { OperationsError } from "../../keys/api-types.ts";
import { ProtocolError } from "../../protocol/protocol-error.ts";
import { VernamError } from "../../shared/errors.ts";
import { GatewayError } from "../gateway-error.ts";

export interface ErrorBody extends OperationsError {
  readonly nextStep?: string;
  readonly retryAfterMs?: number;
}

const bodyTooLarge = "FST_ERR_CTP_BODY_TOO_LARGE";

/** Every failed request answers `{code, message, nextStep?, retryAfterMs?}`, and says nothing of the inside. */
export function installErrorAnswers(server: FastifyInstance, log: (error: unknown) => void): void {
  server.setNotFoundHandler((_request, reply) =>
    send(reply, 404, { code: "http.not-found", message: "There is nothing at this address." }),
  );
  server.setErrorHandler((error: Error & { statusCode?: number; code?: string }, _request, reply) => {
    const { status, body } = answerOf(error);
    if (status >= 500 && !(error instanceof GatewayError)) log(error);
    return send(reply, status, body);
  });
}

/** An address that cannot even be read reaches no route and no hook. */
export function answerUnroutable(
  error: Error & { statusCode?: number; code?: string },
  reply: FastifyReply,
): void {
  const { status, body } = answerOf(error);
  send(reply, status, body);
}

function answerOf(error: Error & { statusCode?: number; code?: string }): {
  status: number;
  body: ErrorBody;
} {
  if (error instanceof VernamError) {
    return { status: statusOf(error), body: errorBody(error) };
  }
  if (error.code === bodyTooLarge) {
    return { status: 413, body: { code: "http.too-large", message: "The request is larger than allowed." } };
  }
  const status = error.statusCode ?? 500;
  if (status < 500)
    return { status, body: { code: "http.bad-request", message: "The request was not understood." } };
  return {
    status: 500,
    body: { code: "gateway.internal", message: "The gateway could not do this.", nextStep: "Try again." },
  };
}

function statusOf(error: VernamError): number {
  if (error instanceof GatewayError) return error.status;
  if (error instanceof ProtocolError) return error.code.startsWith("signature.") ? 403 : 400;
  return error.code === "key.unavailable" ? 503 : 400;
}

/** The error as a device or a screen may see it. */
export function errorBody(error: VernamError): ErrorBody {
  const retryAfterMs = (error as { retryAfterMs?: number }).retryAfterMs;
  return {
    code: error.code,
    message: error.message,
    ...(error.nextStep === undefined ? {} : { nextStep: error.nextStep }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function send(reply: FastifyReply, status: number, body: ErrorBody): FastifyReply {
  if (body.retryAfterMs !== undefined) reply.header("Retry-After", Math.ceil(body.retryAfterMs / 1000));
  return reply.code(status).type("application/json").send(body);
}
