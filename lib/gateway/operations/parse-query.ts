import type { z } from "zod";
import { GatewayError } from "../gateway-error.ts";

/** @throws GatewayError ops.query, which names the member that is wrong. */
export function parseQuery<T>(schema: z.ZodType<T>, query: unknown): T {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new GatewayError("ops.query", `The question is not understood: ${issue?.path.join(".") || "query"}.`);
}
