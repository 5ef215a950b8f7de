import { z } from "zod";
import {
  errorSchema,
  keyContainerSchema,
  keyIdsSchema,
  keyRequestSchema,
  statusSchema,
  strictKeyRequestSchema,
} from "./schemas.ts";

/** The OpenAPI 3.1 description of the interface, from the schemas that check it. */
export function describeKmeApi(strict = false): Record<string, unknown> {
  const keyRequest = strict ? strictKeyRequestSchema : keyRequestSchema;
  return {
    openapi: "3.1.0",
    info: {
      title: "Key delivery (ETSI GS QKD 014 V1.1.1)",
      version: "1.1.1",
      description: "Mutual TLS 1.2 or newer; the SAE ID is the common name of the client's certificate.",
    },
    security: [{ mutualTls: [] }],
    paths: {
      "/api/v1/keys/{slave_SAE_ID}/status": {
        get: operation("getStatus", sae("slave_SAE_ID"), [], statusSchema),
      },
      "/api/v1/keys/{slave_SAE_ID}/enc_keys": {
        get: operation("getKey", sae("slave_SAE_ID"), numberAndSize(), keyContainerSchema),
        post: {
          ...operation("postKey", sae("slave_SAE_ID"), [], keyContainerSchema),
          requestBody: { required: false, content: json(keyRequest) },
        },
      },
      "/api/v1/keys/{master_SAE_ID}/dec_keys": {
        get: operation("getKeyWithIds", sae("master_SAE_ID"), [keyId()], keyContainerSchema),
        post: {
          ...operation("postKeyWithIds", sae("master_SAE_ID"), [], keyContainerSchema),
          requestBody: { required: true, content: json(keyIdsSchema) },
        },
      },
    },
    components: { securitySchemes: { mutualTls: { type: "mutualTLS" } } },
  };
}

function operation(
  operationId: string,
  path: Record<string, unknown>,
  query: readonly Record<string, unknown>[],
  answer: z.ZodType,
) {
  return { operationId, parameters: [path, ...query], responses: answers(answer) };
}

function answers(schema: z.ZodType): Record<string, unknown> {
  const error = (description: string) => ({ description, content: json(errorSchema) });
  return {
    200: { description: "Done", content: json(schema) },
    400: error("Bad request, or a key that is not there"),
    401: error("Not for this SAE"),
    408: error("The request took too long to arrive"),
    413: error("The body is too large"),
    431: error("Path, query and headers are too long"),
    503: {
      ...error("Not enough key now"),
      headers: { "Retry-After": { description: "Seconds.", schema: { type: "integer" } } },
    },
  };
}

function sae(name: string): Record<string, unknown> {
  return { name, in: "path", required: true, schema: { type: "string", minLength: 1, maxLength: 256 } };
}

/** What GET knows of a key request, from the same members of the body. */
function numberAndSize(): Record<string, unknown>[] {
  const { number, size } = strictKeyRequestSchema.shape;
  return [
    { name: "number", in: "query", schema: schemaOf(number) },
    { name: "size", in: "query", schema: schemaOf(size) },
  ];
}

function keyId(): Record<string, unknown> {
  return { name: "key_ID", in: "query", required: true, schema: { type: "string", format: "uuid" } };
}

function json(schema: z.ZodType): Record<string, unknown> {
  return { "application/json": { schema: schemaOf(schema) } };
}

/** A schema as it stands inside the document, whose version names the dialect. */
function schemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...body } = z.toJSONSchema(schema, { io: "input" });
  return body;
}
