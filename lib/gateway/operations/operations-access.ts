import type { FastifyRequest } from "fastify";
import type { Identity, IdentityVerifier } from "../enrolment/identity-token.ts";
import { GatewayError } from "../gateway-error.ts";

const readers = ["administrator", "auditor", "presenter", "officer"];

/** Lets a request through that carries a token for the operations face of somebody who may read it. */
export async function requireReader(
  request: FastifyRequest,
  identities: IdentityVerifier,
): Promise<Identity> {
  const token = /^Bearer ([A-Za-z0-9_.-]+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (token === undefined)
    throw new GatewayError("token.missing", "The operations face needs a token.", {
      status: 401,
      nextStep: "Sign in as administrator, auditor, presenter or officer.",
    });
  const identity = await identities.verify(token, "ops");
  if (!readers.some((role) => identity.roles.includes(role)))
    throw new GatewayError(
      "token.role",
      "This needs the role administrator, auditor, presenter or officer.",
      {
        status: 403,
      },
    );
  return identity;
}
