import { readStanding } from "@/lib/relay/auth/read-session.ts";
import { json, refusal, signInFirst } from "@/lib/relay/http/json.ts";
import { relayRuntime } from "@/lib/relay/runtime.ts";

export const dynamic = "force-dynamic";

const mostBytes = 16 * 1024;

/** POST CBOR Signed Command `role.set`: the key world judges it; what it accepts changes the account too. */
export async function POST(request: Request): Promise<Response> {
  const standing = await readStanding();
  if (standing === null) return signInFirst();
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > mostBytes) return refusal(413, "roles.too-large", "This is no command.");
  const outcome = await relayRuntime().carryRoles(bytes);
  return outcome.ok
    ? json({ ok: true })
    : json({ code: outcome.code, message: outcome.message, nextStep: null }, outcome.status);
}
