import type { FastifyRequest } from "fastify";
import type { Identity, IdentityVerifier } from "../enrolment/identity-token.ts";
import type { RoleSource } from "../enrolment/role-source.ts";
import { GatewayError } from "../gateway-error.ts";

/** Outside a demonstration the web process says who somebody is, and the file of roles what they may. */
export interface ReaderCheck {
  readonly identities: IdentityVerifier;
  readonly rolesOf: RoleSource["rolesOf"];
}

const readers = ["administrator", "auditor", "presenter", "officer"];

/** Lets a request through that carries a token for the operations face of somebody who may read it. */
export async function requireReader(
  request: FastifyRequest,
  { identities, rolesOf }: ReaderCheck,
): Promise<Identity> {
  const token = /^Bearer ([A-Za-z0-9_.-]+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (token === undefined)
    throw new GatewayError("token.missing", "The operations face needs a token.", {
      status: 401,
      nextStep: "Sign in as administrator, auditor, presenter or officer.",
    });
  const identity = await identities.verify(token, "ops");
  const held: readonly string[] = rolesOf(identity);
  if (!readers.some((role) => held.includes(role)))
    throw new GatewayError(
      "token.role",
      "This needs the role administrator, auditor, presenter or officer.",
      {
        status: 403,
      },
    );
  return identity;
}
