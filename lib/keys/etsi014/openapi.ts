import { z } from "zod";
import { errorSchema, keyContainerSchema, keyIdsSchema, keyRequestSchema, statusSchema } from "./schemas.ts";

/** The OpenAPI 3.1 description of the interface, from the schemas that check it. */
export function describeKmeApi(): Record<string, unknown> {
  const sae = (name: string) => ({ name, in: "path", required: true, schema: { type: "string" } });
  const query = (name: string, type: string) => ({ name, in: "query", schema: { type } });
  const json = (schema: z.ZodType) => ({
    "application/json": { schema: z.toJSONSchema(schema, { io: "input" }) },
  });
  const answers = (schema: z.ZodType) => ({
    200: { description: "Done", content: json(schema) },
    400: { description: "Bad request", content: json(errorSchema) },
    401: { description: "Not for this SAE", content: json(errorSchema) },
    503: { description: "Not enough key now", content: json(errorSchema) },
  });
  const body = (schema: z.ZodType, required: boolean) => ({
    requestBody: { required, content: json(schema) },
  });
  return {
    openapi: "3.1.0",
    info: { title: "Key delivery (ETSI GS QKD 014 V1.1.1)", version: "1.1.1" },
    paths: {
      "/api/v1/keys/{slave_SAE_ID}/status": {
        get: { parameters: [sae("slave_SAE_ID")], responses: answers(statusSchema) },
      },
      "/api/v1/keys/{slave_SAE_ID}/enc_keys": {
        get: {
          parameters: [sae("slave_SAE_ID"), query("number", "integer"), query("size", "integer")],
          responses: answers(keyContainerSchema),
        },
        post: {
          parameters: [sae("slave_SAE_ID")],
          ...body(keyRequestSchema, false),
          responses: answers(keyContainerSchema),
        },
      },
      "/api/v1/keys/{master_SAE_ID}/dec_keys": {
        get: {
          parameters: [sae("master_SAE_ID"), { ...query("key_ID", "string"), required: true }],
          responses: answers(keyContainerSchema),
        },
        post: {
          parameters: [sae("master_SAE_ID")],
          ...body(keyIdsSchema, true),
          responses: answers(keyContainerSchema),
        },
      },
    },
  };
}
