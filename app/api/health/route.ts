import { json } from "@/lib/relay/http/json.ts";
import { relayRuntime } from "@/lib/relay/runtime.ts";

export const dynamic = "force-dynamic";

/** 200 only when a message could cross a border now: database commits, gateways answer, some pair has key. */
export async function GET(): Promise<Response> {
  const health = await relayRuntime().health();
  return json(health, health.status === "ok" ? 200 : 503);
}
