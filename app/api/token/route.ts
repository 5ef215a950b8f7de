import { readStanding } from "@/lib/relay/auth/read-session.ts";
import { json, refusal, signInFirst } from "@/lib/relay/http/json.ts";
import { relayRuntime } from "@/lib/relay/runtime.ts";
import { mayHaveToken } from "@/lib/relay/tokens/identity-tokens.ts";

export const dynamic = "force-dynamic";

/** GET /api/token?aud=gateway:<own site> | ops | relay → {token, expiresAt}, valid for 60 s. */
export async function GET(request: Request): Promise<Response> {
  const audiences = new URL(request.url).searchParams.getAll("aud");
  const standing = await readStanding();
  if (standing === null) return signInFirst();
  const [audience] = audiences;
  if (audience === undefined || audiences.length > 1 || audience.length > 100) {
    return refusal(400, "token.audience-missing", "Name one audience.");
  }
  if (!mayHaveToken(standing.account, audience)) {
    return refusal(403, "token.audience-refused", "This user has no business with that audience.");
  }
  return json(await relayRuntime().tokens.issue(standing.account, audience, standing, Date.now()));
}
