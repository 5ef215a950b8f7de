import type { FastifyInstance } from "fastify";
import { concatBytes } from "../../shared/bytes.ts";
import { GatewayError } from "../gateway-error.ts";
import type { Gateways } from "../gateways.ts";
import type { SiteGateway } from "../site-gateway.ts";

const bytesType = "application/octet-stream";
const cborType = "application/cbor";
/** An ApprovedAnswer: the access secret is carried by hand. */
const handedType = "application/vnd.vernam.approved+cbor";

/** Site list, network root, and enrolment at each site. */
export function installGatewayRoutes(server: FastifyInstance, gateways: Gateways): void {
  server.get("/site-list", async (_request, reply) =>
    reply.type(cborType).send(Buffer.from(gateways.siteList.bytes)),
  );
  // Ed25519 (32 bytes) ‖ ML-DSA-65 (1,952 bytes): what a device pins when it enrols.
  server.get("/network-root", async (_request, reply) =>
    reply
      .type(bytesType)
      .send(Buffer.from(concatBytes(gateways.root.ed25519PublicKey, gateways.root.mlDsaPublicKey))),
  );
  server.get<{ Params: { site: string } }>("/:site/challenge", async (request, reply) =>
    reply.type(bytesType).send(Buffer.from(gatewayOf(gateways, request.params.site).challenges.create())),
  );
  server.post<{ Params: { site: string } }>("/:site/enrol", async (request, reply) => {
    const gateway = gatewayOf(gateways, request.params.site);
    const body = request.body;
    if (!(body instanceof Uint8Array))
      throw new GatewayError("http.media-type", "An enrolment is application/cbor.", { status: 415 });
    const { kind, bytes } = await gateway.enrol(new Uint8Array(body));
    return reply.type(kind === "handed" ? handedType : cborType).send(Buffer.from(bytes));
  });
  // Signed by the site: a device that is shut out learns here, from its own site, that it was revoked.
  server.get<{ Params: { site: string } }>("/:site/revocations", async (request, reply) =>
    reply.type(cborType).send(Buffer.from(await gatewayOf(gateways, request.params.site).revocations.own())),
  );
}

function gatewayOf(gateways: Gateways, site: string): SiteGateway {
  const gateway = gateways.get(site);
  if (gateway === undefined)
    throw new GatewayError("gateway.unknown-site", "There is no gateway of this site here.", { status: 404 });
  return gateway;
}
