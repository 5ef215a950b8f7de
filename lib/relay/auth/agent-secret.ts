import { createHash } from "node:crypto";
import type { WebConfig } from "../../shared/config-web.ts";
import { equalSecret } from "../../shared/equal-secret.ts";

/** Whether a request comes from the process of the agents: it alone was given this start's secret. */
export function holdsAgentSecret(
  authorization: string | null,
  { agentSecret }: Pick<WebConfig, "agentSecret">,
): boolean {
  if (agentSecret === undefined || authorization === null) return false;
  // Of hashes, which are of one length whatever was sent.
  return equalSecret(digest(authorization), digest(`Bearer ${agentSecret}`));
}

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
