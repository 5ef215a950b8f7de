import { z } from "zod";
import { readStanding } from "@/lib/relay/auth/read-session.ts";
import { json, refusal, signInFirst } from "@/lib/relay/http/json.ts";
import { relayRuntime } from "@/lib/relay/runtime.ts";

export const dynamic = "force-dynamic";

const deskSchema = z.strictObject({
  stage: z.string().regex(/^[0-9a-f]{16}([0-9a-f]{16})?$/),
  site: z.string().max(64),
  side: z.enum(["alice", "bob"]),
});

/** Stages are opened by hand: more desks than this is a mistake or mischief. */
const mostDesks = 2_000;

/** POST {stage, site, side} → the desk's user and fresh tokens; made at the first call, the same user afterwards. */
export async function POST(request: Request): Promise<Response> {
  return openDesk(await request.json().catch(() => undefined));
}

/** GET ?stage=&site=&side= → the same, for fresh tokens. */
export async function GET(request: Request): Promise<Response> {
  return openDesk(Object.fromEntries(new URL(request.url).searchParams));
}

async function openDesk(body: unknown): Promise<Response> {
  const { config, accounts, sessions, tokens, sites } = relayRuntime();
  const standing = await readStanding();
  if (standing === null) return signInFirst();
  if (!config.demonstration || !standing.account.roles.includes("presenter")) {
    return refusal(403, "stage.presenter-only", "Only a presenter of the demonstration opens stage desks.");
  }
  const parsed = deskSchema.safeParse(body);
  const site = parsed.success ? sites.find((known) => known.id === parsed.data.site) : undefined;
  if (!parsed.success || site === undefined) {
    return refusal(400, "stage.malformed", "Name a stage, a side and one of this network's sites.");
  }
  if ((await accounts.countDesks()) >= mostDesks) {
    return refusal(429, "stage.too-many", "There are too many stage desks in this database.");
  }
  const account = await accounts.openDesk(parsed.data.stage, parsed.data.side, site);
  const now = Date.now();
  const bearer = { version: await sessions.versionOf(account.id), session: null };
  const relay = await tokens.issue(account, "relay", bearer, now);
  const gateway = await tokens.issue(account, `gateway:${account.site}`, bearer, now);
  return json({
    user: { id: account.id, handle: account.handle, name: account.name, site: account.site },
    relayToken: relay.token,
    gatewayToken: gateway.token,
    expiresAt: relay.expiresAt,
  });
}
